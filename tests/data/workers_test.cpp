#include <reel/core/allocator.h>
#include <reel/core/creation.h>
#include <reel/core/distributions.h>
#include <reel/core/parallel.h>
#include <reel/core/random.h>
#include <reel/data/batches.h>
#include <reel/data/data_loader.h>
#include <reel/data/dataset.h>

#include "tests/catch.h"
#include "tests/message_of.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <functional>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>

using namespace reel;
using namespace reel::data;

namespace {

using Values = std::vector<double>;
using Indices = std::vector<int64_t>;

/// Sample i is i and a number that augmentation drew; it takes a while, not the same for all.
struct Augmented : datasets::Dataset<Augmented> {
  explicit Augmented(size_t n) : count(n) {}
  Example<> get(size_t i) override {
    if (i % 5 == 0) std::this_thread::sleep_for(std::chrono::microseconds(50));
    const Tensor drawn = rand({1}).add(sample_random().uniform());
    return {full({1}, static_cast<double>(i)), drawn};
  }
  std::optional<size_t> size() const override { return count; }
  size_t count;
};

struct AddNoise : transforms::TensorTransform<> {
  Tensor operator()(Tensor x) override { return x + randn({1}) + sample_random().normal(); }
};

/// Throws what it is told to at one sample.
struct Faulty : datasets::Dataset<Faulty> {
  Faulty(size_t n, size_t bad, void (*throws)()) : count(n), at(bad), fault(throws) {}
  Example<> get(size_t i) override {
    if (i == at) fault();
    return {full({1}, static_cast<double>(i)), zeros({1})};
  }
  std::optional<size_t> size() const override { return count; }
  size_t count, at;
  void (*fault)();
};

/// Sample 2 has another size than sample 3, so that they can not be stacked.
struct Unequal : datasets::Dataset<Unequal> {
  Example<> get(size_t i) override { return {zeros({i == 2 ? 2 : 1}), zeros({1})}; }
  std::optional<size_t> size() const override { return 4; }
};

struct UsersError : IoError {
  using IoError::IoError;
};

template <class Loader>
std::vector<Values> epoch_of(Loader& loader) {
  std::vector<Values> batches;
  for (auto& batch : loader) {
    Values values = batch.data.to_vector();
    for (const double drawn : batch.target.to_vector()) values.push_back(drawn);
    batches.push_back(values);
  }
  return batches;
}

auto augmented_loader(DataLoaderOptions options, size_t n = 23) {
  return make_data_loader(Augmented(n).map(AddNoise()).map(transforms::Stack<>()), options);
}

auto faulty_loader(size_t bad, size_t workers, void (*fault)()) {
  return make_data_loader<samplers::SequentialSampler>(
      Faulty(10, bad, fault).map(transforms::Stack<>()), DataLoaderOptions(2).workers(workers));
}

/// The batches, "E" for one that could not be made.
template <class Loader>
std::vector<std::string> going_on(Loader& loader) {
  std::vector<std::string> seen;
  auto it = loader.begin();
  for (bool first = true;; first = false) try {
      if (!first) ++it;
      if (it == loader.end()) return seen;
      seen.push_back(as_text(it->data.template item<double>()));
    } catch (const Error&) {
      seen.push_back("E");
    }
}

}  // namespace

TEST_CASE("workers: batches are the same for any number of them", "[workers]") {
  for (const bool drop_last : {false, true}) {
    auto one = augmented_loader(DataLoaderOptions(4).seed(7).drop_last(drop_last));
    const auto first = epoch_of(*one), second = epoch_of(*one);
    CHECK(first.size() == (drop_last ? 5 : 6));
    CHECK(first != second);
    for (const size_t workers : {1, 2, 3, 7})
      for (const size_t prefetch : {1, 3}) {
        auto many = augmented_loader(
            DataLoaderOptions(4).seed(7).drop_last(drop_last).workers(workers).prefetch(prefetch));
        CHECK(epoch_of(*many) == first);
        CHECK(epoch_of(*many) == second);
      }
  }
}

TEST_CASE("workers: a sample is augmented alike whatever its batch", "[workers]") {
  std::vector<Values> by_size;
  for (const size_t batch_size : {1, 3, 23}) {
    auto loader = augmented_loader(DataLoaderOptions(batch_size).seed(3).workers(2));
    Values drawn;
    for (auto& batch : *loader)
      for (const double x : (batch.data + 1000 * batch.target).to_vector()) drawn.push_back(x);
    std::sort(drawn.begin(), drawn.end());
    by_size.push_back(drawn);
  }
  CHECK(by_size[0] == by_size[1]);
  CHECK(by_size[0] == by_size[2]);
}

TEST_CASE("workers: an epoch can be told, and begun in its middle", "[workers]") {
  auto loader = augmented_loader(DataLoaderOptions(4).seed(7).workers(2));
  epoch_of(*loader);
  CHECK(loader->epoch() == 1);
  const auto second = epoch_of(*loader);
  auto resumed = augmented_loader(DataLoaderOptions(4).seed(7).workers(1));
  resumed->set_epoch(1, 2);
  const auto rest = epoch_of(*resumed);
  CHECK(rest == std::vector<Values>(second.begin() + 2, second.end()));
  CHECK(resumed->epoch() == 2);
  resumed->set_epoch(1);
  CHECK(epoch_of(*resumed) == second);
  resumed->set_epoch(1, 99);
  CHECK(epoch_of(*resumed).empty());
}

TEST_CASE("workers: without a seed one is drawn from the default generator", "[workers]") {
  manual_seed(11);
  const auto first = epoch_of(*augmented_loader(4)), other = epoch_of(*augmented_loader(4));
  CHECK(first != other);
  manual_seed(11);
  auto loader = augmented_loader(DataLoaderOptions(4).workers(2));
  CHECK_FALSE(loader->options().seed());
  CHECK(epoch_of(*loader) == first);
  CHECK(loader->options().seed());
}

TEST_CASE("workers: loading leaves the loop's random numbers alone", "[workers]") {
  std::vector<Values> drawn;
  for (const size_t workers : {0, 2}) {
    auto loader = augmented_loader(DataLoaderOptions(4).seed(1).workers(workers));
    manual_seed(5);
    Values numbers;
    for ([[maybe_unused]] auto& batch : *loader) numbers.push_back(rand({1}).item<double>());
    drawn.push_back(numbers);
  }
  CHECK(drawn[0] == drawn[1]);
}

TEST_CASE("workers: batches as they get ready are the same ones", "[workers]") {
  auto ordered = epoch_of(*augmented_loader(DataLoaderOptions(2).seed(7)));
  auto loader = augmented_loader(DataLoaderOptions(2).seed(7).workers(3).enforce_ordering(false));
  auto ready = epoch_of(*loader);
  std::sort(ordered.begin(), ordered.end());
  std::sort(ready.begin(), ready.end());
  CHECK(ready == ordered);
}

TEST_CASE("workers: fewer samples than a batch, none, and all dropped", "[workers]") {
  for (const size_t workers : {0, 1, 3}) {
    const DataLoaderOptions options = DataLoaderOptions(8).workers(workers);
    CHECK(epoch_of(*augmented_loader(options, 3)).size() == 1);
    CHECK(epoch_of(*augmented_loader(options, 0)).empty());
    CHECK(epoch_of(*augmented_loader(DataLoaderOptions(options).drop_last(true), 3)).empty());
  }
}

TEST_CASE("workers: an error comes at its batch, with its sample", "[workers]") {
  for (const size_t workers : {0, 1, 3}) {
    for (const size_t bad : {0, 5, 9}) {
      INFO(workers << " workers, sample " << bad);
      auto loader =
          faulty_loader(bad, workers, [] { throw_io_error("read: 'x.png': cut short."); });
      size_t seen = 0;
      const std::string message = message_of<IoError>([&] {
        for ([[maybe_unused]] auto& batch : *loader) ++seen;
      });
      CHECK(seen == bad / 2);
      CHECK(message ==
            as_text("read: 'x.png': cut short. (in sample ", bad, ", batch ", bad / 2, ")"));
      auto ones = make_data_loader<samplers::SequentialSampler>(
          Faulty(5, bad / 2, [] { throw_argument_error("x: y; z."); }).map(transforms::Stack<>()),
          DataLoaderOptions(1).workers(workers));
      std::vector<std::string> expected{"0", "1", "2", "3", "4"};
      expected[bad / 2] = "E";
      CHECK(going_on(*ones) == expected);
    }
  }
}

TEST_CASE("workers: the first batch's error comes at the first use of the iterator", "[workers]") {
  for (const size_t workers : {0, 2}) {
    auto loader = faulty_loader(0, workers, [] { throw_argument_error("x: y; z."); });
    const std::vector<std::function<void(decltype(loader->begin())&)>> uses{
        [](auto& it) { *it; }, [&](auto& it) { (void)(it == loader->end()); },
        [&](auto& it) { (void)(loader->end() != it); }, [](auto& it) { ++it; }};
    for (const auto& use : uses) {
      auto it = loader->begin();
      CHECK(message_of<ArgumentError>([&] { use(it); }).starts_with("x: y; z. (in sample 0"));
      CHECK(it != loader->end());  // it comes once
      CHECK_THROWS_AS(*it, ArgumentError);
      ++it;
      CHECK(it->data.to_vector() == Values{2, 3});
    }
  }
}

TEST_CASE("workers: foreign errors arrive in a WorkerException", "[workers]") {
  for (const size_t bad : {0, 9}) {
    auto loader = faulty_loader(bad, 2, [] { throw std::out_of_range("no such row"); });
    try {
      epoch_of(*loader);
      FAIL("nothing was thrown");
    } catch (const WorkerException& e) {
      CHECK(std::string(e.what()) ==
            as_text("data loader: a worker threw out_of_range: no such row (in sample ", bad,
                    ", batch ", bad / 2, ")"));
      CHECK_THROWS_AS(std::rethrow_exception(e.original_exception), std::out_of_range);
    }
    auto own = faulty_loader(bad, 2, [] { throw UsersError("mine: is broken; it must not be."); });
    CHECK_THROWS_AS(epoch_of(*own), WorkerException);
    auto number = faulty_loader(bad, 2, [] { throw 3; });
    CHECK_THROWS_AS(epoch_of(*number), WorkerException);
    // Without workers there is nothing to carry them.
    auto alone =
        faulty_loader(bad, 0, [] { throw UsersError("mine: is broken; it must not be."); });
    CHECK_THROWS_AS(epoch_of(*alone), UsersError);
  }
}

TEST_CASE("workers: an error of a batch as a whole has no sample", "[workers]") {
  auto loader = make_data_loader<samplers::SequentialSampler>(Unequal().map(transforms::Stack<>()),
                                                              DataLoaderOptions(2).workers(1));
  CHECK(message_of<ArgumentError>([&] { epoch_of(*loader); }).find("(in batch 1)") !=
        std::string::npos);
}

TEST_CASE("workers: what a sampler throws comes after the batches before it", "[workers]") {
  struct Broken : samplers::SequentialSampler {
    using SequentialSampler::SequentialSampler;
    std::optional<std::vector<size_t>> next(size_t n) override {
      if (index() >= 4) throw std::out_of_range("sampler");
      return SequentialSampler::next(n);
    }
  };
  for (const size_t workers : {0, 2}) {
    auto loader = make_data_loader(Augmented(10).map(transforms::Stack<>()),
                                   DataLoaderOptions(2).workers(workers), Broken(10));
    int seen = 0;
    CHECK_THROWS_AS(
        [&] {
          for ([[maybe_unused]] auto& batch : *loader) ++seen;
        }(),
        std::out_of_range);
    CHECK(seen == 2);
  }
}

TEST_CASE("workers: epochs are broken off without a hang", "[workers]") {
  for (int repetition = 0; repetition < 100; ++repetition) {
    auto loader = augmented_loader(DataLoaderOptions(2).seed(1).workers(1 + repetition % 3));
    auto old = loader->begin();
    for (int i = 0; i < repetition % 5; ++i) ++old;
    if (repetition % 2) {
      const auto again = loader->begin();
      CHECK(again->data.size(0) == 2);
      CHECK_THROWS_AS(++old, ArgumentError);
    }
    if (repetition % 4 == 3) loader->join();
  }
  auto loader = augmented_loader(DataLoaderOptions(2).workers(2));
  auto it = loader->begin();
  loader.reset();
  CHECK(it->data.size(0) == 2);
  CHECK_THROWS_AS(++it, ArgumentError);
}

TEST_CASE("workers: two loaders at once", "[workers]") {
  const auto expected = epoch_of(*augmented_loader(DataLoaderOptions(3).seed(2)));
  for (int repetition = 0; repetition < 20; ++repetition) {
    auto a = augmented_loader(DataLoaderOptions(3).seed(2).workers(2));
    auto b = augmented_loader(DataLoaderOptions(3).seed(2).workers(1));
    auto of_b = b->begin();
    std::vector<Values> seen;
    for (auto& batch : *a) {
      CHECK(of_b->data.to_vector() == batch.data.to_vector());
      ++of_b;
      seen.push_back(batch.data.to_vector());
    }
    CHECK(of_b == b->end());
    CHECK(seen.size() == expected.size());
  }
}

TEST_CASE("workers: no more batches are ahead than asked for", "[workers]") {
  struct Counting : datasets::BatchDataset<Counting, int> {
    explicit Counting(std::atomic<int>* n) : made(n) {}
    int get_batch(ArrayRef<size_t>) override { return ++*made; }
    std::optional<size_t> size() const override { return 100; }
    std::atomic<int>* made;
  };
  std::atomic<int> made{0};
  for (const bool by_jobs : {false, true}) {
    DataLoaderOptions options = DataLoaderOptions(1).workers(2).prefetch(3);
    if (by_jobs) options.max_jobs(4);
    auto loader = make_data_loader(Counting(&made), options);
    made = 0;
    auto it = loader->begin();
    const int most = by_jobs ? 5 : 7;  // and the one that the loop holds
    for (int i = 0; i < 1000 && made < most; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    CHECK(made == most);
  }
}

TEST_CASE("workers: each has a copy of the data set, and calculates alone", "[workers]") {
  struct Where : datasets::BatchDataset<Where, int> {
    int get_batch(ArrayRef<size_t>) override {
      // Each copy's first call waits for the other's, so that both are called.
      static std::atomic<int> started = 0;
      if (++calls == 1) {
        ++started;
        for (int ms = 0; started < 2 && ms < 10'000; ++ms)
          std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
      static std::mutex mutex;
      // Large enough for several threads: the ranges say how many there are.
      std::set<std::thread::id> threads;
      parallel_for(1 << 20, 1 << 30, [&](int64_t, int64_t) {
        const std::lock_guard lock(mutex);
        threads.insert(std::this_thread::get_id());
      });
      return threads == std::set{std::this_thread::get_id()} ? calls : -1;
    }
    std::optional<size_t> size() const override { return 40; }
    int calls = 0;
  };
  auto loader = make_data_loader(Where(), DataLoaderOptions(1).workers(2));
  int sum = 0, n = 0;
  for (const int calls : *loader) {
    CHECK(calls > 0);
    sum += calls;
    ++n;
  }
  CHECK(n == 40);
  CHECK(sum < 41 * 20);  // of a data set that all share it would be that
}

TEST_CASE("workers: a time to wait", "[workers]") {
  struct Slow : datasets::BatchDataset<Slow, int> {
    int get_batch(ArrayRef<size_t> i) override {
      std::this_thread::sleep_for(std::chrono::milliseconds(i[0] == 1 ? 1500 : 0));
      return static_cast<int>(i[0]);
    }
    std::optional<size_t> size() const override { return 3; }
  };
  auto loader = make_data_loader<samplers::SequentialSampler>(
      Slow(), DataLoaderOptions(1).workers(1).timeout(std::chrono::milliseconds(500)));
  auto it = loader->begin();
  CHECK(message_of<Error>([&] { ++it; }) ==
        "data loader: no batch came within 500 ms, the time given. [more workers, or a longer "
        "timeout]");
  CHECK_THROWS_AS(*it, ArgumentError);
  std::this_thread::sleep_for(std::chrono::milliseconds(1200));
  ++it;
  CHECK(*it == 1);
  CHECK(*++it == 2);
  CHECK(++it == loader->end());
  CHECK(Timeout(std::chrono::seconds(2)).milliseconds() == 2000);
  // 0 would be for ever.
  using Seconds = std::chrono::duration<double>;
  CHECK(Timeout(Seconds(0.1)).milliseconds() == 100);
  CHECK(Timeout(Seconds(1e-9)).milliseconds() == 1);
  CHECK(Timeout(std::chrono::microseconds(1)).milliseconds() == 1);
  CHECK(Timeout(std::chrono::nanoseconds(2'000'001)).milliseconds() == 3);
  CHECK(Timeout(std::chrono::microseconds(-1)).milliseconds() == -1);
  CHECK(Timeout(Seconds(0)).milliseconds() == 0);
}

TEST_CASE("workers: a data set with a state is read ahead in order", "[workers]") {
  struct Stream : datasets::StatefulDataset<Stream, Indices> {
    std::optional<Indices> get_batch(size_t n) override {
      if (at > 11) throw_internal_error("asked again after the end");
      Indices batch;
      while (batch.size() < n && at < 11) batch.push_back(at++);
      if (!batch.empty()) return batch;
      at = 99;
      return std::nullopt;
    }
    void reset() override { at = 0; }
    std::optional<size_t> size() const override { return std::nullopt; }
    int64_t at = 0;
  };
  for (const size_t workers : {0, 1, 3}) {
    auto loader = make_data_loader(Stream(), DataLoaderOptions(4).workers(workers));
    for (int epoch = 0; epoch < 2; ++epoch) {
      std::vector<Indices> batches;
      for (auto& batch : *loader) batches.push_back(batch);
      CHECK(batches == std::vector<Indices>{{0, 1, 2, 3}, {4, 5, 6, 7}, {8, 9, 10}});
    }
    loader->set_epoch(2, 1);
    CHECK(loader->begin()->front() == 4);
  }
}

TEST_CASE("workers: memory is used again", "[workers]") {
  // 50 KB a batch: freed by another thread than the one that takes it, small blocks would pile up.
  const data::TensorDataset set(zeros({6400, 784}, kUInt8), zeros({6400}, kInt64));
  const Batches batches(set, BatchOptions(64).workers(2));
  const auto take = [&] {
    const int64_t before = memory_stats().heap_allocations;
    for ([[maybe_unused]] auto& batch : batches.epoch(0)) {
    }
    return memory_stats().heap_allocations - before;
  };
  take();
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return;  // nothing is kept, so that they see every allocation
#endif
  CHECK(take() < 60);  // of 200: those of the first batches of each thread
}

TEST_CASE("workers: of Batches", "[workers]") {
  struct Numbers {
    int64_t size() const { return 50; }
    std::pair<Indices, uint32_t> get_batch(const Indices& indices) const {
      return {indices, batch_random(1)[0].next()};
    }
  };
  const auto all = [](const BatchOptions& options) {
    std::vector<std::pair<Indices, uint32_t>> result;
    for (auto& batch : Batches(Numbers(), options).epoch(3)) result.push_back(batch);
    return result;
  };
  const auto alone = all(BatchOptions(8).seed(1));
  CHECK(alone.size() == 7);
  for (const int64_t workers : {1, 2, 3})
    CHECK(all(BatchOptions(8).seed(1).workers(workers).prefetch(2)) == alone);
  const Batches batches(Numbers(), BatchOptions(8).workers(2));
  for (int i = 0; i < 50; ++i) CHECK(batches.epoch(0).begin()->first.size() == 8);
  const auto epoch = batches.epoch(0);
  CHECK(epoch.begin()->first == epoch.begin()->first);  // each begin() is a loop of its own
}

TEST_CASE("workers: wrong options are refused", "[workers]") {
  const auto error = [](const DataLoaderOptions& options) {
    return message_of<ArgumentError>([&] { augmented_loader(options); });
  };
  CHECK(error(DataLoaderOptions(2).workers(2000)) ==
        "data loader: 2000 workers; there may be 0 to 1024.");
  CHECK(error(DataLoaderOptions(2).prefetch(0)) ==
        "data loader: prefetch is 0; it must be from 1 to 1048576.");
  CHECK(error(DataLoaderOptions(2).max_jobs(0)) ==
        "data loader: max_jobs is 0; it must be at least 1.");
  CHECK(error(DataLoaderOptions(2).timeout(-1)) ==
        "data loader: the timeout is -1 ms; it must be from 0, which is for ever, to "
        "1099511627776.");
  using Hours = std::chrono::duration<double, std::ratio<3600>>;
  for (const Timeout timeout :
       {Timeout(INT64_MAX), Timeout(std::chrono::hours::max()), Timeout(Hours(INFINITY)),
        Timeout(Hours(-INFINITY)), Timeout(Hours(NAN)), Timeout(Hours(1e6))})
    CHECK(error(DataLoaderOptions(2).timeout(timeout)).starts_with("data loader: the timeout is "));
  CHECK(error(DataLoaderOptions(2).workers(static_cast<size_t>(-1))) ==
        "data loader: -1 workers; there may be 0 to 1024.");
  struct Numbers {
    int64_t size() const { return 50; }
    Indices get_batch(const Indices& indices) const { return indices; }
  };
  CHECK_THROWS_AS(Batches(Numbers(), BatchOptions(2).workers(-1)).epoch(0), ArgumentError);
  CHECK_THROWS_AS(++augmented_loader(2)->end(), ArgumentError);
}
