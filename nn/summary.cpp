#include <reel/autograd/grad_mode.h>
#include <reel/core/creation.h>
#include <reel/core/work.h>
#include <reel/nn/module_state.h>
#include <reel/nn/summary.h>

#include <algorithm>
#include <ostream>
#include <sstream>

namespace reel::nn {

namespace {

// Removes its hooks at the end.
class Watch {
 public:
  Watch(Module& module, std::vector<LayerSummary>& layers) {
    for (const auto& item : module.named_modules()) {
      Module& m = *item.value();
      LayerSummary layer;
      layer.path = item.key();
      layer.depth =
          layer.path.empty() ? 0 : 1 + std::count(layer.path.begin(), layer.path.end(), '.');
      std::ostringstream name;
      m.pretty_print(name);
      layer.name = name.str();
      for (const Tensor& p : m.parameters(/*recurse=*/false)) layer.parameters += p.numel();
      layer.is_container = !m.children().empty();
      watch(item.value(), layers, layers.size());
      layers.push_back(std::move(layer));
    }
  }
  ~Watch() {
    for (auto& [module, handle] : hooks_) module->remove_hook(handle);
  }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

 private:
  // A call that has not ended: the work before it, and that of the calls in it.
  struct Call {
    int64_t before, inside = 0;
  };

  void watch(const std::shared_ptr<Module>& module, std::vector<LayerSummary>& layers,
             size_t place) {
    hooks_.emplace_back(module, module->register_forward_pre_observer([this](Module&, TensorList&) {
      calls_.push_back({multiply_adds()});
    }));
    hooks_.emplace_back(
        module, module->register_forward_observer(
                    [this, &layers, place](Module&, const TensorList& inputs, Tensor& output) {
                      end_call(layers[place], inputs, output);
                    }));
  }

  void end_call(LayerSummary& seen, const TensorList& inputs, const Tensor& output) {
    const int64_t work = multiply_adds() - calls_.back().before;
    seen.multiply_adds += work - calls_.back().inside;
    calls_.pop_back();
    if (!calls_.empty()) calls_.back().inside += work;
    ++seen.calls;
    seen.inputs.clear();
    for (const Tensor& x : inputs) seen.inputs.push_back(x.sizes());
    seen.output = output.sizes();
    seen.activation_bytes += static_cast<int64_t>(output.nbytes());
  }

  std::vector<std::pair<std::shared_ptr<Module>, uint32_t>> hooks_;
  std::vector<Call> calls_;
};

// "1,234,567"
std::string grouped(int64_t value) {
  const std::string digits = as_text(value);
  std::string text;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

std::string bytes_text(int64_t bytes) {
  const char* units[] = {"B", "kB", "MB", "GB", "TB"};
  auto value = static_cast<double>(bytes);
  size_t unit = 0;
  for (; value >= 1000 && unit < 4; ++unit) value /= 1000;
  std::ostringstream text;
  text.precision(3);
  text << value << ' ' << units[unit];
  return text.str();
}

std::string label_of(const LayerSummary& layer) {
  const size_t dot = layer.path.rfind('.');
  std::string label(static_cast<size_t>(2 * layer.depth), ' ');
  if (layer.depth > 0)
    label += as_text(dot == std::string::npos ? layer.path : layer.path.substr(dot + 1), ": ");
  label += layer.name;
  if (layer.calls > 1) label += as_text(" x", layer.calls);
  return label;
}

}  // namespace

Tensor summary_input(const Module& module, IntArrayRef input_shape) {
  for (const Tensor& p : module.parameters())
    if (p.is_floating_point()) return zeros(input_shape, p.dtype());
  return zeros(input_shape);
}

ModelSummary summarize(Module& module, const std::function<void()>& call) {
  ModelSummary summary;
  {
    const ModuleStateGuard kept(module);
    module.eval();
    const NoGradGuard no_grad;
    const Watch watch(module, summary.layers);
    call();
  }
  for (const Tensor& p : module.parameters()) {
    summary.parameters += p.numel();
    summary.parameter_bytes += static_cast<int64_t>(p.nbytes());
    if (p.requires_grad()) summary.trainable_parameters += p.numel();
  }
  for (const LayerSummary& layer : summary.layers) {
    summary.multiply_adds += layer.multiply_adds;
    if (!layer.is_container) summary.activation_bytes += layer.activation_bytes;
  }
  return summary;
}

std::ostream& operator<<(std::ostream& out, const ModelSummary& summary) {
  constexpr size_t kColumns = 5;
  std::vector<std::vector<std::string>> rows = {
      {"layer", "output", "parameters", "multiply-adds", "activations"}};
  for (const LayerSummary& layer : summary.layers)
    rows.push_back({label_of(layer), layer.calls ? as_text(IntArrayRef(layer.output)) : "-",
                    layer.parameters ? grouped(layer.parameters) : "-",
                    layer.multiply_adds ? grouped(layer.multiply_adds) : "-",
                    layer.calls && !layer.is_container ? bytes_text(layer.activation_bytes) : "-"});
  size_t widths[kColumns] = {};
  for (const auto& row : rows)
    for (size_t c = 0; c < kColumns; ++c) widths[c] = std::max(widths[c], row[c].size());
  for (const auto& row : rows) {
    std::string line;
    for (size_t c = 0; c < kColumns; ++c) {
      const std::string blanks(widths[c] - row[c].size(), ' ');
      line += c < 2 ? row[c] + blanks : blanks + row[c];  // numbers end in one column
      if (c + 1 < kColumns) line += "  ";
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out << line << '\n';
  }
  return out << grouped(summary.parameters) << " parameters ("
             << bytes_text(summary.parameter_bytes) << "), "
             << grouped(summary.trainable_parameters) << " of them trained; "
             << grouped(summary.multiply_adds) << " multiply-adds; activations "
             << bytes_text(summary.activation_bytes) << '\n';
}

std::string to_string(const ModelSummary& summary) {
  std::ostringstream out;
  out << summary;
  return out.str();
}

}  // namespace reel::nn
