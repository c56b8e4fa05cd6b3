#include <reel/io/training/model_keeper.h>

#include <reel/core/error.h>
#include <reel/io/training/log_value.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

namespace reel::io {
namespace {

constexpr const char* kPrefix = "best-";
constexpr const char* kSuffix = ".safetensors";

}  // namespace

ModelKeeper::ModelKeeper(std::string folder, ModelKeeperOptions options)
    : folder_(std::move(folder)), options_(options) {
  REEL_CHECK(options.best >= 0 && (options.best > 0 || options.last), "ModelKeeper: ", options.best,
             " of the best and ", options.last ? "the last" : "not the last",
             " to keep; at least one must be kept.");
  std::error_code error;
  std::filesystem::create_directories(folder_, error);
  if (error)
    throw_io_error(
        as_text("ModelKeeper: cannot make the folder '", folder_, "': ", error.message(), "."));
  find_kept();
}

void ModelKeeper::find_kept() {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder_, error)) {
    const std::string name = entry.path().filename();
    if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix)) continue;
    Kept kept{-1, NAN, entry.path()};
    for (const auto& [key, text] : load_metadata(kept.path)) {
      if (key == "step") kept.step = std::strtoll(text.c_str(), nullptr, 10);
      if (key == "value") kept.value = std::strtod(text.c_str(), nullptr);
    }
    if (kept.step < 0 || !std::isfinite(kept.value))
      throw_io_error(as_text("ModelKeeper: '", kept.path,
                             "' has no step or value among its metadata; a file of that name must "
                             "be one that was kept here."));
    insert(std::move(kept));
  }
  if (error)
    throw_io_error(
        as_text("ModelKeeper: cannot read the folder '", folder_, "': ", error.message(), "."));
}

void ModelKeeper::insert(Kept kept) {
  const auto before = [&](const Kept& a, const Kept& b) {
    return a.value == b.value ? a.step < b.step : is_better(options_.goal, a.value, b.value);
  };
  best_.insert(std::upper_bound(best_.begin(), best_.end(), kept, before), std::move(kept));
}

bool ModelKeeper::update_by(const Save& save, double value, int64_t step) {
  REEL_CHECK(step >= 0, "ModelKeeper.update: step ", step, "; it must not be negative.");
  const Metadata metadata{{"step", std::to_string(step)}, {"value", LogValue(value).text()}};
  if (options_.last) save(last_path(), metadata);
  // A run that went back to an earlier step comes by the same steps again.
  const auto same =
      std::find_if(best_.begin(), best_.end(), [&](const Kept& kept) { return kept.step == step; });
  const auto room = static_cast<std::size_t>(options_.best) + (same != best_.end() ? 1 : 0);
  const bool fits = best_.size() < room && options_.best > 0;
  if (!std::isfinite(value) ||
      !(fits || (options_.best > 0 && is_better(options_.goal, value, best_.back().value))))
    return false;
  Kept kept{step, value, as_text(folder_, "/", kPrefix, step, kSuffix)};
  save(kept.path, metadata);
  if (same != best_.end()) best_.erase(same);
  insert(std::move(kept));
  while (best_.size() > static_cast<std::size_t>(options_.best)) {
    std::remove(best_.back().path.c_str());
    best_.pop_back();
  }
  return best_.front().step == step;
}

const std::string& ModelKeeper::best_path() const {
  REEL_CHECK(!best_.empty(), "ModelKeeper.best_path: none is kept in '", folder_,
             "'; update it with a finite value first.");
  return best_.front().path;
}

std::string ModelKeeper::last_path() const { return as_text(folder_, "/last", kSuffix); }

}  // namespace reel::io
