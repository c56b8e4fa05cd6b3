#include <reel/core/kernels/kernels.h>
#include <reel/core/kernels/lanes.h>

namespace reel::kernels::REEL_ISA {

namespace {

#if defined(__AVX512F__)
constexpr int kVectorBytes = 64;
#elif defined(__AVX2__)
constexpr int kVectorBytes = 32;
#else
constexpr int kVectorBytes = 16;
#endif
constexpr int kPanelBytes = 64;  // one row of a packed panel of B
constexpr int kPanelVectors = kPanelBytes / kVectorBytes;
constexpr int kSums = 8;  // independent sums of a tile: they hide the latency of a multiply-add
constexpr int kTileRows = kSums / kPanelVectors;
constexpr int64_t kDepth = 128;  // of a packed panel: 8 KB

template <class T>
struct Vector {
  // Loads and stores may fall anywhere.
  typedef T type __attribute__((vector_size(kVectorBytes), aligned(alignof(T)), may_alias));
  static constexpr int64_t kSize = kVectorBytes / static_cast<int64_t>(sizeof(T));
};

template <class T>
constexpr int64_t kPanel = kPanelBytes / static_cast<int64_t>(sizeof(T));

// Writes alpha * value + beta * c.
template <class T>
void put(T value, T alpha, T beta, T* c) {
  *c = beta == T(0) ? alpha * value : alpha * value + beta * *c;
}

// R rows by V vectors of C: sums over K stay in registers. Only `width` columns are stored.
template <int R, int V, class T>
void tile(int64_t K, T alpha, const T* a, int64_t row_a, int64_t step_a, const T* b, int64_t ldb,
          T beta, T* c, int64_t row_c, int64_t step_c, int64_t width) {
  using Vec = typename Vector<T>::type;
  constexpr int64_t kSize = Vector<T>::kSize;
  Vec sum[R][V] = {};
  for (int64_t k = 0; k < K; ++k) {
    Vec row[V];
    for (int v = 0; v < V; ++v) row[v] = *reinterpret_cast<const Vec*>(b + k * ldb + v * kSize);
    // scalar: sum[r][j] += a[r][k] * b[k][j]
    for (int r = 0; r < R; ++r)
      for (int v = 0; v < V; ++v) sum[r][v] += a[r * row_a + k * step_a] * row[v];
  }
  for (int r = 0; r < R; ++r) {
    T out[V * kSize];
    for (int v = 0; v < V; ++v) *reinterpret_cast<Vec*>(out + v * kSize) = sum[r][v];
    for (int64_t j = 0; j < width; ++j) put(out[j], alpha, beta, c + r * row_c + j * step_c);
  }
}

// panel[k][j] = op(B)[k][j] for `width` columns, zeros beyond.
template <class T>
void pack(bool trans, int64_t K, int64_t width, const T* B, int64_t ldb, T* panel) {
  constexpr int64_t P = kPanel<T>;
  const int64_t step_k = trans ? 1 : ldb, step_j = trans ? ldb : 1;
  int64_t k = 0;
  if (trans && width == P)
    // Square blocks of constant size become vector shuffles.
    for (; k + P <= K; k += P)
      for (int64_t i = 0; i < P; ++i)
        for (int64_t j = 0; j < P; ++j) panel[(k + i) * P + j] = B[j * ldb + k + i];
  for (; k < K; ++k) {
    for (int64_t j = 0; j < width; ++j) panel[k * P + j] = B[k * step_k + j * step_j];
    for (int64_t j = width; j < P; ++j) panel[k * P + j] = 0;
  }
}

// All rows of C against one panel.
template <class T>
void panel_product(int64_t M, int64_t K, T alpha, const T* a, int64_t row_a, int64_t step_a,
                   const T* b, int64_t ldb, T beta, T* c, int64_t ldc, int64_t width) {
  constexpr int V = kPanelVectors;
  int64_t i = 0;
  for (; i + kTileRows <= M; i += kTileRows)
    tile<kTileRows, V>(K, alpha, a + i * row_a, row_a, step_a, b, ldb, beta, c + i * ldc, ldc, 1,
                       width);
  for (; i < M; ++i)
    tile<1, V>(K, alpha, a + i * row_a, row_a, step_a, b, ldb, beta, c + i * ldc, ldc, 1, width);
}

template <class T>
void matrix(bool trans_a, bool trans_b, int64_t M, int64_t N, int64_t K, T alpha, const T* A,
            int64_t lda, const T* B, int64_t ldb, T beta, T* C, int64_t ldc) {
  constexpr int64_t P = kPanel<T>;
  const int64_t row_a = trans_a ? 1 : lda, step_a = trans_a ? lda : 1;
  T panel[kDepth * P];
  for (int64_t j = 0; j < N; j += P) {
    const int64_t width = N - j < P ? N - j : P;
    int64_t k = 0;
    do {  // once even for K = 0, which leaves beta * C
      const int64_t depth = K - k < kDepth ? K - k : kDepth;
      const T* b = B + (trans_b ? j * ldb + k : k * ldb + j);
      const bool in_place = !trans_b && width == P;
      if (!in_place) pack(trans_b, depth, width, b, ldb, panel);
      panel_product(M, depth, alpha, A + k * step_a, row_a, step_a, in_place ? b : panel,
                    in_place ? ldb : P, k == 0 ? beta : T(1), C + j, ldc, width);
      k += depth;
    } while (k < K);
  }
}

template <class T>
void vector(bool trans_b, int64_t N, int64_t K, T alpha, const T* a, int64_t step_a, const T* B,
            int64_t ldb, T beta, T* c, int64_t step_c) {
  int64_t j = 0;
  if (trans_b) {
    for (; j < N; ++j) {
      const T* b = B + j * ldb;
      const T dot = step_a == 1 ? sum_of<T>(K, [=](int64_t k) { return a[k] * b[k]; })
                                : sum_of<T>(K, [=](int64_t k) { return a[k * step_a] * b[k]; });
      put(dot, alpha, beta, c + j * step_c);
    }
    return;
  }
  constexpr int64_t kWide = kSums * Vector<T>::kSize;
  for (; j + kWide <= N; j += kWide)
    tile<1, kSums>(K, alpha, a, 0, step_a, B + j, ldb, beta, c + j * step_c, 0, step_c, kWide);
  for (; j < N; ++j) {
    T sum = 0;
    for (int64_t k = 0; k < K; ++k) sum += a[k * step_a] * B[k * ldb + j];
    put(sum, alpha, beta, c + j * step_c);
  }
}

}  // namespace

void install_small_gemm(Tables& tables) {
  tables.set(SmallGemm<float>{matrix<float>, vector<float>});
  tables.set(SmallGemm<double>{matrix<double>, vector<double>});
}

}  // namespace reel::kernels::REEL_ISA
