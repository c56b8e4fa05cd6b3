#include "tests/tools/golden_runner/model.h"
#include "tests/tools/golden_runner/check.h"

#include <reel/autograd/ops.h>
#include <reel/nn/batch_norm.h>
#include <reel/nn/conv.h>
#include <reel/nn/group_norm.h>
#include <reel/nn/layer_norm.h>
#include <reel/nn/linear.h>
#include <reel/nn/pool.h>
#include <reel/nn/sequential.h>

#include <cctype>

namespace golden {

namespace {

using namespace reel;
using nn::AnyModule;

// relu(bn2(conv2(relu(bn1(conv1(x))))) + down(x))
struct ResidualImpl : nn::Module {
  explicit ResidualImpl(std::vector<nn::NamedModule> children) {
    for (nn::NamedModule& child : children) {
      register_module(child.name, child.module.ptr());
      parts.insert(child.name, child.module);
    }
  }
  Tensor forward(const Tensor& x) {
    const Tensor h = relu(parts["bn1"](parts["conv1"](x)));
    return relu(parts["bn2"](parts["conv2"](h)) + parts["down"](x));
  }
  OrderedDict<std::string, AnyModule> parts;
};

// "3", "(3, 3)", "True", "'none'" as JSON.
Json parse_value(const std::string& text) {
  std::string json;
  for (char c : text) json += c == '(' ? '[' : c == ')' ? ']' : c == '\'' ? '"' : c;
  if (const size_t end = json.rfind(",]"); end != std::string::npos) json.erase(end, 1);  // "(9,)"
  if (json == "True") return true;
  if (json == "False") return false;
  if (json == "None") return nullptr;
  return Json::accept(json) ? Json::parse(json) : Json(text);  // a bare word
}

// "1, 4, kernel_size=(5, 5)": unnamed values go by their place.
Json parse_arguments(const std::string& text) {
  Json args = Json::object();
  size_t begin = 0;
  int depth = 0, place = 0;
  for (size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && text[i] == '(') ++depth;
    if (i < text.size() && text[i] == ')') --depth;
    if (i < text.size() && (text[i] != ',' || depth > 0)) continue;
    std::string part = text.substr(begin, i - begin);
    begin = i + 1;
    part.erase(0, part.find_first_not_of(' '));
    if (part.empty()) continue;
    const size_t equals = part.find('=');
    if (equals == std::string::npos)
      args[std::to_string(place++)] = parse_value(part);
    else
      args[part.substr(0, equals)] = parse_value(part.substr(equals + 1));
  }
  return args;
}

template <int D, class Module>
AnyModule make_conv(const Arguments& a) {
  nn::ConvOptions<D> options(a.integer("0"), a.integer("1"),
                             IntArrayRef(a.integers("kernel_size")));
  options.stride(IntArrayRef(a.integers("stride")));
  if (a.is_text("padding")) options.padding(a.text("padding"));
  if (a.has("padding") && !a.is_text("padding")) options.padding(a.integers("padding"));
  if (a.has("dilation")) options.dilation(IntArrayRef(a.integers("dilation")));
  options.groups(a.integer("groups", 1)).bias(a.flag("bias", true));
  const std::string mode = a.text("padding_mode", "zeros");
  options.padding_mode(mode == "reflect"     ? kReflect
                       : mode == "replicate" ? kReplicate
                       : mode == "circular"  ? kCircular
                                             : kZeros);
  return Module(options);
}

template <class Module>
AnyModule make_batch_norm(const Arguments& a) {
  return Module(nn::BatchNormOptions(a.integer("0"))
                    .eps(a.number("eps"))
                    .momentum(a.maybe("momentum"))
                    .affine(a.flag("affine"))
                    .track_running_stats(a.flag("track_running_stats")));
}

template <int D, class Module>
AnyModule make_max_pool(const Arguments& a) {
  return Module(nn::MaxPoolOptions<D>(IntArrayRef(a.integers("kernel_size")))
                    .stride(IntArrayRef(a.integers("stride")))
                    .padding(IntArrayRef(a.integers("padding")))
                    .dilation(IntArrayRef(a.integers("dilation")))
                    .ceil_mode(a.flag("ceil_mode")));
}

template <int D, class Module>
AnyModule make_avg_pool(const Arguments& a) {
  return Module(nn::AvgPoolOptions<D>(IntArrayRef(a.integers("kernel_size")))
                    .stride(IntArrayRef(a.integers("stride")))
                    .padding(IntArrayRef(a.integers("padding"))));
}

template <int D, class Module>
AnyModule make_adaptive_pool(const Arguments& a) {
  return Module(nn::AdaptiveAvgPoolOptions<D>(IntArrayRef(a.integers("output_size"))));
}

AnyModule make_layer_norm(const Arguments& a) {
  return nn::LayerNorm(nn::LayerNormOptions(a.integers("0"))
                           .eps(a.number("eps"))
                           .elementwise_affine(a.flag("elementwise_affine"))
                           .bias(a.flag("bias", true)));
}

AnyModule make_group_norm(const Arguments& a) {
  return nn::GroupNorm(nn::GroupNormOptions(a.integer("0"), a.integer("1"))
                           .eps(a.number("eps"))
                           .affine(a.flag("affine")));
}

AnyModule make_linear(const Arguments& a) {
  return nn::Linear(
      nn::LinearOptions(a.integer("in_features"), a.integer("out_features")).bias(a.flag("bias")));
}

AnyModule make_flatten(const Arguments& a) {
  return nn::Flatten(
      nn::FlattenOptions().start_dim(a.integer("start_dim")).end_dim(a.integer("end_dim")));
}

template <Tensor (*kFunction)(const Tensor&)>
AnyModule make_function(const Arguments&) {
  return AnyModule([](const Tensor& x) { return kFunction(x); });
}

AnyModule make_gelu(const Arguments& a) {
  return AnyModule([kind = a.text("approximate")](const Tensor& x) { return gelu(x, kind); });
}

AnyModule make_layer(const std::string& name, const Arguments& args) {
  static const std::map<std::string, AnyModule (*)(const Arguments&)> makers = {
      {"Conv1d", make_conv<1, nn::Conv1d>},
      {"Conv2d", make_conv<2, nn::Conv2d>},
      {"Conv3d", make_conv<3, nn::Conv3d>},
      {"BatchNorm1d", make_batch_norm<nn::BatchNorm1d>},
      {"BatchNorm2d", make_batch_norm<nn::BatchNorm2d>},
      {"BatchNorm3d", make_batch_norm<nn::BatchNorm3d>},
      {"GroupNorm", make_group_norm},
      {"LayerNorm", make_layer_norm},
      {"Linear", make_linear},
      {"Flatten", make_flatten},
      {"MaxPool1d", make_max_pool<1, nn::MaxPool1d>},
      {"MaxPool2d", make_max_pool<2, nn::MaxPool2d>},
      {"MaxPool3d", make_max_pool<3, nn::MaxPool3d>},
      {"AvgPool1d", make_avg_pool<1, nn::AvgPool1d>},
      {"AvgPool2d", make_avg_pool<2, nn::AvgPool2d>},
      {"AvgPool3d", make_avg_pool<3, nn::AvgPool3d>},
      {"AdaptiveAvgPool1d", make_adaptive_pool<1, nn::AdaptiveAvgPool1d>},
      {"AdaptiveAvgPool2d", make_adaptive_pool<2, nn::AdaptiveAvgPool2d>},
      {"AdaptiveAvgPool3d", make_adaptive_pool<3, nn::AdaptiveAvgPool3d>},
      {"ReLU", make_function<relu>},
      {"Sigmoid", make_function<sigmoid>},
      {"Tanh", make_function<tanh>},
      {"SiLU", make_function<silu>},
      {"GELU", make_gelu},
  };
  const auto maker = makers.find(name);
  if (maker == makers.end()) throw Mismatch("there is no layer " + name);
  return maker->second(args);
}

// Name(arguments), or Name( and indented lines "(key): module" up to ).
class Parser {
 public:
  explicit Parser(const std::string& text) : text_(text) {}

  AnyModule module() {
    const size_t open = text_.find('(', at_);
    if (open == std::string::npos) fail();
    const std::string name = text_.substr(at_, open - at_);
    at_ = open + 1;
    return at_ < text_.size() && text_[at_] == '\n' ? container(name) : layer(name);
  }

 private:
  AnyModule layer(const std::string& name) {
    const size_t begin = at_;
    for (int depth = 1; depth > 0; ++at_) {
      if (at_ == text_.size()) fail();
      depth += text_[at_] == '(' ? 1 : text_[at_] == ')' ? -1 : 0;
    }
    const Json args = parse_arguments(text_.substr(begin, at_ - 1 - begin));
    return make_layer(name, Arguments(args));
  }

  AnyModule container(const std::string& name) {
    std::vector<nn::NamedModule> children;
    skip_space();
    while (at_ < text_.size() && text_[at_] == '(') {
      const size_t colon = text_.find("): ", at_);
      if (colon == std::string::npos) fail();
      const std::string key = text_.substr(at_ + 1, colon - at_ - 1);
      at_ = colon + 3;
      children.emplace_back(key, module());
      skip_space();
    }
    if (at_ == text_.size() || text_[at_] != ')') fail();
    ++at_;
    if (name == "Residual") return std::make_shared<ResidualImpl>(std::move(children));
    if (name != "Sequential") throw Mismatch("there is no container " + name);
    nn::Sequential sequential;
    for (nn::NamedModule& child : children) sequential->push_back(child.name, child.module);
    return sequential;
  }

  void skip_space() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
  }
  [[noreturn]] void fail() const {
    throw std::runtime_error("the model's description ends or is broken at character " +
                             std::to_string(at_));
  }

  const std::string& text_;
  size_t at_ = 0;
};

}  // namespace

AnyModule parse_model(const std::string& text) { return Parser(text).module(); }

}  // namespace golden
