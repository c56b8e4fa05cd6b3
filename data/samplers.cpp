#include <reel/core/creation.h>
#include <reel/data/samplers.h>

#include <algorithm>

namespace reel::data::samplers {

RandomSampler::RandomSampler(size_t size) : order_(size) { reset(size); }

void RandomSampler::reset(std::optional<size_t> new_size) {
  const size_t size = new_size.value_or(order_.size());
  const Tensor order = randperm(static_cast<int64_t>(size));
  const int64_t* data = order.data_ptr<int64_t>();
  order_.assign(data, data + size);
  index_ = 0;
}

std::optional<std::vector<size_t>> RandomSampler::next(size_t batch_size) {
  if (index_ == order_.size()) return std::nullopt;
  const size_t end = std::min(order_.size(), index_ + batch_size);
  std::vector<size_t> batch(order_.begin() + static_cast<std::ptrdiff_t>(index_),
                            order_.begin() + static_cast<std::ptrdiff_t>(end));
  index_ = end;
  return batch;
}

void SequentialSampler::reset(std::optional<size_t> new_size) {
  size_ = new_size.value_or(size_);
  index_ = 0;
}

std::optional<std::vector<size_t>> SequentialSampler::next(size_t batch_size) {
  if (index_ == size_) return std::nullopt;
  std::vector<size_t> batch(std::min(batch_size, size_ - index_));
  for (size_t& i : batch) i = index_++;
  return batch;
}

void StreamSampler::reset(std::optional<size_t> new_size) {
  epoch_size_ = new_size.value_or(epoch_size_);
  index_ = 0;
}

std::optional<size_t> StreamSampler::next(size_t batch_size) {
  if (index_ == epoch_size_) return std::nullopt;
  const size_t size = std::min(batch_size, epoch_size_ - index_);
  index_ += size;
  return size;
}

}  // namespace reel::data::samplers
