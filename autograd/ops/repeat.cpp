// The tensor again and again, as a whole or element by element: a stretched view, copied. Its
// gradient is the sum over the repetitions. docs/ops/repeat.md.

#include <reel/autograd/ops/shapes.h>
#include <reel/autograd/variable.h>
#include <reel/core/creation.h>
#include <reel/core/layout.h>

namespace reel {

namespace {

Shape check_repeats(const char* op, const Tensor& x, IntArrayRef repeats) {
  REEL_CHECK(repeats.size() >= x.sizes().size(), op, ": ", repeats, " names ", repeats.size(),
             " dimensions, the tensor ", x, " has ", x.dim(), "; they must not be fewer.");
  for (int64_t r : repeats)
    REEL_CHECK(r >= 0, op, ": ", repeats, " has a negative number; each must be 0 or more.");
  return repeats;
}

// `y` as a tensor of its own, where it may still be a view of x or a stretched one.
Tensor own_memory(const Tensor& y, const Tensor& x) {
  const Tensor dense = y.contiguous();
  return dense.impl()->storage == x.impl()->storage ? dense.clone() : dense;
}

}  // namespace

Tensor Tensor::repeat(IntArrayRef repeats) const {
  const Shape times = check_repeats("repeat", *this, repeats);
  Shape own = Shape::filled(times.size() - sizes().size(), 1);
  for (int64_t s : sizes()) own.push_back(s);
  Tensor y = reshape(own);
  for (size_t i = 0; i < times.size(); ++i) {
    const auto d = static_cast<int64_t>(i);
    if (times[i] == 1) continue;
    Shape wide = y.sizes();
    if (wide[i] == 1) {
      wide[i] = times[i];
      y = y.expand(wide);
    } else if (wide.size() < kMaxDims) {
      wide.insert(i, times[i]);
      y = y.unsqueeze(d).expand(wide);
      wide.erase(i);
      wide[i] = numel_of({wide[i], times[i]});
      y = y.reshape(wide);
    } else {
      y = y.index_select(d, arange(wide[i], kInt64).repeat(times[i]));
    }
  }
  return own_memory(y, *this);
}

Tensor Tensor::tile(IntArrayRef dims) const {
  Shape times = dims;
  while (times.size() < sizes().size()) times.insert(0, 1);
  return repeat(times);
}

Tensor Tensor::repeat_interleave(int64_t repeats, std::optional<int64_t> dim) const {
  REEL_CHECK(repeats >= 0, "repeat_interleave: ", repeats, " repeats; there must be 0 or more.");
  if (!dim || this->dim() == 0)
    return own_memory(reshape({numel(), 1}).expand({numel(), repeats}).reshape(numel() * repeats),
                      *this);
  const auto d = static_cast<size_t>(wrap_dim("repeat_interleave", *dim, this->dim()));
  Shape wide = sizes(), joined = sizes();
  wide.insert(d + 1, repeats);
  joined[d] = numel_of({joined[d], repeats});
  return own_memory(unsqueeze(static_cast<int64_t>(d) + 1).expand(wide).reshape(joined), *this);
}

Tensor Tensor::repeat_interleave(const Tensor& repeats, std::optional<int64_t> dim) const {
  const Tensor x = dim ? *this : reshape(-1);
  const int64_t d = wrap_dim("repeat_interleave", dim.value_or(0), x.dim()), n = x.size(d);
  REEL_CHECK((repeats.dtype() == kInt64 || repeats.dtype() == kInt32) && repeats.dim() <= 1 &&
                 (repeats.numel() == n || repeats.numel() == 1),
             "repeat_interleave: the repeats ", repeats, " are ", repeats.dtype(),
             "; they must be int64 or int32, one number or one for each of the ", n,
             " entries of dimension ", d, ".");
  const std::vector<double> times = repeats.to_vector();
  std::vector<int64_t> entries;
  for (int64_t i = 0; i < n; ++i) {
    const auto count = static_cast<int64_t>(times[times.size() == 1 ? 0 : static_cast<size_t>(i)]);
    REEL_CHECK(count >= 0, "repeat_interleave: ", count, " repeats; there must be 0 or more.");
    entries.insert(entries.end(), static_cast<size_t>(count), i);
  }
  return x.index_select(d, from_vector(std::move(entries)));
}

}  // namespace reel
