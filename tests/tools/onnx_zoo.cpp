// Writes networks as ONNX files, with inputs and what the networks make of them: tests/python.

#include "onnx_zoo/zoo.h"

#include <cstdio>

using namespace reel;

namespace {

// Statistics and affine parameters that are not where they start.
void make_particular(const zoo::Entry& e) {
  const NoGradGuard no_grad;
  e.module->train();
  (void)e.run(e.inputs);
  for (const Tensor& p : e.module->parameters())
    if (p.dim() == 1) p.add_(randn(p.sizes()) * 0.1);
  e.module->eval();
}

void write(const zoo::Entry& e, const std::string& folder) {
  make_particular(e);
  e.write(as_text(folder, "/", e.name, ".onnx"));
  const NoGradGuard no_grad;
  OrderedDict<std::string, Tensor> values;
  for (size_t i = 0; i < e.inputs.size(); ++i) values.insert(as_text("input_", i), e.inputs[i]);
  e.module->train(e.training);
  const TensorList outputs = e.run(e.inputs);
  for (size_t i = 0; i < outputs.size(); ++i) values.insert(as_text("output_", i), outputs[i]);
  io::save_npz(as_text(folder, "/", e.name, ".npz"), values);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return std::fprintf(stderr, "onnx_zoo: call it as onnx_zoo FOLDER.\n"), 2;
  manual_seed(1);
  int failed = 0;
  for (const auto& entries : {zoo::networks(), zoo::layers(), zoo::operations()})
    for (const zoo::Entry& e : entries) try {
        write(e, argv[1]);
      } catch (const std::exception& error) {
        std::fprintf(stderr, "%s: %s\n", e.name.c_str(), error.what());
        ++failed;
      }
  return failed > 0;
}
