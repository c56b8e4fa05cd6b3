#pragma once
// A saved model, ready to be used. docs/onnx.md.

#include <reel/io/save.h>
#include <reel/nn/fuse_conv_bn.h>

namespace reel::io {

/// Loads the parameters of `path` into the model as io::load does, puts it into evaluation mode,
/// freezes it, and folds its batch norms by nn::fuse_conv_bn, which calls it with the examples (a
/// tensor or a list). Returns what was folded. Throws: IoError; ArgumentError.
template <class M, class Examples>
nn::FusionReport load_for_inference(M& model, const std::string& path, const Examples& examples) {
  if constexpr (requires { model.ptr(); }) {
    return load_for_inference(*model, path, examples);
  } else {
    nn::Module& module = model;
    load(module, path);
    module.eval();
    module.requires_grad_(false);
    return nn::fuse_conv_bn(model, examples);
  }
}

}  // namespace reel::io
