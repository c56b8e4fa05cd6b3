#include "tests/errors/rows.h"

#include <reel/autograd/ops.h>
#include <reel/core/creation.h>
#include <reel/io/onnx/export.h>
#include <reel/nn/embedding.h>
#include <reel/nn/linear.h>
#include <reel/nn/sequential.h>

namespace reel::tests {

namespace {

void write(const TensorList& examples, const io::OnnxOptions& options = {}) {
  nn::Linear model(3, 2);
  io::export_onnx(model, examples, "unwritten.onnx", options);
}

void write_function(nn::Functional::Impl::Function f) {
  nn::Functional model(f);
  io::export_onnx(model, arange(6, kFloat32).reshape({2, 3}), "unwritten.onnx");
}

const ErrorRows kExport{
    {"export_onnx: no input", [] { write({}); }},
    {"export_onnx: empty input",
     [] {
       write({ones({0, 3})});
     }},
    {"export_onnx: no batch", [] { write({ones({})}); }},
    {"export_onnx: batches",
     [] {
       write({ones({2, 3}), ones({3, 3})});
     }},
    {"export_onnx: number of inputs",
     [] {
       write({ones({2, 3}), ones({2, 3})});
     }},
    {"export_onnx: number of names",
     [] {
       write({ones({2, 3})}, io::OnnxOptions().input_names({"a", "b"}));
     }},
    {"export_onnx: name of a parameter",
     [] {
       write({ones({2, 3})}, io::OnnxOptions().output_names({"weight"}));
     }},
    {"export_onnx: operation", [] { write_function([](const Tensor& x) { return x.prod(1); }); }},
    {"export_onnx: values",
     [] { write_function([](const Tensor& x) { return where(x > 2, x, x + 1); }); }},
    {"export_onnx: number",
     [] { write_function([](const Tensor& x) { return x * x.mean().item<double>(); }); }},
    {"export_onnx: choice",
     [] { write_function([](const Tensor& x) { return x.size(0) == 2 ? x.exp() : x; }); }},
    {"export_onnx: size",
     [] {
       write_function([](const Tensor& x) { return x.flatten().narrow(0, 0, x.size(0) + 1) * 2; });
     }},
    {"export_onnx: part of the batch",
     [] { write_function([](const Tensor& x) { return x.narrow(0, 1, x.size(0) - 1); }); }},
    {"export_onnx: unbound batch",
     [] { write_function([](const Tensor& x) { return x.unbind(0)[1] * 2; }); }},
    {"export_onnx: write to a part",
     [] {
       write_function([](const Tensor& x) {
         const Tensor y = x * 1;
         y.select(1, 0).mul_(2);
         return y;
       });
     }},
    {"export_onnx: write to a constant",
     [] { write_function([](const Tensor& x) {
            return ones({x.size(0), 3}).mul_(x);
          }); }},
    {"export_onnx: one value",
     [] {
       nn::Embedding model(1, 2);
       io::export_onnx(model, zeros({1, 3}, kInt64), "unwritten.onnx");
     }},
    {"export_onnx: choice by a batch of 1",
     [] { write_function([](const Tensor& x) { return x.size(0) == 1 ? x.exp() : x * 2; }); }},
    {"export_onnx: squeezed batch",
     [] { write_function([](const Tensor& x) { return (x * 2).mean(1, true).squeeze(); }); }},
    {"export_onnx: unused input", [] { write_function([](const Tensor&) { return ones({1}); }); }},
    {"export_onnx: indexing",
     [] {
       write_function([](const Tensor& x) {
         return x.index({indexing::Slice(), tensor({0, 2, 2}, kInt64)});
       });
     }},
    {"export_onnx: window",
     [] { write_function([](const Tensor& x) {
            return (x * 1).as_strided({2, 2}, {1, 2});
          }); }},
};

}  // namespace

}  // namespace reel::tests
