#pragma once
// Data sets of one's own, in libtorch's manner: a class that gives one example by its index.

#include <reel/core/array_ref.h>
#include <reel/data/archives.h>
#include <reel/data/example.h>
#include <reel/data/sample_random.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace reel::data::datasets {

template <class Source, class Transform>
class MapDataset;

/// Gives whole batches: derive as `struct Set : BatchDataset<Set, Batch>` and write get_batch and
/// size.
template <class Self, class Batch = std::vector<Example<>>, class BatchRequest = ArrayRef<size_t>>
class BatchDataset {
 public:
  using BatchType = Batch;
  using BatchRequestType = BatchRequest;
  static constexpr bool is_stateful = false;

  virtual ~BatchDataset() = default;
  virtual Batch get_batch(BatchRequest request) = 0;
  /// How many examples there are; none when nobody knows.
  virtual std::optional<size_t> size() const = 0;

  /// The same with `transform` done to every batch: `std::move(set).map(Normalize<>(0.1, 0.3))`.
  template <class Transform>
  MapDataset<Self, Transform> map(Transform transform) & {
    return {static_cast<Self&>(*this), std::move(transform)};
  }
  template <class Transform>
  MapDataset<Self, Transform> map(Transform transform) && {
    return {static_cast<Self&&>(*this), std::move(transform)};
  }
};

/// Gives examples: derive as `struct Set : Dataset<Set>` and write get(index) and size.
template <class Self, class SingleExample = Example<>>
class Dataset : public BatchDataset<Self, std::vector<SingleExample>> {
 public:
  using ExampleType = SingleExample;

  virtual ExampleType get(size_t index) = 0;
  std::vector<ExampleType> get_batch(ArrayRef<size_t> indices) override {
    std::vector<ExampleType> batch;
    batch.reserve(indices.size());
    for (size_t place = 0; place < indices.size(); ++place) {
      set_loading_place(place);
      batch.push_back(get(indices[place]));
    }
    clear_loading_place();
    return batch;
  }
};

/// Has a state, such as its place in a stream: derive as `struct Set : StatefulDataset<Set>` and
/// write reset, get_batch(batch size), which gives none at the end of an epoch, and size.
template <class Self, class Batch = std::vector<Example<>>, class BatchRequest = size_t>
class StatefulDataset : public BatchDataset<Self, std::optional<Batch>, BatchRequest> {
 public:
  static constexpr bool is_stateful = true;
  /// Starts an epoch.
  virtual void reset() = 0;
  /// What it wants an archive (io/archive.h) to keep of its state; nothing, unless overridden.
  virtual void save(serialize::OutputArchive& /*archive*/) const {}
  virtual void load(serialize::InputArchive& /*archive*/) {}
};

/// What a transform makes of a batch.
template <class Transform, class Batch>
using TransformedBatch = decltype(std::declval<Transform&>().apply_batch(std::declval<Batch>()));

/// What a data set gives when its batches go through a transform.
template <class Source, class Transform, class Batch = typename Source::BatchType>
struct MappedBatchOf {
  using type = TransformedBatch<Transform, Batch>;
};
template <class Source, class Transform, class Batch>
struct MappedBatchOf<Source, Transform, std::optional<Batch>> {
  using type = std::optional<TransformedBatch<Transform, Batch>>;
};
template <class Source, class Transform>
using MappedBatch = typename MappedBatchOf<Source, Transform>::type;

/// Another data set whose batches go through a transform.
template <class Source, class Transform>
class MapDataset
    : public BatchDataset<MapDataset<Source, Transform>, MappedBatch<Source, Transform>,
                          typename Source::BatchRequestType> {
 public:
  using DatasetType = Source;
  using TransformType = Transform;
  using Batch = MappedBatch<Source, Transform>;
  static constexpr bool is_stateful = Source::is_stateful;

  MapDataset(Source dataset, Transform transform)
      : dataset_(std::move(dataset)), transform_(std::move(transform)) {}
  Batch get_batch(typename Source::BatchRequestType request) override {
    auto batch = dataset_.get_batch(std::move(request));
    if constexpr (is_stateful)
      return batch ? Batch(transform_.apply_batch(std::move(*batch))) : Batch();
    else
      return transform_.apply_batch(std::move(batch));
  }
  /// Starts an epoch of a data set with a state.
  void reset() {
    if constexpr (is_stateful) dataset_.reset();
  }
  std::optional<size_t> size() const override { return dataset_.size(); }
  const Source& dataset() const { return dataset_; }
  const Transform& transform() const { return transform_; }

 private:
  Source dataset_;
  Transform transform_;
};

/// Shares one data set among loaders, where a copy would be large: make_shared_dataset makes it.
template <class Source>
class SharedBatchDataset
    : public BatchDataset<SharedBatchDataset<Source>, typename Source::BatchType,
                          typename Source::BatchRequestType> {
 public:
  SharedBatchDataset(std::shared_ptr<Source> dataset) : dataset_(std::move(dataset)) {}
  typename Source::BatchType get_batch(typename Source::BatchRequestType request) override {
    return dataset_->get_batch(std::move(request));
  }
  std::optional<size_t> size() const override { return dataset_->size(); }
  Source& operator*() { return *dataset_; }
  Source* operator->() { return dataset_.get(); }

 private:
  std::shared_ptr<Source> dataset_;
};
template <class Source, class... Arguments>
SharedBatchDataset<Source> make_shared_dataset(Arguments&&... arguments) {
  return {std::make_shared<Source>(std::forward<Arguments>(arguments)...)};
}

/// The samples of a set that gives batches, such as data::CIFAR10, one by one: examples_of makes
/// it.
template <class Source>
class ExamplesOf
    : public Dataset<ExamplesOf<Source>, decltype(std::declval<const Source&>().get(0))> {
 public:
  explicit ExamplesOf(std::shared_ptr<const Source> source) : source_(std::move(source)) {}
  typename ExamplesOf::ExampleType get(size_t index) override {
    return source_->get(static_cast<int64_t>(index));
  }
  std::optional<size_t> size() const override { return static_cast<size_t>(source_->size()); }

 private:
  std::shared_ptr<const Source> source_;
};
/// `make_data_loader(examples_of(CIFAR10(root)).map(...).map(Stack<>()), 64)`. Copies share the
/// set.
template <class Source>
ExamplesOf<Source> examples_of(Source source) {
  return ExamplesOf<Source>(std::make_shared<const Source>(std::move(source)));
}

/// The entries of a tensor along dimension 0, or of a list, without targets.
class TensorDataset : public Dataset<TensorDataset, TensorExample> {
 public:
  explicit TensorDataset(std::vector<Tensor> tensors) : tensors_(std::move(tensors)) {}
  explicit TensorDataset(const Tensor& tensor);
  /// Throws: ArgumentError unless index is below size().
  TensorExample get(size_t index) override;
  std::optional<size_t> size() const override { return tensors_.size(); }

 private:
  std::vector<Tensor> tensors_;
};

/// The MNIST digits one by one: images (1, 28, 28) float32 from 0 to 1, targets () int64. The files
/// are those of data::MNIST, which gives whole batches at once and faster.
class MNIST : public Dataset<MNIST> {
 public:
  enum class Mode { kTrain, kTest };
  /// Throws: IoError as data::MNIST does.
  explicit MNIST(const std::string& root, Mode mode = Mode::kTrain);
  /// Throws: ArgumentError unless index is below size().
  Example<> get(size_t index) override;
  std::optional<size_t> size() const override;
  bool is_train() const { return mode_ == Mode::kTrain; }
  const Tensor& images() const { return images_; }
  const Tensor& targets() const { return targets_; }

 private:
  Mode mode_;
  Tensor images_, targets_;
};

}  // namespace reel::data::datasets
