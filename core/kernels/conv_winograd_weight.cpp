// dw of dy and x by Winograd's algorithm, and db of dy.

#include <reel/core/kernels/conv_winograd.h>
#include <reel/core/kernels/kernels.h>
#include <reel/core/parallel.h>

namespace reel::kernels::REEL_ISA {

namespace {

// Sums of up to kChunks fixed shares of the tiles are kept apart, and added in order: fewer where a
// set of sums is larger. Beyond kSumBytes there is one share, and threads work on it together:
// their meetings cost more than other sums (64 channels on 2 threads: 1.3 times the time).
constexpr int64_t kChunks = 8;
constexpr int64_t kSumBytes = 1 << 20;
// A share is taken a block of tiles at a time: its pixels and gradients are transformed, groups of
// tiles apart, then multiplied, points apart. Sums of a block start from zero, so that no chain of
// additions is longer than a block, which is to stay in L2: with 3 MB in place of 384 KB, 16
// channels take 1.4 times as long.
constexpr int64_t kGroup = 4;
constexpr int64_t kBlockBytes = 384 << 10;

// Floats of scratch, of a point: sums: [channel][column], pixels: [tile][channel], grads:
// [tile][column].
template <class S>
struct Plan {
  static constexpr int kPoints = S::kPoints;
  int64_t chunks, slots;  // all, and at work at once
  int64_t tiles, groups;  // of a block
  int64_t channels, columns;
  int64_t sums, pixels, grads, patch, bias;

  Plan(const TileGrid& t, int64_t threads) {
    constexpr auto kSize = static_cast<int64_t>(sizeof(float));
    channels = whole_vectors(t.depth());
    columns = whole_vectors(t.K);
    // At least so many that a block's pixels and gradients outweigh the sums that they are added
    // to.
    const int64_t fit = kBlockBytes / (kPoints * (channels + columns) * kSize);
    const int64_t least = 2 * t.depth() * t.K / (t.depth() + t.K);
    tiles = fit < least ? least : fit;
    sums = plane_size(t.depth(), columns);
    const int64_t bytes = kPoints * sums * kSize;
    const int64_t most = bytes > kSumBytes ? 1 : bytes > kSumBytes / 4 ? kChunks / 2 : kChunks;
    chunks = t.tiles() / tiles;
    chunks = chunks < 1 ? 1 : chunks > most ? most : chunks;
    slots = chunks < threads ? chunks : threads;
    const int64_t share = (t.tiles() + chunks - 1) / chunks;
    groups = ((tiles < share ? tiles : share) + kGroup - 1) / kGroup;
    tiles = groups * kGroup;
    pixels = plane_size(tiles, channels);
    grads = plane_size(tiles, columns);
    patch = kPoints * (channels > columns ? channels : columns);
    bias = columns;
  }
  int64_t chunk() const { return kPoints * sums + bias; }
  int64_t slot() const { return kPoints * (pixels + grads) + groups * (patch + bias); }
  int64_t bytes() const {
    return (chunks * chunk() + slots * slot()) * static_cast<int64_t>(sizeof(float));
  }
};

// A dy A^T of each channel of a patch, to out[point][channel].
template <class S>
void transform_grad_patch(const Patch& dy, int64_t channels, float* out, int64_t plane) {
  for (int64_t k = 0; k < channels; k += kLanes) {
    Floats in[S::kRows], column[S::kHeight], at[S::kHeight][S::kColumns], e[S::kWidth];
#pragma GCC unroll 4
    for (int j = 0; j < S::kColumns; ++j) {
#pragma GCC unroll 4
      for (int i = 0; i < S::kRows; ++i)
        load<float>(in[i], dy.base + i * dy.row + j * dy.pixel + k);
      transform_grads<S::kRows>(in, column);
#pragma GCC unroll 6
      for (int i = 0; i < S::kHeight; ++i) at[i][j] = column[i];
    }
#pragma GCC unroll 6
    for (int i = 0; i < S::kHeight; ++i) {
      transform_grads<S::kColumns>(at[i], e);
#pragma GCC unroll 6
      for (int j = 0; j < S::kWidth; ++j) store<float>(out + (i * S::kWidth + j) * plane + k, e[j]);
    }
  }
}

// scalar: sum[k] += sum over pixels of the patch of dy[pixel][k]
template <class S>
void add_pixels(const Patch& dy, int64_t channels, float* sum) {
  for (int64_t k = 0; k < channels; k += kLanes) {
    Floats row[S::kRows], total;
#pragma GCC unroll 4
    for (int i = 0; i < S::kRows; ++i) {
      load<float>(row[i], dy.base + i * dy.row + k);
#pragma GCC unroll 4
      for (int j = 1; j < S::kColumns; ++j) {
        Floats pixel;
        load<float>(pixel, dy.base + i * dy.row + j * dy.pixel + k);
        row[i] += pixel;
      }
    }
    load<float>(total, sum + k);
#pragma GCC unroll 4
    for (int i = 0; i < S::kRows; ++i) total += row[i];
    store<float>(sum + k, total);
  }
}

// What a call reads, and which results it wants.
struct Job {
  const float *dy, *x;
  bool weights, bias;
};

// Scratch of a share, piece by piece.
struct Pieces {
  float *sums, *bias;
  float *pixels, *grads, *patches, *group_bias;
};

template <class S>
Pieces pieces_at(const Plan<S>& plan, int64_t chunk, int64_t slot, float* scratch) {
  Pieces s{};
  s.sums = scratch + chunk * plan.chunk();
  s.bias = s.sums + plan.kPoints * plan.sums;
  s.pixels = scratch + plan.chunks * plan.chunk() + slot * plan.slot();
  s.grads = s.pixels + plan.kPoints * plan.pixels;
  s.patches = s.grads + plan.kPoints * plan.grads;
  s.group_bias = s.patches + plan.groups * plan.patch;
  return s;
}

// Tiles of a block; from `end` on they belong to others.
struct Span {
  int64_t begin, end;
};

template <class S>
void transform_group(const TileGrid& t, const Plan<S>& plan, const Job& job, const Pieces& s,
                     const Span& span, int64_t group) {
  float *copy = s.patches + group * plan.patch, *sum = s.group_bias + group * plan.bias;
  std::memset(sum, 0, static_cast<size_t>(plan.bias) * sizeof(float));
  for (int64_t i = group * kGroup; i < (group + 1) * kGroup && span.begin + i < span.end; ++i) {
    const TilePlace at = tile_at<S>(t, span.begin + i);
    if (job.weights)
      transform_source<S>(t, at, job.x, copy, s.pixels + i * plan.channels, plan.pixels);
    const float* image = job.dy + at.plane * t.out[0] * t.out[1] * t.K;
    const Patch dy = patch_at<S::kRows, S::kColumns>(at.y, at.x, t.out, t.K, image, copy);
    if (job.weights) transform_grad_patch<S>(dy, t.K, s.grads + i * plan.columns, plan.grads);
    if (job.bias) add_pixels<S>(dy, t.K, sum);
  }
}

// The products of n tiles at a point.
template <class S>
void multiply_point(const TileGrid& t, const Plan<S>& plan, const Pieces& s, int64_t n, int64_t p,
                    bool add) {
  for (int64_t k = 0; k < plan.columns;) {
    const int64_t vectors = tile_vectors(plan.columns - k);
    multiply_rows<true>(t.depth(), vectors, n,
                        {s.pixels + p * plan.pixels, plan.channels, s.grads + p * plan.grads + k,
                         plan.columns, s.sums + p * plan.sums + k, plan.columns, add});
    k += vectors * kLanes;
  }
}

template <class S>
void add_share(const TileGrid& t, const Plan<S>& plan, const Job& job, const Pieces& s,
               const Span& share) {
  std::memset(s.bias, 0, static_cast<size_t>(plan.bias) * sizeof(float));
  for (int64_t first = share.begin; first < share.end; first += plan.tiles) {
    const int64_t end = first + plan.tiles;
    const Span span{first, end < share.end ? end : share.end};
    const int64_t n = span.end - first, groups = (n + kGroup - 1) / kGroup;
    parallel_for(groups, n * plan.kPoints * (t.depth() + t.K) / 4, [&](int64_t b, int64_t e) {
      for (int64_t i = b; i < e; ++i) transform_group(t, plan, job, s, span, i);
    });
    if (job.weights)
      parallel_for(plan.kPoints, n * plan.kPoints * (t.depth() / 8 + 1) * t.K,
                   [&](int64_t b, int64_t e) {
                     for (int64_t p = b; p < e; ++p)
                       multiply_point(t, plan, s, n, p, first > share.begin);
                   });
    for (int64_t i = 0; i < groups; ++i)
      for (int64_t k = 0; k < t.K; ++k) s.bias[k] += s.group_bias[i * plan.bias + k];
  }
}

constexpr int64_t kChannels = 16;

// G^T S G of n input channels, for a vector of columns; both dw and sums are at the first of them.
template <class S>
void write_weights(const TileGrid& t, const Plan<S>& plan, const float* sums, int64_t n,
                   int64_t columns, float* dw) {
  constexpr int kTaps = S::kTaps;
  float tap[kChannels][kTaps][kLanes];
  for (int64_t c = 0; c < n; ++c) {
    Floats s[S::kHeight], column[S::kTapRows], at[S::kTapRows][S::kWidth], w[3];
#pragma GCC unroll 6
    for (int j = 0; j < S::kWidth; ++j) {
#pragma GCC unroll 6
      for (int i = 0; i < S::kHeight; ++i) {
        const float* from = sums + (i * S::kWidth + j) * plan.sums + c * plan.columns;
        load<float>(s[i], from);
        for (int64_t chunk = 1; chunk < plan.chunks; ++chunk) {
          Floats more;
          load<float>(more, from + chunk * plan.chunk());
          s[i] += more;
        }
      }
      transform_sums<S::kRows>(s, column);
#pragma GCC unroll 3
      for (int i = 0; i < S::kTapRows; ++i) at[i][j] = column[i];
    }
#pragma GCC unroll 3
    for (int i = 0; i < S::kTapRows; ++i) {
      transform_sums<S::kColumns>(at[i], w);
#pragma GCC unroll 3
      for (int j = 0; j < 3; ++j) store<float>(tap[c][3 * i + j], w[j]);
    }
  }
  for (int64_t l = 0; l < columns; ++l)
    for (int64_t i = 0; i < kTaps * n; ++i)
      dw[(l * t.C + i / kTaps) * t.taps * kTaps + i % kTaps] = tap[i / kTaps][i % kTaps][l];
}

template <class S>
void write_all_weights(const TileGrid& t, const Plan<S>& plan, const float* sums, float* dw) {
  const int64_t depth = t.depth(), parts = (depth + kChannels - 1) / kChannels;
  parallel_for(parts * (plan.columns / kLanes), depth * plan.columns * 8,
               [=, &t, &plan](int64_t begin, int64_t end) {
                 for (int64_t i = begin; i < end; ++i) {
                   // Those of several planes are multiples of kChannels: a part is of one.
                   const int64_t d = i % parts * kChannels, k = i / parts * kLanes;
                   write_weights(t, plan, sums + d * plan.columns + k,
                                 depth - d < kChannels ? depth - d : kChannels,
                                 t.K - k < kLanes ? t.K - k : kLanes,
                                 dw + ((k * t.C + d % t.C) * t.taps + d / t.C) * S::kTaps);
                 }
               });
}

template <class S>
void weight_grad_of(const TileGrid& t, int64_t threads, float* memory, const Job& job, float* dw,
                    float* db) {
  const Plan<S> plan(t, threads);
  const auto add = [&](int64_t chunk, int64_t slot) {
    add_share(t, plan, job, pieces_at(plan, chunk, slot, memory),
              {t.tiles() * chunk / plan.chunks, t.tiles() * (chunk + 1) / plan.chunks});
  };
  if (plan.chunks == 1)
    add(0, 0);  // not inside a parallel loop: it holds some
  else
    parallel_for(plan.slots, t.tiles() * plan.kPoints * (t.depth() / 8 + 1) * t.K,
                 [&](int64_t begin, int64_t end) {
                   for (int64_t slot = begin; slot < end; ++slot)
                     for (int64_t c = plan.chunks * slot / plan.slots;
                          c < plan.chunks * (slot + 1) / plan.slots; ++c)
                       add(c, slot);
                 });
  if (dw) write_all_weights(t, plan, memory, dw);
  if (db)
    for (int64_t k = 0; k < t.K; ++k) {
      db[k] = 0;
      for (int64_t c = 0; c < plan.chunks; ++c)
        db[k] += memory[c * plan.chunk() + plan.kPoints * plan.sums + k];
    }
}

template <int M>
void weight_grad(const ConvGeometry& g, int64_t threads, void* scratch, const float* dy,
                 const float* x, float* dw, float* db) {
  with_tile<M>(g, [&](auto tile) {
    using S = decltype(tile);
    weight_grad_of<S>(forward_grid<S>(g), threads, static_cast<float*>(scratch),
                      {dy, x, dw != nullptr, db != nullptr}, dw, db);
  });
}

template <int M>
int64_t scratch_bytes(const ConvGeometry& g, int64_t threads) {
  return with_tile<M>(g, [&](auto tile) {
    using S = decltype(tile);
    return Plan<S>(forward_grid<S>(g), threads).bytes();
  });
}

template <int M>
const char* declines(const ConvGeometry& g) {
  return with_tile<M>(g, [&](auto tile) {
    using S = decltype(tile);
    return refuses_winograd<S>(g, forward_grid<S>(g));
  });
}

}  // namespace

void install_conv_winograd_weight(Tables& tables) {
  Conv<float>& conv = tables;
  conv.weight_grad[kConvWinograd4] = {weight_grad<4>, scratch_bytes<4>, declines<4>};
  conv.weight_grad[kConvWinograd2] = {weight_grad<2>, scratch_bytes<2>, declines<2>};
}

}  // namespace reel::kernels::REEL_ISA
