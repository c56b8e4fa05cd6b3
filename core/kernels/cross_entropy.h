#pragma once

#include <cstdint>

namespace reel::kernels {

/// Rows (n, s) of C scores, S apart, each with a target class.
struct ClassGeometry {
  int64_t N, C, S;
  int64_t ignore_index;    // a row with this target counts for nothing
  double label_smoothing;  // the share of the target that is spread over all classes
};

/// Cross entropy of scores against class indices; the equation numbers are those of
/// docs/ops/cross_entropy.md. Null w stands for ones; targets are in range or ignore_index.
template <class T>
struct CrossEntropy {
  /// Equation 3; loss, largest and log_sum (N, S).
  void (*forward)(const ClassGeometry& g, const T* x, const int64_t* target, const T* w, T* loss,
                  T* largest, T* log_sum);
  /// Equation 5; the gradient of row i is dy[i * step_dy] * scale.
  void (*backward)(const ClassGeometry& g, const T* x, const int64_t* target, const T* w,
                   const T* largest, const T* log_sum, const T* dy, int64_t step_dy, T scale,
                   T* dx);
  /// Equation 6: of probabilities q, shaped like x.
  void (*soft_forward)(const ClassGeometry& g, const T* x, const T* q, const T* w, T* loss,
                       T* largest, T* log_sum);
  /// Equations 7 and 8; dx and dq may be null.
  void (*soft_backward)(const ClassGeometry& g, const T* x, const T* q, const T* w,
                        const T* largest, const T* log_sum, const T* dy, int64_t step_dy, T scale,
                        T* dx, T* dq);
};

/// Negative log likelihood of class indices under log probabilities x.
template <class T>
struct NllLoss {
  /// Equation 1; loss (N, S).
  void (*forward)(const ClassGeometry& g, const T* x, const int64_t* target, const T* w, T* loss);
  /// Equation 2; the gradient of row i is dy[i * step_dy] * scale.
  void (*backward)(const ClassGeometry& g, const int64_t* target, const T* w, const T* dy,
                   int64_t step_dy, T scale, T* dx);
};

}  // namespace reel::kernels
