#pragma once
// Parts of a page that are pictures from tensors.

#include <reel/core/tensor.h>

#include <string>
#include <vector>

namespace reel::io {

/// What Report::samples and Report::filters show; the errors are theirs.
std::string samples_html(const Tensor& images, const Tensor& targets, const Tensor& probabilities,
                         const std::vector<std::string>& class_names);
std::string filters_html(const Tensor& weight);

}  // namespace reel::io
