// The table of elementwise operations of one tensor, a row each:
//
//   ROW(name, saved, y, dx)
//
// `saved` is what backward needs: x, y or nothing. y is an expression of x, dx one of dy and of
// what is saved; both may use the numbers a and b. They are compiled twice: by
// core/kernels/pointwise.cpp, where names stand for elements of type T, and (dx alone) by
// autograd/ops/pointwise.cpp, where they stand for tensors and T for double, so that gradients have
// gradients. docs/ops/pointwise.md and activation.md have the formulas and what happens at kinks
// and infinities. No include guard: each includer defines what it makes of a ROW.

// clang-format off
#define REEL_POINTWISE_TABLE(ROW)                                                                \
  ROW(neg,         nothing, -x,               -dy)                                               \
  ROW(exp,         y,       exp(x),           dy * y)                                            \
  ROW(log,         x,       log(x),           dy / x)                                            \
  ROW(log1p,       x,       log1p(x),         dy / (x + 1))                                      \
  ROW(expm1,       y,       expm1(x),         dy * (y + 1))                                      \
  ROW(sqrt,        y,       sqrt(x),          dy / (2 * y))                                      \
  ROW(rsqrt,       y,       1 / sqrt(x),      dy * (y * y * y) * T(-0.5))                        \
  ROW(square,      x,       x * x,            dy * (2 * x))                                      \
  ROW(reciprocal,  y,       1 / x,            -dy * (y * y))                                     \
  ROW(abs,         x,       abs(x),           dy * sign(x))                                      \
  ROW(sign,        nothing, sign(x),          zeros_like(dy))                                    \
  ROW(floor,       nothing, floor(x),         zeros_like(dy))                                    \
  ROW(sin,         x,       sin(x),           dy * cos(x))                                       \
  ROW(cos,         x,       cos(x),           -dy * sin(x))                                      \
  ROW(erf,         x,       erf(x),           dy * (T(kTwoOverSqrtPi) * exp(-x * x)))            \
  ROW(pow,         x,       pow(x, a),        dy * (a * pow(x, a - T(a != 0))))                  \
  ROW(clamp,       x,       lower(raise(x, a), b),                                               \
      where(x > a, where(x < b, dy, T(0)), T(0)))                                              \
  ROW(tanh,        y,       tanh(x),          dy * (1 - y * y))                                  \
  ROW(sigmoid,     y,       sigmoid(x),       dy * (y * (1 - y)))                                \
  ROW(relu,        y,       raise(x, T(0)),   where(y <= 0, T(0), dy))                           \
  ROW(leaky_relu,  x,       where(x > 0, x, a * x),                                              \
      where(x > 0, dy, a * dy))                                                                  \
  ROW(elu,         x,       b * where(x > 0, x, a * expm1(x)),                                   \
      b * where(x > 0, dy, dy * (a * exp(-abs(x)))))                                             \
  ROW(celu,        x,       where(x > 0, x, a * expm1(x / a)),                                   \
      where(x > 0, dy, dy * exp(-abs(x) / a)))                                                   \
  ROW(gelu,        x,       x * (T(0.5) + T(0.5) * erf(x * T(kSqrtHalf))),                       \
      dy * (T(0.5) + T(0.5) * erf(x * T(kSqrtHalf)) +                                            \
            x * exp(T(-0.5) * x * x) * T(kOneOverSqrtTwoPi)))                                    \
  ROW(gelu_tanh,   x,       x * sigmoid(x * (T(kGelu1) + T(kGelu3) * x * x)),                    \
      dy * sigmoid(x * (T(kGelu1) + T(kGelu3) * x * x)) *                                        \
          (1 + x * sigmoid(-x * (T(kGelu1) + T(kGelu3) * x * x)) *                               \
                   (T(kGelu1) + T(3 * kGelu3) * x * x)))                                         \
  ROW(silu,        x,       x * sigmoid(x),   dy * sigmoid(x) * (1 + x * sigmoid(-x)))           \
  ROW(mish,        x,                                                                            \
      x * (sigmoid(x) * (1 + sigmoid(-x)) / (1 + sigmoid(-x) * sigmoid(-x))),                    \
      dy * (sigmoid(x) * (1 + sigmoid(-x)) / (1 + sigmoid(-x) * sigmoid(-x)) +                   \
            4 * x * sigmoid(x) *                                                                 \
                square(sigmoid(-x) / (1 + sigmoid(-x) * sigmoid(-x)))))                          \
  ROW(softplus,    x,       where(a * x > b, x, log1p(exp(a * x)) / a),                          \
      where(a * x > b, dy, dy * sigmoid(a * x)))                                                 \
  ROW(logsigmoid,  x,       lower(x, T(0)) - log1p(exp(-abs(x))),                                \
      dy * sigmoid(-x))                                                                          \
  ROW(softsign,    x,       x / (1 + abs(x)), dy / ((1 + abs(x)) * (1 + abs(x))))                \
  ROW(tanhshrink,  x,       x - tanh(x),      dy * (tanh(x) * tanh(x)))                          \
  ROW(hardsigmoid, x,       lower(raise(x / 6 + T(0.5), T(0)), T(1)),                            \
      where(x > -3, where(x < 3, dy * T(kSixth), T(0)), T(0)))                                   \
  ROW(hardswish,   x,       x * lower(raise(x / 6 + T(0.5), T(0)), T(1)),                        \
      where(x > -3, where(x < 3, dy * (x / 3 + T(0.5)), dy), T(0)))                              \
  ROW(hardshrink,  x,       where(abs(x) > a, x, T(0) * x),                                      \
      where(abs(x) > a, dy, T(0)))                                                               \
  ROW(softshrink,  x,       x - lower(raise(x, -a), a),                                          \
      where(abs(x) > a, dy, T(0)))                                                               \
  ROW(threshold,   x,       where(x <= a, b, x),                                                 \
      where(x <= a, T(0), dy))
// clang-format on
