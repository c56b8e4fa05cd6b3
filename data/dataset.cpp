#include <reel/data/dataset.h>

#include <reel/core/creation.h>
#include <reel/core/error.h>

#include <cstring>

namespace reel::data {
namespace {

void check_index(int64_t index, int64_t size) {
  REEL_CHECK(index >= 0 && index < size, "TensorDataset: index ", index, "; it must be in [0, ",
             size, ").");
}

/// The rows of a dense tensor along dimension 0. The indices are in range.
Tensor gather_rows(const Tensor& x, const std::vector<int64_t>& indices) {
  Shape sizes = x.sizes();
  sizes[0] = static_cast<int64_t>(indices.size());
  const Tensor rows = empty(sizes, x.dtype());
  if (rows.numel() == 0) return rows;
  const std::size_t row_bytes = rows.nbytes() / indices.size();
  const auto* from = static_cast<const char*>(x.data_ptr());
  auto* to = static_cast<char*>(rows.data_ptr());
  for (const int64_t index : indices) {
    std::memcpy(to, from + static_cast<std::size_t>(index) * row_bytes, row_bytes);
    to += row_bytes;
  }
  return rows;
}

}  // namespace

TensorDataset::TensorDataset(const Tensor& data, const Tensor& targets) {
  REEL_CHECK(data.defined() && targets.defined(), "TensorDataset: undefined ",
             data.defined() ? "targets" : "data", "; both tensors are needed.");
  REEL_CHECK(data.dim() > 0 && targets.dim() > 0 && data.size(0) == targets.size(0),
             "TensorDataset: data ", data.sizes(), " and targets ", targets.sizes(),
             "; both need the same size of dimension 0.");
  data_ = data.detach().contiguous();
  targets_ = targets.detach().contiguous();
}

Example<> TensorDataset::get(int64_t index) const {
  check_index(index, size());
  return {data_[index], targets_[index]};
}

Example<> TensorDataset::get_batch(const std::vector<int64_t>& indices) const {
  for (const int64_t index : indices) check_index(index, size());
  return {gather_rows(data_, indices), gather_rows(targets_, indices)};
}

}  // namespace reel::data
