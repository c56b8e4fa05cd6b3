#include <reel/autograd/grad_mode.h>
#include <reel/autograd/ops/shapes.h>
#include <reel/nn/utils/convert_parameters.h>

namespace reel::nn::utils {

Tensor parameters_to_vector(const TensorList& parameters) {
  REEL_CHECK(!parameters.empty(),
             "parameters_to_vector: it was given no parameters; it needs one or more.");
  TensorList flat;
  for (const Tensor& p : parameters) flat.push_back(p.flatten());
  return cat(flat);
}

void vector_to_parameters(const Tensor& vec, const TensorList& parameters) {
  int64_t total = 0;
  for (const Tensor& p : parameters) total += p.numel();
  REEL_CHECK(vec.dim() == 1 && vec.numel() == total, "vector_to_parameters: the vector is ", vec,
             ", the parameters have ", total, " elements; it must be a vector of as many.");
  const NoGradGuard no_grad;
  int64_t from = 0;
  for (const Tensor& p : parameters) {
    p.copy_(vec.narrow(0, from, p.numel()).view(p.sizes()));
    from += p.numel();
  }
}

}  // namespace reel::nn::utils
