#pragma once
// Linear layers, and those that only change shapes. docs/ops/linear.md.

#include <reel/nn/holder.h>
#include <reel/nn/options.h>

namespace reel::nn {

struct LinearOptions {
  LinearOptions(int64_t in_features, int64_t out_features)
      : in_features_(in_features), out_features_(out_features) {}
  REEL_ARG(int64_t, in_features);
  REEL_ARG(int64_t, out_features);
  REEL_ARG(bool, bias) = true;
};

/// y = x weight^T + bias over the last dimension. Parameters: weight (out_features, in_features),
/// bias (out_features), uniform in +-1 / sqrt(in_features). Source: torch.nn.Linear.
class LinearImpl final : public Cloneable<LinearImpl> {
 public:
  LinearImpl(int64_t in_features, int64_t out_features)
      : LinearImpl(LinearOptions(in_features, out_features)) {}
  /// Throws: ArgumentError when a number of features is negative.
  explicit LinearImpl(const LinearOptions& o);
  void reset_parameters();
  Tensor forward(const Tensor& x) const;
  void pretty_print(std::ostream& stream) const override;

  LinearOptions options;
  Parameter weight, bias;
};
REEL_MODULE(Linear);

/// y = x, where a layer is expected. Source: torch.nn.Identity.
class IdentityImpl final : public Cloneable<IdentityImpl> {
 public:
  Tensor forward(const Tensor& x) const { return x; }
  void pretty_print(std::ostream& stream) const override;
};
REEL_MODULE(Identity);

struct FlattenOptions {
  REEL_ARG(int64_t, start_dim) = 1;
  REEL_ARG(int64_t, end_dim) = -1;
};

/// Makes one dimension of those from start_dim to end_dim. Source: torch.nn.Flatten.
class FlattenImpl final : public Cloneable<FlattenImpl> {
 public:
  explicit FlattenImpl(const FlattenOptions& o = {}) : options(o) {}
  Tensor forward(const Tensor& x) const;
  void pretty_print(std::ostream& stream) const override;

  FlattenOptions options;
};
REEL_MODULE(Flatten);

struct UnflattenOptions {
  UnflattenOptions(int64_t dim, std::vector<int64_t> sizes) : dim_(dim), sizes_(std::move(sizes)) {}
  REEL_ARG(int64_t, dim);
  REEL_ARG(std::vector<int64_t>, sizes);
};

/// Makes several dimensions of one; a size of -1 is what is left. Throws: ArgumentError in forward
/// unless the sizes make up the dimension. Source: torch.nn.Unflatten.
class UnflattenImpl final : public Cloneable<UnflattenImpl> {
 public:
  UnflattenImpl(int64_t dim, std::vector<int64_t> sizes)
      : UnflattenImpl(UnflattenOptions(dim, std::move(sizes))) {}
  explicit UnflattenImpl(const UnflattenOptions& o) : options(o) {}
  Tensor forward(const Tensor& x) const;
  void pretty_print(std::ostream& stream) const override;

  UnflattenOptions options;
};
REEL_MODULE(Unflatten);

}  // namespace reel::nn
