#pragma once
// Going through a data set batch by batch.

#include <reel/data/batch_order.h>
#include <reel/data/prefetch.h>

#include <cstdint>
#include <memory>
#include <utility>

namespace reel::data {

/// The batches of one epoch, made when a loop reaches them, or ahead of it by workers.
template <class Dataset>
class Epoch {
 public:
  using Batch = decltype(std::declval<const Dataset&>().get_batch({}));
  using Iterator = BatchIterator<Batch>;

  /// Throws: ArgumentError unless the options are in their ranges.
  Epoch(std::shared_ptr<const Dataset> dataset, const BatchOptions& options, uint64_t epoch)
      : plan_{dataset, std::make_shared<const BatchOrder>(dataset->size(), options, epoch),
              options.seed(), epoch},
        prefetch_(prefetch_options(options.workers(), options.prefetch())) {}

  Iterator begin() const {
    return Iterator(std::make_shared<Prefetch>(std::make_shared<Source>(plan_), prefetch_));
  }
  Iterator end() const { return {}; }
  /// How many batches there are.
  int64_t size() const { return plan_.order->size(); }

 private:
  struct Plan {
    std::shared_ptr<const Dataset> dataset;
    std::shared_ptr<const BatchOrder> order;
    uint64_t seed, epoch;
  };
  class Job final : public BatchOf<Batch> {
   public:
    Job(const Plan& plan, std::vector<int64_t> indices, uint64_t number)
        : BatchOf<Batch>(plan.seed, plan.epoch, number, {indices.begin(), indices.end()}),
          dataset_(*plan.dataset),
          indices_(std::move(indices)) {}

   private:
    void make(size_t) override { this->batch = dataset_.get_batch(indices_); }
    const Dataset& dataset_;
    std::vector<int64_t> indices_;
  };
  class Source final : public BatchSource {
   public:
    explicit Source(Plan plan) : plan_(std::move(plan)) {}
    std::shared_ptr<BatchJob> next() override {
      if (next_ == plan_.order->size()) return nullptr;
      const int64_t number = next_++;
      return std::make_shared<Job>(plan_, plan_.order->indices(number),
                                   static_cast<uint64_t>(number));
    }

   private:
    Plan plan_;
    int64_t next_ = 0;
  };

  Plan plan_;
  PrefetchOptions prefetch_;
};

/// A data set cut into batches: `Batches batches(train_set, BatchOptions(64).seed(1));`, then in
/// every epoch `for (auto& batch : batches.epoch(i))`. `Dataset` needs size() and
/// get_batch(indices); what that returns is a batch. Workers call it at the same time, each for
/// indices of its own.
template <class Dataset>
class Batches {
 public:
  Batches(Dataset dataset, BatchOptions options)
      : dataset_(std::make_shared<const Dataset>(std::move(dataset))), options_(options) {}

  /// Throws: ArgumentError unless the options are in their ranges.
  Epoch<Dataset> epoch(uint64_t epoch) const { return {dataset_, options_, epoch}; }
  const Dataset& dataset() const { return *dataset_; }
  const BatchOptions& options() const { return options_; }

 private:
  std::shared_ptr<const Dataset> dataset_;
  BatchOptions options_;
};

}  // namespace reel::data
