#pragma once

#include <reel/nn/any_module.h>

#include <string>

namespace golden {

/// The model that a text describes as PyTorch prints it.
/// Throws: Mismatch when a layer does not exist, std::runtime_error when it is no such text.
reel::nn::AnyModule parse_model(const std::string& text);

}  // namespace golden
