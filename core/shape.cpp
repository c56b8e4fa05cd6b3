#include <reel/core/shape.h>

#include <ostream>

namespace reel {

void Shape::throw_too_many(size_t n) {
  throw_argument_error(as_text("shape: ", n, " dimensions; a tensor has at most ", kMaxDims, "."));
}

void append_text(std::string& out, IntArrayRef v) {
  out += '[';
  for (size_t i = 0; i < v.size(); ++i) {
    if (i > 0) out += ", ";
    out += std::to_string(v[i]);
  }
  out += ']';
}

std::ostream& operator<<(std::ostream& out, IntArrayRef v) { return out << as_text(v); }
std::ostream& operator<<(std::ostream& out, const Shape& v) { return out << as_text(v); }

int64_t numel_of(IntArrayRef sizes) {
  int64_t n = 1;
  bool overflow = false;
  for (int64_t s : sizes) {
    REEL_CHECK(s >= 0, "shape: ", sizes, " has a negative size; sizes must be 0 or more.");
    overflow |= __builtin_mul_overflow(n, s, &n);
  }
  if (overflow || n > INT64_MAX / 8) [[unlikely]] {
    // A zero elsewhere makes the product zero, whatever the other sizes are.
    for (int64_t s : sizes)
      if (s == 0) return 0;
    throw_argument_error(as_text("shape: ", sizes, " has more elements than memory can address."));
  }
  return n;
}

// The stride beyond a dimension. It wraps where there are no elements, beside a size of 0.
static int64_t next_step(int64_t step, int64_t size) {
  if (size > 0) static_cast<void>(__builtin_mul_overflow(step, size, &step));
  return step;
}

Shape contiguous_strides(IntArrayRef sizes) {
  Shape strides = Shape::filled(sizes.size(), 1);
  int64_t step = 1;
  for (size_t i = sizes.size(); i-- > 0;) {
    strides[i] = step;
    step = next_step(step, sizes[i]);
  }
  return strides;
}

bool is_row_major(IntArrayRef sizes, IntArrayRef strides) {
  int64_t step = 1;
  for (size_t i = sizes.size(); i-- > 0;) {
    if (sizes[i] != 1 && strides[i] != step) return false;
    step = next_step(step, sizes[i]);
  }
  return true;
}

Shape channels_last_strides(IntArrayRef sizes) {
  Shape strides = Shape::filled(sizes.size(), 1);
  int64_t step = sizes[1] > 0 ? sizes[1] : 1;
  for (size_t i = sizes.size(); i-- > 2;) {
    strides[i] = step;
    step = next_step(step, sizes[i]);
  }
  strides[0] = step;
  return strides;
}

int64_t wrap_dim(const char* op, int64_t dim, int64_t ndim) {
  const int64_t limit = ndim > 0 ? ndim : 1;
  REEL_CHECK(dim >= -limit && dim < limit, op, ": dimension ", dim,
             " is out of range; the tensor has ", ndim, ", so it must be in [", -limit, ", ",
             limit - 1, "].");
  return dim < 0 ? dim + limit : dim;
}

Shape broadcast_shapes(const char* op, IntArrayRef a, IntArrayRef b) {
  const size_t n = a.size() > b.size() ? a.size() : b.size();
  Shape out = Shape::filled(n, 1);
  for (size_t i = 0; i < n; ++i) {
    const int64_t x = i < a.size() ? a[a.size() - 1 - i] : 1;
    const int64_t y = i < b.size() ? b[b.size() - 1 - i] : 1;
    REEL_CHECK(x == y || x == 1 || y == 1, op, ": shapes ", a, " and ", b,
               " do not broadcast; aligned at the end, sizes must be equal or 1, but dimension ",
               static_cast<int64_t>(n - 1 - i), " has ", x, " and ", y, ".");
    out[n - 1 - i] = x == 1 ? y : x;
  }
  return out;
}

}  // namespace reel
