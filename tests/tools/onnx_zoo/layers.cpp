// Layers in all their options.

#include "zoo.h"

namespace zoo {

namespace {

template <class Layer>
Entry layer(const std::string& name, Layer layer, std::vector<int64_t> sample) {
  return entry("layer_" + name, nn::Sequential(layer), std::move(sample));
}

void add_convolutions(std::vector<Entry>& all) {
  using O = nn::Conv2dOptions;
  const std::vector<int64_t> image{4, 11, 9};
  all.push_back(
      layer("conv1d", nn::Conv1d(nn::Conv1dOptions(4, 6, 3).stride(2).padding(2)), {4, 15}));
  all.push_back(
      layer("conv3d", nn::Conv3d(nn::Conv3dOptions(2, 4, {1, 2, 3}).padding(1)), {2, 5, 6, 7}));
  all.push_back(layer("conv_groups", nn::Conv2d(O(4, 8, 3).groups(2).bias(false)), image));
  all.push_back(
      layer("conv_dilation", nn::Conv2d(O(4, 3, 3).dilation({2, 3}).stride({1, 2})), image));
  all.push_back(layer("conv_same", nn::Conv2d(O(4, 3, {4, 3}).padding(kSame)), image));
  all.push_back(layer("conv_padding", nn::Conv2d(O(4, 3, 5).padding({2, 1}).stride(3)), image));
  const std::pair<const char*, PaddingMode> modes[] = {
      {"reflect", kReflect}, {"replicate", kReplicate}, {"circular", kCircular}};
  for (const auto& [name, mode] : modes)
    all.push_back(layer(as_text("conv_", name),
                        nn::Conv2d(O(4, 3, 4).padding(kSame).padding_mode(mode)), image));
  all.push_back(layer("conv_transpose1d",
                      nn::ConvTranspose1d(nn::ConvTranspose1dOptions(4, 6, 5).stride(3).padding(1)),
                      {4, 6}));
  all.push_back(layer("conv_transpose2d",
                      nn::ConvTranspose2d(nn::ConvTranspose2dOptions(4, 6, {3, 4})
                                              .stride({2, 3})
                                              .padding({1, 0})
                                              .output_padding({1, 2})
                                              .dilation({2, 1})
                                              .groups(2)),
                      {4, 5, 6}));
  all.push_back(
      layer("conv_transpose3d",
            nn::ConvTranspose3d(nn::ConvTranspose3dOptions(2, 3, 2).stride(2).bias(false)),
            {2, 3, 4, 3}));
}

void add_norms(std::vector<Entry>& all) {
  const std::vector<int64_t> image{4, 7, 5};
  all.push_back(layer("batch_norm_plain",
                      nn::BatchNorm2d(nn::BatchNorm2dOptions(4).affine(false).eps(1e-3)), image));
  all.push_back(layer("batch_norm_untracked",
                      nn::BatchNorm2d(nn::BatchNorm2dOptions(4).track_running_stats(false)),
                      image));
  all.push_back(layer("batch_norm1d", nn::BatchNorm1d(6), {6}));
  all.push_back(layer("batch_norm1d_untracked",
                      nn::BatchNorm1d(nn::BatchNorm1dOptions(6).track_running_stats(false)), {6}));
  all.push_back(
      layer("instance_norm", nn::InstanceNorm2d(nn::InstanceNorm2dOptions(4).affine(true)), image));
  all.push_back(layer("instance_norm_plain", nn::InstanceNorm1d(4), {4, 9}));
  all.push_back(layer("instance_norm_tracked",
                      nn::InstanceNorm2d(nn::InstanceNorm2dOptions(4).track_running_stats(true)),
                      image));
  all.push_back(layer("group_norm", nn::GroupNorm(2, 4), image));
  all.push_back(layer("group_norm_flat", nn::GroupNorm(2, 6), {6}));
  all.push_back(layer("layer_norm", nn::LayerNorm(nn::LayerNormOptions({7, 5})), image));
  all.push_back(layer("layer_norm_plain",
                      nn::LayerNorm(nn::LayerNormOptions({5}).elementwise_affine(false)), image));
  all.push_back(layer("local_response_norm", nn::LocalResponseNorm(3), image));
}

void add_pools(std::vector<Entry>& all) {
  const std::vector<int64_t> image{3, 11, 8};
  using M = nn::MaxPool2dOptions;
  using A = nn::AvgPool2dOptions;
  all.push_back(layer("max_pool", nn::MaxPool2d(M(3).stride(2).padding(1)), image));
  all.push_back(layer("max_pool_ceil", nn::MaxPool2d(M({3, 2}).stride(3).ceil_mode(true)), image));
  all.push_back(layer("max_pool_dilation", nn::MaxPool2d(M(2).stride(1).dilation({2, 3})), image));
  all.push_back(layer("max_pool1d", nn::MaxPool1d(3), {3, 10}));
  all.push_back(layer("max_pool3d", nn::MaxPool3d(2), {2, 4, 5, 6}));
  all.push_back(layer("avg_pool", nn::AvgPool2d(A({3, 2}).stride(2)), image));
  all.push_back(layer("avg_pool_padding", nn::AvgPool2d(A(3).stride(2).padding(1)), image));
  all.push_back(layer("avg_pool_without_padding",
                      nn::AvgPool2d(A(3).stride(2).padding(1).count_include_pad(false)), image));
  all.push_back(
      layer("avg_pool_ceil", nn::AvgPool2d(A(3).stride(2).padding(1).ceil_mode(true)), image));
  all.push_back(layer("avg_pool_divisor",
                      nn::AvgPool2d(A(3).stride(2).padding(1).divisor_override(5)), image));
  all.push_back(layer("avg_pool3d", nn::AvgPool3d(2), {2, 4, 5, 6}));
  all.push_back(layer("adaptive_avg_global", nn::AdaptiveAvgPool2d(1), image));
  all.push_back(layer("adaptive_avg_even", nn::AdaptiveAvgPool2d({11, 4}), image));
  all.push_back(layer("adaptive_avg_uneven", nn::AdaptiveAvgPool2d({4, 3}), image));
  all.push_back(layer("adaptive_avg1d", nn::AdaptiveAvgPool1d(3), {3, 10}));
  all.push_back(layer("adaptive_max_global", nn::AdaptiveMaxPool2d(1), image));
  all.push_back(layer("adaptive_max_even", nn::AdaptiveMaxPool2d({1, 4}), image));
  all.push_back(layer("adaptive_max_uneven", nn::AdaptiveMaxPool2d({4, 3}), image));
  all.push_back(layer("lp_pool", nn::LPPool2d(nn::LPPool2dOptions(2, 3)), image));
}

void add_resampling(std::vector<Entry>& all) {
  const auto upsample = [&](const std::string& name, nn::UpsampleOptions o,
                            std::vector<int64_t> sample) {
    all.push_back(layer("upsample_" + name, nn::Upsample(o), std::move(sample)));
  };
  using O = nn::UpsampleOptions;
  using Scale = std::vector<double>;
  using Size = std::vector<int64_t>;
  const std::vector<int64_t> image{3, 6, 5};
  upsample("nearest", O().scale_factor(Scale{2}), image);
  upsample("nearest_uneven", O().scale_factor(Scale{1.5, 2.3}), image);
  upsample("nearest_down", O().size(Size{4, 3}), image);
  upsample("nearest_exact", O().size(Size{9, 3}).mode(kNearestExact), image);
  upsample("linear", O().scale_factor(Scale{2}).mode(kLinear), {3, 7});
  upsample("bilinear", O().scale_factor(Scale{2.5, 1.7}).mode(kBilinear), image);
  upsample("bilinear_size", O().size(Size{13, 4}).mode(kBilinear), image);
  upsample("bilinear_aligned", O().size(Size{13, 4}).mode(kBilinear).align_corners(true), image);
  upsample("trilinear", O().scale_factor(Scale{2}).mode(kTrilinear), {2, 3, 4, 5});
  upsample("bicubic", O().scale_factor(Scale{2}).mode(kBicubic), image);
  upsample("bicubic_aligned", O().size(Size{9, 11}).mode(kBicubic).align_corners(true), image);
  all.push_back(layer("pixel_shuffle", nn::PixelShuffle(2), {8, 3, 4}));
  all.push_back(layer("pixel_unshuffle", nn::PixelUnshuffle(2), {2, 4, 6}));
}

void add_activations(std::vector<Entry>& all) {
  const std::vector<int64_t> row{4, 9};
  all.push_back(layer("relu", nn::ReLU(), row));
  all.push_back(layer("relu_in_place",
                      nn::Sequential(nn::Linear(9, 9), nn::ReLU(nn::ReLUOptions(true))), row));
  all.push_back(layer("relu6", nn::ReLU6(), row));
  all.push_back(
      layer("leaky_relu", nn::LeakyReLU(nn::LeakyReLUOptions().negative_slope(0.3)), row));
  all.push_back(layer("prelu", nn::PReLU(), row));
  all.push_back(layer("prelu_channels", nn::PReLU(nn::PReLUOptions().num_parameters(4)), row));
  all.push_back(layer("elu", nn::ELU(nn::ELUOptions().alpha(0.7)), row));
  all.push_back(layer("selu", nn::SELU(), row));
  all.push_back(layer("celu", nn::CELU(), row));
  all.push_back(layer("gelu", nn::GELU(), row));
  all.push_back(layer("gelu_tanh", nn::GELU(nn::GELUOptions().approximate("tanh")), row));
  all.push_back(layer("silu", nn::SiLU(), row));
  all.push_back(layer("mish", nn::Mish(), row));
  all.push_back(layer("sigmoid", nn::Sigmoid(), row));
  all.push_back(layer("tanh", nn::Tanh(), row));
  all.push_back(layer("softplus", nn::Softplus(), row));
  all.push_back(
      layer("softplus_beta", nn::Softplus(nn::SoftplusOptions().beta(2).threshold(1)), row));
  all.push_back(layer("softsign", nn::Softsign(), row));
  all.push_back(layer("hardtanh", nn::Hardtanh(), row));
  all.push_back(layer("hardsigmoid", nn::Hardsigmoid(), row));
  all.push_back(layer("hardswish", nn::Hardswish(), row));
  all.push_back(layer("logsigmoid", nn::LogSigmoid(), row));
  all.push_back(layer("tanhshrink", nn::Tanhshrink(), row));
  all.push_back(layer("hardshrink", nn::Hardshrink(), row));
  all.push_back(layer("softshrink", nn::Softshrink(), row));
  all.push_back(layer("threshold", nn::Threshold(0.1, -2), row));
  all.push_back(layer("softmax", nn::Softmax(1), row));
  all.push_back(layer("softmin", nn::Softmin(1), row));
  all.push_back(layer("log_softmax", nn::LogSoftmax(2), row));
  all.push_back(layer("glu", nn::GLU(nn::GLUOptions(1)), row));
  all.push_back(layer("linear", nn::Linear(9, 3), row));
  all.push_back(layer("linear_without_bias", nn::Linear(nn::LinearOptions(9, 3).bias(false)), row));
  all.push_back(layer("dropout", nn::Dropout(0.5), row));
  all.push_back(layer("identity", nn::Identity(), row));
  all.push_back(layer("zero_pad", nn::ZeroPad2d({1, 2, 0, 3}), {2, 4, 5}));
  all.push_back(layer("constant_pad", nn::ConstantPad1d({2, 1}, 0.5), row));
}

}  // namespace

std::vector<Entry> layers() {
  std::vector<Entry> all;
  add_convolutions(all);
  add_norms(all);
  add_pools(all);
  add_resampling(all);
  add_activations(all);
  return all;
}

}  // namespace zoo
