#pragma once
// Networks as ONNX files, for onnxruntime and whatever else reads them. docs/onnx.md.

#include <reel/core/options.h>
#include <reel/nn/tensor_forward.h>

#include <string>
#include <utility>
#include <vector>

namespace reel::io {

/// What stands in the file besides the network. Names left out are "input" and "output", numbered
/// where there are several.
struct OnnxOptions {
  REEL_ARG(std::vector<std::string>, input_names);
  REEL_ARG(std::vector<std::string>, output_names);
  /// Whether the first dimension of all inputs is a batch whose size the file leaves open.
  REEL_ARG(bool, dynamic_batch) = true;
  /// Exports the network as it trains: dropout drops, batch norm takes the batch's statistics.
  REEL_ARG(bool, training) = false;
  REEL_ARG(std::string, doc_string);
  REEL_ARG(int64_t, model_version) = 1;

 public:
  /// Adds an entry of metadata_props, a text by name that runtimes hand back.
  OnnxOptions& metadata(std::string key, std::string text) {
    metadata_.emplace_back(std::move(key), std::move(text));
    return *this;
  }
  const std::vector<std::pair<std::string, std::string>>& metadata() const { return metadata_; }

 private:
  std::vector<std::pair<std::string, std::string>> metadata_;
};

/// The operations of the tape that can be exported, and what they become: docs/onnx.md's table.
std::vector<std::pair<std::string, std::string>> onnx_operations();

namespace onnx {

void write(nn::Module& module, nn::TensorForward forward, const TensorList& examples,
           const std::string& path, const OnnxOptions& options);

}  // namespace onnx

/// Writes what `model`, a module or a holder with 1 to 4 tensors to forward, computes from inputs
/// like the examples (N, ...), which should differ in their values. The model is put into
/// evaluation mode, called three times, and left as it was. Throws: ArgumentError naming the
/// operation and the module, before anything is written, where ONNX has no counterpart or a choice
/// is seen; IoError. Source: ONNX opset 20.
template <class M>
void export_onnx(M& model, const TensorList& examples, const std::string& path,
                 const OnnxOptions& options = {}) {
  if constexpr (requires { model.ptr(); })
    export_onnx(*model, examples, path, options);
  else
    onnx::write(model, nn::tensor_forward<M>, examples, path, options);
}
template <class M>
void export_onnx(M& model, const Tensor& example, const std::string& path,
                 const OnnxOptions& options = {}) {
  export_onnx(model, TensorList{example}, path, options);
}

}  // namespace reel::io
