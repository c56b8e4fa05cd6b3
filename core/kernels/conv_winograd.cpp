// y of x and w, and dx of dy and w, by Winograd's algorithm.

#include <reel/core/kernels/conv_winograd.h>
#include <reel/core/kernels/kernels.h>
#include <reel/core/parallel.h>

namespace reel::kernels::REEL_ISA {

namespace {

// Tiles of a task: many where the weights are larger than L2, which are read once a task (128
// channels: 1.2 times as fast as with 24), but so that an even number of threads has as much to do.
int64_t tiles_per_task(const TileGrid& t) {
  constexpr int64_t kFew = 24, kMany = 48, kTasks = 4;
  if (t.C * t.K <= 96 * 96) return kFew;
  const int64_t rounds = (t.tiles() + kMany * kTasks - 1) / (kMany * kTasks);
  const int64_t tiles = (t.tiles() + rounds * kTasks - 1) / (rounds * kTasks);
  return tiles > kFew ? tiles : kFew;
}

// Floats of scratch. Weights: [point][block of columns][depth][lane]. For each slot of tasks at
// work at once, pixels: [point][tile][channel], products: [point][tile][column], a patch.
template <class S>
struct Plan {
  static constexpr int kPoints = S::kPoints;
  int64_t task_tiles, tasks, slots, columns;
  int64_t weights, pixels, products, patch;  // the first three of a point

  Plan(const TileGrid& t, int64_t threads) {
    task_tiles = tiles_per_task(t);
    tasks = (t.tiles() + task_tiles - 1) / task_tiles;
    slots = tasks < threads ? tasks : threads;
    columns = whole_vectors(t.K);
    weights = plane_size(t.depth(), columns);
    pixels = plane_size(task_tiles, whole_vectors(t.depth()));
    products = plane_size(task_tiles, columns);
    patch = kPoints * whole_vectors(t.C);
  }
  int64_t slot() const { return kPoints * (pixels + products) + patch; }
  int64_t bytes() const {
    return (kPoints * weights + slots * slot()) * static_cast<int64_t>(sizeof(float));
  }
};

// --- the weights ---

// Where the weights of a target, source channel and plane are, and in which order its taps.
struct WeightSteps {
  int64_t target, channel;
  bool reversed;
};

constexpr int64_t kDepths = 32;

// Depths d .. d + n of a vector of columns; w is at the first of those.
template <class S>
void transform_weight_block(const TileGrid& t, const Plan<S>& plan, const WeightSteps& step,
                            int64_t targets, int64_t d, int64_t n, const float* w, int64_t lanes,
                            float* out) {
  constexpr int kTaps = S::kTaps;
  // A row of weights at a time: those of the lanes lie far apart, and evict each other from L1.
  float tap[kDepths][kTaps][kLanes] = {};
  for (int64_t l = 0; l < targets; ++l)
    for (int64_t c = 0; c < n; ++c) {
      const int64_t plane = (d + c) / t.C, place = step.reversed ? t.taps - 1 - plane : plane;
      const float* from = w + l * step.target + (d + c) % t.C * step.channel + place * kTaps;
      for (int i = 0; i < kTaps; ++i) tap[c][step.reversed ? kTaps - 1 - i : i][l] = from[i];
    }
  for (int64_t c = 0; c < n; ++c) {
    Floats in[S::kTapRows], column[S::kHeight], at[S::kHeight][3], u[S::kWidth];
#pragma GCC unroll 3
    for (int j = 0; j < 3; ++j) {
#pragma GCC unroll 3
      for (int i = 0; i < S::kTapRows; ++i) load<float>(in[i], tap[c][3 * i + j]);
      transform_weights<S::kRows>(in, column);
#pragma GCC unroll 6
      for (int i = 0; i < S::kHeight; ++i) at[i][j] = column[i];
    }
#pragma GCC unroll 6
    for (int i = 0; i < S::kHeight; ++i) {
      transform_weights<S::kColumns>(at[i], u);
#pragma GCC unroll 6
      for (int j = 0; j < S::kWidth; ++j)
        store<float>(out + (i * S::kWidth + j) * plan.weights + c * lanes, u[j]);
    }
  }
}

template <class S>
void transform_all_weights(const TileGrid& t, const Plan<S>& plan, const WeightSteps& step,
                           const float* w, float* out) {
  const int64_t depth = t.depth();
  const int64_t parts = (depth + kDepths - 1) / kDepths, work = 8 * depth * plan.columns;
  for (int64_t k = 0; k < plan.columns;) {
    const int64_t vectors = tile_vectors(plan.columns - k), lanes = vectors * kLanes;
    parallel_for(parts * vectors, work, [=, &t, &plan, &step](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const int64_t first = k + i % vectors * kLanes, d = i / vectors * kDepths;
        const int64_t targets = t.K - first < kLanes ? t.K - first : kLanes;
        const int64_t n = depth - d < kDepths ? depth - d : kDepths;
        transform_weight_block(t, plan, step, targets, d, n, w + first * step.target, lanes,
                               out + k * depth + d * lanes + i % vectors * kLanes);
      }
    });
    k += lanes;
  }
}

// --- the products of a tile become pixels of the target ---

template <class S>
void write_tile(const TileGrid& t, const TilePlace& at, const float* products, int64_t plane,
                const float* b, float* y) {
  constexpr int M = S::kRows, N = S::kColumns;
  const int64_t height = t.out[0] - at.y < M ? t.out[0] - at.y : M;
  const int64_t width = t.out[1] - at.x < N ? t.out[1] - at.x : N;
  y += ((at.plane * t.out[0] + at.y) * t.out[1] + at.x) * t.K;
  for (int64_t k = 0; k < t.K; k += kLanes) {
    const int64_t lanes = t.K - k < kLanes ? t.K - k : kLanes;
    Floats bias{};
    if (b) std::memcpy(&bias, b + k, static_cast<size_t>(lanes) * sizeof(float));
    Floats m[S::kHeight], column[M], sum[M][S::kWidth], out[M][N];
#pragma GCC unroll 6
    for (int j = 0; j < S::kWidth; ++j) {
#pragma GCC unroll 6
      for (int i = 0; i < S::kHeight; ++i)
        load<float>(m[i], products + (i * S::kWidth + j) * plane + k);
      transform_products<M>(m, column);
#pragma GCC unroll 4
      for (int i = 0; i < M; ++i) sum[i][j] = column[i];
    }
#pragma GCC unroll 4
    for (int i = 0; i < M; ++i) {
      transform_products<N>(sum[i], out[i]);
#pragma GCC unroll 4
      for (int j = 0; j < N; ++j) out[i][j] += bias;
    }
    if (height == M && width == N && lanes == kLanes) {
#pragma GCC unroll 4
      for (int i = 0; i < M; ++i)
#pragma GCC unroll 4
        for (int j = 0; j < N; ++j) store<float>(y + (i * t.out[1] + j) * t.K + k, out[i][j]);
    } else {
      for (int64_t i = 0; i < height; ++i)
        for (int64_t j = 0; j < width; ++j)
          std::memcpy(y + (i * t.out[1] + j) * t.K + k, &out[i][j],
                      static_cast<size_t>(lanes) * sizeof(float));
    }
  }
}

// --- the whole ---

template <class S>
void convolve_task(const TileGrid& t, const Plan<S>& plan, int64_t task, const float* x,
                   const float* weights, const float* b, float* scratch, float* y) {
  const int64_t first = task * plan.task_tiles, rest = t.tiles() - first;
  const int64_t n = rest < plan.task_tiles ? rest : plan.task_tiles;
  const int64_t pitch = whole_vectors(t.depth());
  float *pixels = scratch, *products = pixels + plan.kPoints * plan.pixels,
        *copy = products + plan.kPoints * plan.products;
  for (int64_t i = 0; i < n; ++i)
    transform_source<S>(t, tile_at<S>(t, first + i), x, copy, pixels + i * pitch, plan.pixels);
  for (int64_t p = 0; p < plan.kPoints; ++p)
    for (int64_t k = 0; k < plan.columns;) {
      const int64_t vectors = tile_vectors(plan.columns - k);
      multiply_rows<false>(
          n, vectors, t.depth(),
          {pixels + p * plan.pixels, pitch, weights + p * plan.weights + k * t.depth(),
           vectors * kLanes, products + p * plan.products + k, plan.columns, false});
      k += vectors * kLanes;
    }
  for (int64_t i = 0; i < n; ++i)
    write_tile<S>(t, tile_at<S>(t, first + i), products + i * plan.columns, plan.products, b, y);
}

template <class S>
void convolve(const TileGrid& t, const WeightSteps& step, int64_t threads, const float* x,
              const float* w, const float* b, void* scratch, float* y) {
  const Plan<S> plan(t, threads);
  float* weights = static_cast<float*>(scratch);
  transform_all_weights(t, plan, step, w, weights);
  float* slots = weights + plan.kPoints * plan.weights;
  parallel_for(plan.slots, t.tiles() * plan.kPoints * (t.depth() / 8 + 1) * t.K,
               [&](int64_t begin, int64_t end) {
                 for (int64_t s = begin; s < end; ++s)
                   for (int64_t i = plan.tasks * s / plan.slots;
                        i < plan.tasks * (s + 1) / plan.slots; ++i)
                     convolve_task(t, plan, i, x, weights, b, slots + s * plan.slot(), y);
               });
}

template <int M>
int64_t forward_scratch(const ConvGeometry& g, int64_t threads) {
  return with_tile<M>(g, [&](auto tile) {
    using S = decltype(tile);
    return Plan<S>(forward_grid<S>(g), threads).bytes();
  });
}
template <int M>
int64_t input_grad_scratch(const ConvGeometry& g, int64_t threads) {
  return with_tile<M>(g, [&](auto tile) {
    using S = decltype(tile);
    return Plan<S>(input_grad_grid<S>(g), threads).bytes();
  });
}

template <int M>
void forward(const ConvGeometry& g, int64_t threads, void* scratch, const float* x, const float* w,
             const float* b, float* y) {
  with_tile<M>(g, [&](auto tile) {
    using S = decltype(tile);
    const int64_t channel = g.kernel[0] * S::kTaps;
    convolve<S>(forward_grid<S>(g), {g.C * channel, channel, false}, threads, x, w, b, scratch, y);
  });
}

template <int M>
void input_grad(const ConvGeometry& g, int64_t threads, void* scratch, const float* dy,
                const float* w, const float* b, float* dx) {
  with_tile<M>(g, [&](auto tile) {
    using S = decltype(tile);
    const int64_t channel = g.kernel[0] * S::kTaps;
    convolve<S>(input_grad_grid<S>(g), {channel, g.C * channel, true}, threads, dy, w, b, scratch,
                dx);
  });
}

template <int M>
const char* declines_forward(const ConvGeometry& g) {
  return with_tile<M>(g, [&](auto tile) {
    using S = decltype(tile);
    return refuses_winograd<S>(g, forward_grid<S>(g));
  });
}
template <int M>
const char* declines_input_grad(const ConvGeometry& g) {
  return with_tile<M>(g, [&](auto tile) {
    using S = decltype(tile);
    return refuses_winograd<S>(g, input_grad_grid<S>(g));
  });
}

template <int M>
void install(Tables& tables, ConvKind kind) {
  Conv<float>& conv = tables;
  conv.forward[kind] = {forward<M>, forward_scratch<M>, declines_forward<M>};
  conv.input_grad[kind] = {input_grad<M>, input_grad_scratch<M>, declines_input_grad<M>};
}

}  // namespace

void install_conv_winograd(Tables& tables) {
  install<4>(tables, kConvWinograd4);
  install<2>(tables, kConvWinograd2);
}

}  // namespace reel::kernels::REEL_ISA
