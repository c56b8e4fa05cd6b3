#include <reel/core/kernels/kernels.h>
#include <reel/core/parallel.h>
#include <reel/core/scratch.h>

#include <cstring>

namespace reel::kernels::REEL_ISA {

namespace {

using Border = PadGeometry::Border;

// The input place whose value an output place takes (equation 1), or -1 for the constant.
int64_t source_of(const PadGeometry& g, int d, int64_t i) {
  const int64_t j = i - g.before[d], n = g.in[d];
  if (j >= 0 && j < n) return j;
  switch (g.border) {
    case Border::kReflect:
      return j < 0 ? -j : 2 * (n - 1) - j;
    case Border::kReplicate:
      return j < 0 ? 0 : n - 1;
    case Border::kCircular: {
      const int64_t last = g.out[d] - g.before[d];  // below n where the end is cropped
      const int64_t kept = (last < n ? last : n) + (g.before[d] < 0 ? g.before[d] : 0);
      return j < 0 ? j + kept : j - kept;
    }
    default:
      return -1;
  }
}

// A line is what the last of the dimensions runs along.
int64_t lines_of(const PadGeometry& g, const int64_t (&size)[8]) {
  int64_t n = 1;
  for (int d = 0; d + 1 < g.ndim; ++d) n *= size[d];
  return n;
}

// The input line that an output line takes its values from, or -1 for the constant.
int64_t source_line(const PadGeometry& g, int64_t line) {
  int64_t source = 0, step = 1;
  for (int d = g.ndim - 2; d >= 0; --d) {
    const int64_t j = source_of(g, d, line % g.out[d]);
    if (j < 0) return -1;
    source += j * step;
    step *= g.in[d];
    line /= g.out[d];
  }
  return source;
}

// The same for all output lines of one outer index, looked up once.
void write_source_lines(const PadGeometry& g, int64_t out_lines, int64_t* table) {
  for (int64_t l = 0; l < out_lines; ++l) table[l] = source_line(g, l);
}

// Whether each place of the input is one of the output, and no other takes its value.
bool is_one_to_one(const PadGeometry& g) {
  bool all = g.border == Border::kConstant;
  for (int d = 0; d < g.ndim; ++d)
    all = all && g.before[d] >= 0 && g.before[d] + g.in[d] <= g.out[d];
  return all;
}

// The places of a line that lie inside the input.
struct Middle {
  int64_t begin, end;
  explicit Middle(const PadGeometry& g) {
    const int64_t out = g.out[g.ndim - 1], before = g.before[g.ndim - 1];
    begin = before > 0 ? before : 0;
    begin = begin < out ? begin : out;
    end = before + g.in[g.ndim - 1] < out ? before + g.in[g.ndim - 1] : out;
    end = end > begin ? end : begin;
  }
};

template <class T>
void fill(int64_t n, T value, T* y) {
  for (int64_t i = 0; i < n; ++i) y[i] = value;
}

template <class T>
void forward(const PadGeometry& g, T value, const T* x, T* y) {
  const int last = g.ndim - 1;
  const int64_t in = g.in[last] * g.inner, out = g.out[last] * g.inner, inner = g.inner;
  const int64_t in_lines = lines_of(g, g.in), out_lines = lines_of(g, g.out);
  const Middle middle(g);
  const auto place = [=, &g](int64_t i, const T* from, T* to) {
    const int64_t j = source_of(g, last, i);
    for (int64_t c = 0; c < inner; ++c) to[i * inner + c] = from[j * inner + c];
  };
  Scratch scratch(out_lines * static_cast<int64_t>(sizeof(int64_t)));
  int64_t* table = scratch.data<int64_t>();
  write_source_lines(g, out_lines, table);
  parallel_for(
      g.outer * out_lines, g.outer * out_lines * out / 2, [=, &g](int64_t begin, int64_t end) {
        const T* sample = x + begin / out_lines * in_lines * in;
        for (int64_t l = begin, line = begin % out_lines; l < end; ++l, ++line) {
          if (line == out_lines) {
            line = 0;
            sample += in_lines * in;
          }
          T* to = y + l * out;
          if (table[line] < 0) {
            fill(out, value, to);
            continue;
          }
          const T* from = sample + table[line] * in;
          const bool constant = g.border == Border::kConstant;
          if (constant)
            fill(middle.begin * inner, value, to);
          else
            for (int64_t i = 0; i < middle.begin; ++i) place(i, from, to);
          if (middle.end > middle.begin)
            std::memcpy(to + middle.begin * inner, from + (middle.begin - g.before[last]) * inner,
                        static_cast<size_t>((middle.end - middle.begin) * inner) * sizeof(T));
          if (constant)
            fill((g.out[last] - middle.end) * inner, value, to + middle.end * inner);
          else
            for (int64_t i = middle.end; i < g.out[last]; ++i) place(i, from, to);
        }
      });
}

// Lines of one outer index in order, so that no two threads add to the same place.
template <class T>
void backward(const PadGeometry& g, const T* dy, T* dx) {
  const int last = g.ndim - 1;
  const int64_t in = g.in[last] * g.inner, out = g.out[last] * g.inner, inner = g.inner;
  const int64_t in_lines = lines_of(g, g.in), out_lines = lines_of(g, g.out);
  const Middle middle(g);
  const auto add = [=, &g](int64_t i, const T* from, T* to) {
    const int64_t j = source_of(g, last, i);
    if (j < 0) return;
    for (int64_t c = 0; c < inner; ++c) to[j * inner + c] += from[i * inner + c];
  };
  Scratch scratch(out_lines * static_cast<int64_t>(sizeof(int64_t)));
  int64_t* table = scratch.data<int64_t>();
  write_source_lines(g, out_lines, table);
  const int64_t shift = g.before[last] * inner;
  const bool copies = is_one_to_one(g);
  parallel_for(g.outer, g.outer * out_lines * out, [=, &g](int64_t begin, int64_t end) {
    for (int64_t o = begin; o < end; ++o) {
      if (!copies) fill(in_lines * in, T(0), dx + o * in_lines * in);
      for (int64_t l = 0; l < out_lines; ++l) {
        if (table[l] < 0) continue;
        const T* from = dy + (o * out_lines + l) * out;
        T* to = dx + (o * in_lines + table[l]) * in;
        if (copies) {
          std::memcpy(to, from + shift, static_cast<size_t>(in) * sizeof(T));
          continue;
        }
        for (int64_t i = 0; i < middle.begin; ++i) add(i, from, to);
        for (int64_t i = middle.begin * inner; i < middle.end * inner; ++i)
          to[i - shift] += from[i];
        for (int64_t i = middle.end; i < g.out[last]; ++i) add(i, from, to);
      }
    }
  });
}

}  // namespace

void install_pad(Tables& tables) {
  tables.set(Pad<uint8_t>{forward<uint8_t>});
  tables.set(Pad<uint32_t>{forward<uint32_t>});
  tables.set(Pad<uint64_t>{forward<uint64_t>});
  tables.set(PadGrad<float>{backward<float>});
  tables.set(PadGrad<double>{backward<double>});
}

}  // namespace reel::kernels::REEL_ISA
