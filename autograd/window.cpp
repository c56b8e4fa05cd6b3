#include <reel/autograd/window.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace reel {

Window window_of(const Tensor& x) { return {x.sizes(), x.strides(), x.storage_offset()}; }

std::optional<int64_t> end_of(const Window& w) {
  if (numel_of(w.sizes) == 0) return w.offset;
  int64_t last = w.offset;
  for (size_t d = 0; d < w.sizes.size(); ++d) {
    int64_t reach = 0;
    if (__builtin_mul_overflow(w.sizes[d] - 1, w.strides[d], &reach) ||
        __builtin_add_overflow(last, reach, &last))
      return std::nullopt;
  }
  if (last == INT64_MAX) return std::nullopt;
  return last + 1;
}

bool is_one_to_one(const Window& w) {
  std::vector<std::pair<int64_t, int64_t>> steps;  // stride, size
  for (size_t d = 0; d < w.sizes.size(); ++d)
    if (w.sizes[d] > 1) steps.emplace_back(w.strides[d], w.sizes[d]);
  std::sort(steps.begin(), steps.end());
  int64_t covered = 0;
  for (const auto& [stride, size] : steps) {
    if (stride <= covered) return false;
    covered += (size - 1) * stride;
  }
  return true;
}

}  // namespace reel
