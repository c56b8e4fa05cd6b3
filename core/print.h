#pragma once
// Tensors as text that a person can read.

#include <reel/core/tensor.h>

#include <string>

namespace reel {

/// Columns that a line of printed values may take.
inline constexpr size_t kPrintWidth = 80;

/// The values in nested brackets, in columns, one format for all; "..." stands for the middle of
/// dimensions of more than six when there are 1,000 elements or more. Lines after the first are
/// indented by `indent`.
std::string text_of_values(const Tensor& x, size_t indent);

/// Whether text_of_values leaves elements out.
bool is_summarised(const Tensor& x);

}  // namespace reel
