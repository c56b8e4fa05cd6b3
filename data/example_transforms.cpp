#include <reel/autograd/ops/shapes.h>
#include <reel/core/creation.h>
#include <reel/data/example_transforms.h>

namespace reel::data::transforms {

Tensor channel_values(ArrayRef<double> values) {
  return tensor(values.vec(), kFloat32).reshape({static_cast<int64_t>(values.size()), 1, 1});
}

Tensor normalize_channels(const Tensor& x, const Tensor& mean, const Tensor& stddev) {
  const int64_t n = mean.size(0), channels = x.dim() > 0 ? x.size(0) : 0;
  REEL_CHECK(n == stddev.size(0) && (n == 1 || n == channels), "normalize: ", n, " means and ",
             stddev.size(0), " deviations for an input ", x,
             "; there must be one of each, or as many as its channels.");
  return x.sub(mean).div(stddev);
}

Example<> Stack<Example<>>::apply_batch(std::vector<Example<>> examples) {
  TensorList data, targets;
  for (Example<>& e : examples) {
    data.push_back(std::move(e.data));
    targets.push_back(std::move(e.target));
  }
  return {stack(data), stack(targets)};
}

TensorExample Stack<TensorExample>::apply_batch(std::vector<TensorExample> examples) {
  TensorList data;
  for (TensorExample& e : examples) data.push_back(std::move(e.data));
  return stack(data);
}

}  // namespace reel::data::transforms
