#pragma once
// The forward of any module as a function from tensors to tensors, for who calls modules that are
// not known beforehand.

#include <reel/nn/holder.h>

#include <tuple>
#include <utility>
#include <vector>

namespace reel::nn {

using TensorForward = TensorList (*)(Module& module, const TensorList& inputs);

[[noreturn]] void throw_no_forward(const Module& module, size_t num_inputs);

inline TensorList as_list(Tensor y) { return {std::move(y)}; }
inline TensorList as_list(TensorList y) { return y; }
template <class... T>
TensorList as_list(const std::tuple<T...>& y) {
  return std::apply([](const T&... each) { return TensorList{each...}; }, y);
}
template <class A, class B>
TensorList as_list(const std::pair<A, B>& y) {
  return {y.first, y.second};
}

template <class M, size_t... I>
bool forward_with(M& model, const TensorList& x, TensorList& y, std::index_sequence<I...>) {
  if constexpr (requires { model.forward(x[I]...); })
    if (x.size() == sizeof...(I)) {
      y = as_list(nn::call(model, x[I]...));
      return true;
    }
  return false;
}

/// A call of M::forward with 1 to 4 tensors, which gives a tensor, a list or a tuple of them.
/// Throws: ArgumentError for another number of tensors than it takes.
template <class M>
TensorList tensor_forward(Module& module, const TensorList& x) {
  auto& model = static_cast<M&>(module);
  TensorList y;
  if (!forward_with(model, x, y, std::make_index_sequence<1>()) &&
      !forward_with(model, x, y, std::make_index_sequence<2>()) &&
      !forward_with(model, x, y, std::make_index_sequence<3>()) &&
      !forward_with(model, x, y, std::make_index_sequence<4>()))
    throw_no_forward(module, x.size());
  return y;
}

}  // namespace reel::nn
