#pragma once
// Parts of a page that are tables.

#include <reel/io/training/confusion.h>
#include <reel/nn/summary.h>

#include <string>
#include <utility>
#include <vector>

namespace reel::io {

/// The counts as a heat map, a picture beyond 30 classes; the commonest mistakes; the rates.
std::string confusion_html(const ConfusionTable& table);
std::string model_html(const nn::ModelSummary& summary);
/// Names and values.
std::string pairs_html(const std::vector<std::pair<std::string, std::string>>& pairs);

}  // namespace reel::io
