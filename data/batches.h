#pragma once
// Going through a data set batch by batch.

#include <reel/data/batch_order.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

namespace reel::data {

/// The batches of one epoch, each made when a loop reaches it.
template <class Dataset>
class Epoch {
 public:
  using Batch = decltype(std::declval<const Dataset&>().get_batch({}));

  class Iterator {
   public:
    Iterator(const Epoch* epoch, int64_t index) : epoch_(epoch), index_(index) {}
    Batch& operator*() {
      if (!batch_) batch_ = epoch_->dataset_->get_batch(epoch_->order_.indices(index_));
      return *batch_;
    }
    Iterator& operator++() {
      batch_.reset();
      ++index_;
      return *this;
    }
    bool operator!=(const Iterator& other) const { return index_ != other.index_; }

   private:
    const Epoch* epoch_;
    int64_t index_;
    std::optional<Batch> batch_;
  };

  Epoch(std::shared_ptr<const Dataset> dataset, BatchOrder order)
      : dataset_(std::move(dataset)), order_(std::move(order)) {}

  Iterator begin() const { return {this, 0}; }
  Iterator end() const { return {this, order_.size()}; }
  /// How many batches there are.
  int64_t size() const { return order_.size(); }

 private:
  std::shared_ptr<const Dataset> dataset_;
  BatchOrder order_;
};

/// A data set cut into batches: `Batches batches(train_set, BatchOptions(64).seed(1));`, then in
/// every epoch `for (auto& batch : batches.epoch(i))`. `Dataset` needs size() and
/// get_batch(indices); what that returns is a batch.
template <class Dataset>
class Batches {
 public:
  Batches(Dataset dataset, BatchOptions options)
      : dataset_(std::make_shared<const Dataset>(std::move(dataset))), options_(options) {}

  /// Throws: ArgumentError unless the batch size is positive.
  Epoch<Dataset> epoch(uint64_t epoch) const {
    return {dataset_, BatchOrder(dataset_->size(), options_, epoch)};
  }
  const Dataset& dataset() const { return *dataset_; }
  const BatchOptions& options() const { return options_; }

 private:
  std::shared_ptr<const Dataset> dataset_;
  BatchOptions options_;
};

}  // namespace reel::data
