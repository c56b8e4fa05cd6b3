#pragma once
// Inference without batch norms: the layers before them do their work. docs/onnx.md.

#include <reel/nn/tensor_forward.h>

#include <iosfwd>
#include <string>
#include <vector>

namespace reel::nn {

/// What became of a model's batch norms, by their paths.
struct FusionReport {
  struct Fused {
    std::string norm, layer;  ///< the layer that computes what the norm did
  };
  struct Left {
    std::string norm, reason;
  };
  std::vector<Fused> fused;
  std::vector<Left> left;
};
std::string to_string(const FusionReport& report);
std::ostream& operator<<(std::ostream& out, const FusionReport& report);

/// Calls the module, and looks what it computes.
FusionReport fuse_conv_bn(Module& module, TensorForward forward, const TensorList& examples);

/// Folds each BatchNorm into the convolution, transposed one or linear layer whose output it alone
/// takes: weight' = weight s, bias' = (bias - mean) s + beta with s = gamma / sqrt(var + eps). The
/// norm stays as a module that passes its input on, without parameters. A call with the examples
/// tells which belong together; what can not be folded is left, with the reason. For a model in
/// evaluation mode; it can not be trained afterwards. Source: torch.nn.utils.fusion.
template <class M>
FusionReport fuse_conv_bn(M& model, const TensorList& examples) {
  if constexpr (requires { model.ptr(); })
    return fuse_conv_bn(*model, examples);
  else
    return fuse_conv_bn(model, tensor_forward<M>, examples);
}
template <class M>
FusionReport fuse_conv_bn(M& model, const Tensor& example) {
  return fuse_conv_bn(model, TensorList{example});
}

}  // namespace reel::nn
