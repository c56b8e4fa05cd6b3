// dx of dy and w (equation 2) for few input channels: the product of an output pixel's dy and the
// weights is added to the input pixels that it was computed from. Vectors lie along a row of taps
// with their channels, which are side by side in the input, and only taps that meet it count.

#include <reel/core/kernels/conv_col2im.h>
#include <reel/core/kernels/conv_sweep.h>
#include <reel/core/kernels/kernels.h>
#include <reel/core/kernels/level.h>
#include <reel/core/parallel.h>
#include <reel/core/scratch.h>

namespace reel::kernels::REEL_ISA {

namespace {

/// Bytes of dx that are summed at a time: a part of L2. Where a row of taps covers more than the
/// second, another algorithm computes.
constexpr int64_t kImageBytes = 128 * 1024, kMostMargin = 64 * 1024;

int64_t volume(const int64_t (&n)[3]) { return n[0] * n[1] * n[2]; }

// How it is done. A run is the taps of a kernel row, or one tap where dilation parts them, with
// their channels.
template <class T>
struct Plan {
  int64_t C, K;             // channels of a group
  int64_t runs[3], length;  // runs in each dimension; elements of one
  int64_t vectors;          // that hold a run
  bool paired;              // two channels of dy share a vector
  int64_t margin;           // pixels that runs reach beyond a band
  int64_t samples;          // that fill the rows of a tile together, where outputs have few
  Cut cut;                  // the bands: some pixels of dx
  int64_t tasks, slots;     // bands of all samples, and how many are at work at once

  Plan(const ConvGeometry& g, int64_t threads) {
    C = g.C / g.G;
    K = g.K / g.G;
    const bool together = g.dilation[2] == 1;
    runs[0] = g.kernel[0];
    runs[1] = g.kernel[1];
    runs[2] = together ? 1 : g.kernel[2];
    length = (together ? g.kernel[2] : 1) * C;
    vectors = ceil_div(length, kWidth<T>);
    paired = sizeof(T) == 4 && 2 * length <= kWidth<T> && K % 2 == 0;
    margin = (g.kernel[2] - 1) * g.dilation[2];
    samples = 1;
    cut_bands(g);
    if (g.out[1] < 4 && g.out[2] < 4 * apart(g) && cut.boxes() == 1) {
      const int64_t most = kImageBytes / image_bytes(), wanted = ceil_div(g.N, kMinTasks / 2);
      while (samples < tile_rows(1) && samples < most && samples < wanted) ++samples;
    }
    tasks = ceil_div(g.N, samples) * cut.boxes();
    slots = tasks < threads ? tasks : threads;
  }

  // Bands share no work, but for pixels of dy whose runs cross from one to the next in the last
  // dimension; so that is cut last, and rows are left to fill tiles while there is a choice.
  void cut_bands(const ConvGeometry& g) {
    for (int d = 0; d < 3; ++d) {
      cut.size[d] = g.in[d];
      cut.count[d] = 1;
    }
    const int64_t least[3] = {1, tile_rows(1) * g.stride[1], 32 + 4 * margin};
    for (;;) {
      const bool large = image_bytes() > kImageBytes;
      if (!large && g.N * cut.boxes() >= kMinTasks) return;
      int d = 0;
      while (d < 3 && cut.size[d] < 2 * least[d]) ++d;
      if (d == 3 && large) d = cut.size[1] > 1 ? 1 : cut.size[2] > 1 ? 2 : 3;
      if (d == 3) return;
      cut.size[d] = (cut.size[d] + 1) / 2;
      cut.count[d] = ceil_div(g.in[d], cut.size[d]);
    }
  }

  // The step between outputs of a row whose runs share no place.
  int64_t apart(const ConvGeometry& g) const { return ceil_div(length, g.stride[2] * C); }

  // Elements of a row of the image, an odd number of cache lines: rows one above the other lie in
  // different sets. The last vector of a run may reach beyond.
  int64_t pitch() const {
    constexpr int64_t kLine = 64 / static_cast<int64_t>(sizeof(T));
    return (ceil_div((cut.size[2] + 2 * margin) * C + kWidth<T>, kLine) | 1) * kLine;
  }
  int64_t image_bytes() const {  // of a sample
    return cut.size[0] * cut.size[1] * pitch() * static_cast<int64_t>(sizeof(T));
  }
  int64_t run_weights() const { return (paired ? K / 2 : K) * vectors * kWidth<T>; }
  int64_t group_weights() const { return volume(runs) * run_weights(); }
  int64_t place_bytes() const {  // of the elements of a run
    return padded_bytes(length * static_cast<int64_t>(sizeof(int32_t)));
  }
  int64_t weight_bytes(int64_t groups) const {
    return padded_bytes(groups * group_weights() * static_cast<int64_t>(sizeof(T)));
  }
};

// --- the weights: [group][run][vectors of a tile][k][lane], or [group][run][k / 2][lane][k % 2]
// ---

// Where the elements of a run, [tap][channel], stand among the weights of one k, [channel][tap],
// from the run's first.
template <class T>
void place_elements(const Plan<T>& p, int64_t taps, int32_t* place) {
  for (int64_t c = 0; c < p.C; ++c)
    for (int64_t l = c; l < p.length; l += p.C) place[l] = static_cast<int32_t>(c * taps + l / p.C);
}

// The lanes begin .. end of a run, kStep apart; w is at its first element. Not inlined: the loops
// around it would take its registers.
template <int kStep, class T>
[[gnu::noinline]] void pack_lanes(const Plan<T>& p, int64_t begin, int64_t end,
                                  const int32_t* __restrict place, const T* __restrict w,
                                  T* __restrict out) {
  const int64_t full = end < p.length ? end : p.length;
  for (int64_t l = begin; l < full; ++l, out += kStep) *out = w[place[l]];
  for (int64_t l = full; l < end; ++l, out += kStep) *out = 0;
}

template <class T>
void pack_run(const Plan<T>& p, int64_t k, const int32_t* place, const T* w, T* out) {
  if (p.paired)
    return pack_lanes<2>(p, 0, kWidth<T> / 2, place, w, out + k / 2 * kWidth<T> + k % 2);
  for (int64_t v = 0; v < p.vectors;) {
    const int64_t n = tile_vectors(p.vectors - v), begin = v * kWidth<T>, lanes = n * kWidth<T>;
    pack_lanes<1>(p, begin, begin + lanes, place, w, out + begin * p.K + k * lanes);
    v += n;
  }
}

template <class T>
void pack_weights(const ConvGeometry& g, const Plan<T>& p, const T* w, int32_t* place, T* packed) {
  const int64_t taps = volume(g.kernel), runs = volume(p.runs), size = p.run_weights();
  place_elements(p, taps, place);
  parallel_for(g.K, g.K * runs * p.vectors * kWidth<T>, [=, &g, &p](int64_t begin, int64_t end) {
    for (int64_t k = begin; k < end; ++k) {
      const int64_t group = k / p.K;
      const T* from = w + k * p.C * taps;
      T* to = packed + group * runs * size;
      for (int64_t row = 0; row < p.runs[0] * p.runs[1]; ++row, from += g.kernel[2])
        for (int64_t i = 0; i < p.runs[2]; ++i, to += size)
          pack_run(p, k - group * p.K, place, from + i, to);
    }
  });
}

// --- bands ---

// Adds some vectors of a run, for all pixels.
template <class T>
void add_rows(const Plan<T>& p, const PixelRows<T>& pixels, int64_t vectors, int64_t valid,
              const T* w) {
  if (pixels.rows == 0) return;
  const int64_t step = ceil_div(pixels.rows, ceil_div(pixels.rows, tile_rows(vectors)));
  for (int64_t i = 0; i < pixels.rows; i += step) {
    const int64_t n = pixels.rows - i < step ? pixels.rows - i : step;
    tiles_of<T>(p.paired, vectors, n)(pixels.part(i, n, 0, pixels.columns), p.K, valid, w);
  }
}

// The same for few rows: each is parted into pieces as long as a run at least, which take the part
// of rows.
template <class T>
void add_pieces(const Plan<T>& p, const PixelRows<T>& pixels, int64_t length, int64_t vectors,
                int64_t valid, const T* w) {
  const int64_t pieces = pixels.columns / length, rest = pixels.columns % length;
  for (int64_t i = 0; i < pixels.rows; ++i) {
    PixelRows<T> row = pixels.part(i, pieces + 1, 0, rest);
    row.dy_row = length * row.dy_column;
    row.image_row = length * row.image_column;
    if (rest > 0) add_rows(p, row, vectors, valid, w);
    add_rows(p, row.part(0, pieces, rest, length - rest), vectors, valid, w);
  }
}

// The same for few rows and n samples, which take the part of rows.
template <class T>
void add_samples(const Plan<T>& p, const PixelRows<T>& pixels, int64_t n, int64_t dy_size,
                 int64_t vectors, int64_t valid, const T* w) {
  for (int64_t i = 0; i < pixels.rows; ++i) {
    PixelRows<T> row = pixels.part(i, n, 0, pixels.columns);
    row.dy_row = dy_size;
    row.image_row = p.image_bytes() / static_cast<int64_t>(sizeof(T));
    add_rows(p, row, vectors, valid, w);
  }
}

// The outputs that reach pixels of a band by the taps first .. last of dimension d.
struct Range {
  int64_t begin, end;
};
Range reaching(const ConvGeometry& g, int d, const Box& band, int64_t first, int64_t last) {
  const int64_t stride = g.stride[d], begin = band.begin[d] + g.pad[d];
  const int64_t low = begin - last * g.dilation[d];
  const int64_t high = begin + band.size[d] - 1 - first * g.dilation[d];
  const int64_t from = low > 0 ? ceil_div(low, stride) : 0;
  const int64_t to = high < 0 ? 0 : high / stride + 1 < g.out[d] ? high / stride + 1 : g.out[d];
  return {from, to < from ? from : to};
}

// What the sums of n samples start from, at each pixel the values of b or zeros.
template <class T>
void start_image(const Plan<T>& p, int64_t n, const T* b, T* image) {
  if (!b) {
    std::memset(image, 0, static_cast<size_t>(n * p.image_bytes()));
    return;
  }
  const int64_t pitch = p.pitch(), rows = n * p.cut.size[0] * p.cut.size[1];
  for (int64_t i = 0, c = 0; i < pitch; ++i, c = c + 1 < p.C ? c + 1 : 0) image[i] = b[c];
  for (int64_t row = 1; row < rows; ++row)
    std::memcpy(image + row * pitch, image, static_cast<size_t>(pitch) * sizeof(T));
}

// dx of a band, a group and n samples, with margins; dy is at the group's channels of the first.
template <class T>
void add_band(const ConvGeometry& g, const Plan<T>& p, const Box& band, int64_t n, const T* dy,
              const T* w, T* image) {
  const int64_t pitch = p.pitch(), dy_size = volume(g.out) * g.K;
  const auto place = [&](int d, int64_t o, int64_t tap) {
    return o * g.stride[d] + tap * g.dilation[d] - g.pad[d] - band.begin[d];
  };
  const Range x = reaching(g, 2, band, 0, g.kernel[2] - 1);
  const int64_t columns = x.end - x.begin;
  if (columns == 0) return;
  int64_t piece = ceil_div(columns, tile_rows(1));
  if (piece < p.apart(g)) piece = p.apart(g);
  for (int64_t a = 0; a < p.runs[0]; ++a) {
    const Range z = reaching(g, 0, band, a, a);
    for (int64_t b = 0; b < p.runs[1]; ++b) {
      const Range y = reaching(g, 1, band, b, b);
      for (int64_t c = 0; c < p.runs[2]; ++c)
        for (int64_t v = 0; v < p.vectors;) {
          const int64_t m = tile_vectors(p.vectors - v), left = p.length - (v + m - 1) * kWidth<T>;
          const int64_t at = (place(2, x.begin, c) + p.margin) * p.C + v * kWidth<T>;
          for (int64_t i = z.begin; i < z.end; ++i) {
            const int64_t row = place(0, i, a) * band.size[1] + place(1, y.begin, b);
            PixelRows<T> pixels{y.end - y.begin,
                                columns,
                                dy + ((i * g.out[1] + y.begin) * g.out[2] + x.begin) * g.K,
                                g.out[2] * g.K,
                                g.K,
                                image + row * pitch + at,
                                g.stride[1] * pitch,
                                g.stride[2] * p.C};
            if (p.samples > 1)
              add_samples(p, pixels, n, dy_size, m, left, w);
            else if (pixels.rows < 4 && columns / piece > pixels.rows)
              add_pieces(p, pixels, piece, m, left, w);
            else
              add_rows(p, pixels, m, left, w);
          }
          w += p.run_weights() / p.vectors * m;
          v += m;
        }
    }
  }
}

template <class T>
void copy_band(const ConvGeometry& g, const Plan<T>& p, const Box& band, const T* image, T* dx) {
  image += p.margin * p.C;
  for (int64_t i = band.begin[0]; i < band.begin[0] + band.size[0]; ++i)
    for (int64_t j = band.begin[1]; j < band.begin[1] + band.size[1]; ++j, image += p.pitch()) {
      T* row = dx + ((i * g.in[1] + j) * g.in[2] + band.begin[2]) * g.C;
      if (g.G == 1) {
        std::memcpy(row, image, static_cast<size_t>(band.size[2] * p.C) * sizeof(T));
        continue;
      }
      for (int64_t x = 0; x < band.size[2]; ++x)
        for (int64_t c = 0; c < p.C; ++c) row[x * g.C + c] = image[x * p.C + c];
    }
}

Box band_at(const ConvGeometry& g, const Cut& cut, int64_t i) {
  const int64_t at[3] = {i / (cut.count[2] * cut.count[1]), i / cut.count[2] % cut.count[1],
                         i % cut.count[2]};
  Box band;
  for (int d = 0; d < 3; ++d) {
    band.begin[d] = at[d] * cut.size[d];
    const int64_t rest = g.in[d] - band.begin[d];
    band.size[d] = rest < cut.size[d] ? rest : cut.size[d];
  }
  return band;
}

template <class T>
void input_grad(const ConvGeometry& g, int64_t threads, const T* dy, const T* w, const T* b,
                T* dx) {
  const Plan<T> p(g, threads);
  const int64_t weight_bytes = p.place_bytes() + p.weight_bytes(g.G);
  Scratch scratch(weight_bytes + p.slots * p.samples * p.image_bytes());
  T* packed = scratch.data<T>(p.place_bytes());
  char* images = scratch.data<char>(weight_bytes);
  pack_weights(g, p, w, scratch.data<int32_t>(), packed);
  const int64_t boxes = p.cut.boxes(), dy_size = volume(g.out) * g.K, dx_size = volume(g.in) * g.C;
  const int64_t bytes = p.samples * p.image_bytes();
  const int64_t work = g.N * dy_size * (volume(g.kernel) * p.C / 8 + 1);
  parallel_for(p.slots, work, [&](int64_t begin, int64_t end) {
    for (int64_t slot = begin; slot < end; ++slot)
      for (int64_t i = p.tasks * slot / p.slots; i < p.tasks * (slot + 1) / p.slots; ++i) {
        const int64_t first = i / boxes * p.samples, rest = g.N - first;
        const int64_t n = rest < p.samples ? rest : p.samples;
        const Box band = band_at(g, p.cut, i % boxes);
        for (int64_t group = 0; group < g.G; ++group) {
          char* image = images + slot * bytes;
          start_image(p, n, b ? b + group * p.C : nullptr, reinterpret_cast<T*>(image));
          add_band(g, p, band, n, dy + first * dy_size + group * p.K,
                   packed + group * p.group_weights(), reinterpret_cast<T*>(image));
          for (int64_t j = first; j < first + n; ++j, image += p.image_bytes())
            copy_band(g, p, band, reinterpret_cast<T*>(image), dx + j * dx_size + group * p.C);
        }
      }
  });
}

// --- which convolutions ---

// Counts multiply-adds of vectors here and in the direct algorithm, which computes zeros outside
// the image, too, and copies dy for each phase of a stride; the constants are fitted to
// measurements with AVX2 and AVX-512.
template <class T>
const char* declines(const ConvGeometry& g) {
  const auto real = [](int64_t n) { return static_cast<double>(n); };
  if (g.N == 0) return "there is no sample";
  if (real(g.kernel[2] - 1) * real(g.dilation[2]) * real(g.C / g.G) * sizeof(T) > kMostMargin)
    return "the taps lie too far apart";
  const Plan<T> p(g, 1);
  const double N = real(g.N), K = real(p.K), taps = real(volume(g.kernel)), lanes = kWidth<T>;
  const double vectors = real(volume(p.runs) * p.vectors);
  const double wide = real((p.C + kWidth<T> - 1) / kWidth<T>);  // vectors of channels there
  const double here = N * real(volume(g.out)) * vectors * (p.paired ? K / 2 + 7 : K + 4);
  double phases = 1;
  for (int d = 0; d < 3; ++d) phases *= real(g.stride[d] < g.in[d] ? g.stride[d] : g.in[d]);
  const double direct = N * real(volume(g.in)) * wide *
                            (taps / real(volume(g.stride)) * K * (wide > 1 ? 1 : 1.5) + 4) +
                        (taps > 1 ? 7 * phases * N * real(volume(g.out)) * K / lanes : 0);
  const double packing = (1.5 * vectors - taps * wide) * lanes * K;
  return 1.05 * here + packing > direct ? "too many channels" : nullptr;
}

template <class T>
void install(Tables& tables) {
  Conv<T>& conv = tables;
  conv.input_grad[kConvCol2im] = {input_grad<T>, declines<T>};
}

}  // namespace

void install_conv_col2im(Tables& tables) {
  install<float>(tables);
  if constexpr (kOwnFloat64) install<double>(tables);
}

}  // namespace reel::kernels::REEL_ISA
