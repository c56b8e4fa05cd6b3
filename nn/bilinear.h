#pragma once
// A layer of two inputs. docs/ops/bilinear.md.

#include <reel/nn/holder.h>
#include <reel/nn/options.h>

namespace reel::nn {

struct BilinearOptions {
  BilinearOptions(int64_t in1_features, int64_t in2_features, int64_t out_features)
      : in1_features_(in1_features), in2_features_(in2_features), out_features_(out_features) {}
  REEL_ARG(int64_t, in1_features);
  REEL_ARG(int64_t, in2_features);
  REEL_ARG(int64_t, out_features);
  REEL_ARG(bool, bias) = true;
};

/// y_k = x1^T weight_k x2 + bias_k over the last dimensions. Parameters: weight (out_features,
/// in1_features, in2_features), bias (out_features), uniform in +-1 / sqrt(in1_features). Source:
/// torch.nn.Bilinear.
class BilinearImpl final : public Cloneable<BilinearImpl> {
 public:
  BilinearImpl(int64_t in1_features, int64_t in2_features, int64_t out_features);
  /// Throws: ArgumentError unless in1_features is positive and no number is negative.
  explicit BilinearImpl(const BilinearOptions& o);
  void reset_parameters();
  Tensor forward(const Tensor& x1, const Tensor& x2) const;
  void pretty_print(std::ostream& stream) const override;

  BilinearOptions options;
  Parameter weight, bias;
};
REEL_MODULE(Bilinear);

}  // namespace reel::nn
