// Held channels-last tensors look contiguous, are converted once when their memory is looked at,
// and alias as any other from then on.

#include <reel/core/layout.h>

#include <atomic>
#include <thread>

#include <reel/autograd/ops.h>
#include <reel/core/allocator.h>
#include <reel/core/creation.h>
#include <reel/core/isa.h>

#include "tests/catch.h"
#include "tests/harness.h"

using namespace reel;
using tests::ExecutionScope;

namespace {

using Values = std::vector<double>;

Values counting(int64_t n) {
  Values v;
  for (int64_t i = 0; i < n; ++i) v.push_back(static_cast<double>(i));
  return v;
}

Tensor counting_tensor(IntArrayRef sizes) { return arange(numel_of(sizes), kFloat32).view(sizes); }

// 0, 1, 2, ... in logical order, held channels-last.
Tensor held(IntArrayRef sizes, Dtype dtype = kFloat32) {
  const Tensor x = empty_channels_last(sizes, dtype);
  copy_values(arange(x.numel()).view(sizes), x);
  return x;
}

void check_transposes(Dtype dtype, int64_t rows, int64_t cols) {
  const Tensor x = counting_tensor({2, rows, cols}).to(dtype);
  const Tensor turned = x.permute({0, 2, 1}), y = turned.contiguous();
  INFO(as_text(rows, " x ", cols, " ", dtype));
  CHECK(y.is_contiguous());
  CHECK(y.to_vector() == turned.to_vector());
  CHECK(y.permute({0, 2, 1}).contiguous().equal(x));
  CHECK(x[1].t().contiguous().equal(y[1]));
  CHECK(x.slice(2, 0, cols - cols / 2).permute({2, 0, 1}).contiguous().to_vector() ==
        x.permute({2, 0, 1}).slice(0, 0, cols - cols / 2).to_vector());
}

}  // namespace

TEST_CASE("layout: a view of a tensor's own sizes stays held", "[layout]") {
  const Tensor x = held({2, 3, 4, 5}).requires_grad_(), y = x.reshape({2, 3, -1, 5}) * 2,
               z = y.view(y.sizes());
  CHECK(is_held(x));
  CHECK(is_held(z));
  z.backward(held(x.sizes()));
  CHECK(is_held(x.grad()));
  CHECK(z[1][2][3][4].item<float>() == 238);
  CHECK(y.to_vector() == z.to_vector());
}

TEST_CASE("layout: what does not look at the memory leaves it held", "[layout]") {
  const Tensor x = held({2, 3, 4, 5});
  CHECK(is_held(x));
  CHECK(is_channels_last(x));
  CHECK_FALSE(is_plain(x));
  CHECK(physical_strides(x) == Shape{60, 1, 15, 3});
  CHECK(x.sizes() == Shape{2, 3, 4, 5});
  CHECK(x.is_contiguous());
  CHECK_FALSE(x.is_contiguous(MemoryFormat::kChannelsLast));
  CHECK(x.storage_offset() == 0);
  CHECK(x.to_vector() == counting(120));
  CHECK(x.detach().to_vector() == counting(120));
  CHECK(is_held(x.clone()));
  CHECK(is_held(x.to(kFloat64)));
  CHECK(is_held(empty_like(x)));
  CHECK(to_channels_last(x)->is_same(x));
  CHECK(is_held(x));
}

TEST_CASE("layout: what lies as it should is borrowed, not counted", "[layout]") {
  const Tensor x = held({2, 3, 4, 5}), plain = counting_tensor({2, 3});
  const uint32_t count = x.impl()->use_count();
  {
    const Borrowed last = to_channels_last(x), alike = laid_out_like(x, x), block = dense(x);
    for (const Borrowed* b : {&last, &alike, &block}) CHECK((*b)->is_same(x));
    CHECK(x.impl()->use_count() == count);
  }
  CHECK(contiguous(plain)->is_same(plain));
  CHECK_FALSE(contiguous(Tensor())->defined());
  // Others are copies that live as long as the result.
  const Tensor turned = plain.t();
  const Borrowed copy = contiguous(turned), other = laid_out_like(x, empty({2, 3, 4, 5}));
  CHECK(is_plain(copy));
  CHECK(copy->to_vector() == turned.to_vector());
  CHECK(is_plain(other));
  CHECK(other->to_vector() == counting(120));
  CHECK(is_held(x));
  CHECK(contiguous(x)->is_same(x));
  CHECK_FALSE(is_held(x));
}

TEST_CASE("layout: transposes of all sizes around a block's and a task's", "[layout]") {
  ExecutionScope scope;
  for (Isa isa : {Isa::kBaseline, Isa::kAvx2, Isa::kAvx512}) {
    if (!isa_available(isa)) continue;
    set_isa(isa);
    for (Dtype dtype : {kFloat32, kFloat64, kBool}) {
      for (int64_t rows : {1, 2, 3, 4, 5, 8, 15, 16, 17, 33})
        for (int64_t cols : {1, 3, 4, 6, 7, 9, 16, 19, 31, 32, 49})
          check_transposes(dtype, rows, cols);
      for (int64_t few : {2, 3, 5}) {  // several tasks
        check_transposes(dtype, few, 1100);
        check_transposes(dtype, 1100, few);
      }
    }
  }
}

TEST_CASE("layout: permute's gradient takes a held one as it lies", "[layout]") {
  const Tensor x = counting_tensor({2, 4, 5, 3}).requires_grad_();
  const Tensor dy = held({2, 3, 4, 5});
  x.permute({0, 3, 1, 2}).backward(dy);
  CHECK(is_held(dy));
  CHECK(is_plain(x.grad()));
  CHECK(x.grad().to_vector() == dy.permute({0, 2, 3, 1}).to_vector());
}

TEST_CASE("layout: which strides are plain or channels-last", "[layout]") {
  const Tensor memory = counting_tensor({120});
  const auto seen = [&](IntArrayRef sizes, IntArrayRef strides) {
    return memory.as_strided(sizes, strides);
  };
  CHECK(is_plain(seen({2, 3, 4}, {12, 4, 1})));
  CHECK(is_plain(seen({1, 3, 1}, {99, 1, 7})));
  CHECK_FALSE(is_plain(seen({2, 3, 4}, {12, 4, 2})));
  CHECK_FALSE(is_plain(seen({2, 3}, {0, 1})));
  CHECK(is_plain(seen({2, 0, 4}, {7, 7, 7})));
  CHECK(is_plain(seen({}, {})));
  CHECK(is_channels_last(seen({2, 3, 4, 5}, {60, 1, 15, 3})));
  CHECK(is_channels_last(seen({2, 3, 4}, {12, 1, 3})));
  CHECK(is_channels_last(seen({1, 1, 4, 5}, {9, 9, 5, 1})));
  CHECK_FALSE(is_channels_last(seen({2, 3, 4, 5}, {60, 20, 5, 1})));
  CHECK_FALSE(is_channels_last(seen({2, 3}, {1, 2})));
  // Views and changes of shape keep the answer right.
  Tensor x = counting_tensor({4, 6});
  CHECK(is_plain(x.detach()));
  CHECK_FALSE(is_plain(x.t().detach()));
  x.set_data(x.detach().t());
  CHECK_FALSE(is_plain(x));
  x.resize_({2, 2});
  CHECK(is_plain(x));
}

TEST_CASE("layout: whatever looks at the memory converts it once", "[layout]") {
  const std::function<void(const Tensor&)> looks[] = {
      [](const Tensor& x) { CHECK(x.data_ptr<float>()[1] == 1); },
      [](const Tensor& x) {
        CHECK(x.strides() == Shape{60, 20, 5, 1});
      },
      [](const Tensor& x) { CHECK(x.stride(1) == 20); },
      [](const Tensor& x) { CHECK(x.accessor<float, 4>()[1][2][3][4] == 119); },
      [](const Tensor& x) {
        CHECK(x.view({2, -1})[1][1].item<float>() == 61);
      },
      [](const Tensor& x) { CHECK(x.flatten(1).to_vector() == counting(120)); },
      [](const Tensor& x) {
        CHECK(x.permute({0, 2, 3, 1}).is_contiguous() == false);
      },
      [](const Tensor& x) { CHECK(x[1][2][3][4].item<int>() == 119); },
      [](const Tensor& x) { CHECK(x.slice(2, 1, 2).to_vector()[0] == 5); },
      [](const Tensor& x) { CHECK(x.contiguous().is_same(x)); },
      [](const Tensor& x) { CHECK(x.as_strided({1}, {1}, 7).item<int>() == 7); },
  };
  for (const auto& look : looks) {
    const Tensor x = held({2, 3, 4, 5});
    const Tensor other = x.detach();  // a second handle to the storage
    look(x);
    CHECK_FALSE(is_held(x));
    CHECK(is_plain(other));
    CHECK(x.to_vector() == counting(120));
    const float* memory = x.data_ptr<float>();
    look(x);
    CHECK(x.data_ptr<float>() == memory);
    CHECK(other.data_ptr<float>() == memory);
  }
}

TEST_CASE("layout: views alias after the conversion", "[layout]") {
  const Tensor x = held({2, 3, 2, 2});
  const Tensor rows = x.view({6, 4}), copy = x.detach();
  rows[5].fill_(-1);
  CHECK(x.to_vector()[23] == -1);
  copy.data_ptr<float>()[0] = 42;
  CHECK(rows.to_vector()[0] == 42);
  x.fill_(3);
  CHECK(rows.to_vector() == Values(24, 3));
}

TEST_CASE("layout: of any spatial rank and element size", "[layout]") {
  for (const Shape& sizes : {Shape{2, 3, 7}, Shape{2, 17, 9, 5}, Shape{1, 33, 2, 3, 4},
                             Shape{3, 1, 4, 4}, Shape{2, 5, 1, 1}, Shape{0, 3, 2, 2}})
    for (Dtype dtype : {kFloat32, kFloat64, kInt32, kInt64}) {
      const Tensor x = held(sizes, dtype);
      const bool coincide = sizes[1] == 1 || x.numel() == 0 || sizes.back() == 1;
      CHECK(is_held(x) == !coincide);
      x.data_ptr();
      CHECK(is_plain(x));
      CHECK(x.to_vector() == counting(x.numel()));
    }
}

TEST_CASE("layout: many threads look at once", "[layout]") {
  for (int round = 0; round < 20; ++round) {
    const Tensor x = held({2, 16, 9, 9});
    std::atomic<int> ready{0}, wrong{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&, t, mine = x.detach()] {
        ++ready;
        while (ready < 4) std::this_thread::yield();
        const float* p =
            t % 2 == 0 ? mine.data_ptr<float>() : mine.view({-1, 81}).data_ptr<float>();
        for (int64_t i = 0; i < mine.numel(); ++i) wrong += p[i] != static_cast<float>(i);
      });
    for (std::thread& thread : threads) thread.join();
    CHECK(wrong == 0);
  }
}

TEST_CASE("layout: what another thread may read stays as long as the tensor", "[layout]") {
  const int64_t before = memory_stats().live;
  {
    const Tensor x = held({4, 8, 16, 16});
    const int64_t one = memory_stats().live - before;
    const auto* read = physical_data<float>(x);
    const std::vector<float> values(read, read + x.numel());
    CHECK(x.data_ptr<float>() != read);
    CHECK(memory_stats().live - before == 2 * one);
    const Tensor next = zeros(x.sizes());  // would take the block if it were free
    CHECK(std::equal(values.begin(), values.end(), read));
  }
  CHECK(memory_stats().live == before);
}

TEST_CASE("layout: explicit channels-last is an ordinary tensor with such strides", "[layout]") {
  const Tensor x = held({2, 3, 4, 5});
  const Tensor y = x.contiguous(MemoryFormat::kChannelsLast);
  CHECK_FALSE(is_held(y));
  CHECK(y.strides() == Shape{60, 1, 15, 3});
  CHECK(y.is_contiguous(MemoryFormat::kChannelsLast));
  CHECK_FALSE(y.is_contiguous());
  CHECK(y.to_vector() == counting(120));
  CHECK(y.data_ptr<float>()[1] == 20);
  CHECK(y.contiguous(MemoryFormat::kChannelsLast).is_same(y));
  CHECK(y.contiguous().strides() == Shape{60, 20, 5, 1});
  CHECK(y.contiguous().to_vector() == counting(120));
}

TEST_CASE("layout: copies between all layouts", "[layout]") {
  const Shape sizes{2, 5, 3, 7};
  const Tensor plain = arange(210, kFloat32).view(sizes), last = held(sizes);
  const Tensor turned =
      arange(210, kFloat32).view(sizes).permute({3, 2, 0, 1}).contiguous().permute({2, 3, 1, 0});
  for (const Tensor& from : {plain, last, turned})
    for (Dtype dtype : {kFloat32, kFloat64, kInt32, kUInt8}) {
      const Tensor a = empty(sizes, dtype);
      copy_values(from, a);
      CHECK(a.to_vector() == counting(210));
      if (dtype == kUInt8) continue;
      const Tensor b = empty_channels_last(sizes, dtype);
      copy_values(from, b);
      CHECK(is_held(b));
      CHECK(b.to_vector() == counting(210));
    }
}

TEST_CASE("layout: operands that lie across each other give what dense ones give", "[layout]") {
  const Tensor x = counting_tensor({2, 48, 7, 9}),
               last = x.neg().contiguous(MemoryFormat::kChannelsLast);
  const Tensor wide = counting_tensor({70, 80}), high = counting_tensor({80, 70}) / 7 + 1;
  const Tensor plain_last = last.contiguous(), turned = high.t().contiguous();
  CHECK((x + last).equal(x + plain_last));
  CHECK((last * x).equal(plain_last * x));
  CHECK((last > x).equal(plain_last > x));
  CHECK((wide + high.t()).equal(wide + turned));
  CHECK((high.t() - wide).equal(turned - wide));
  CHECK((wide <= high.t()).equal(wide <= turned));
  CHECK((wide.to(kFloat64) / high.to(kFloat64).t()).equal(wide.to(kFloat64) / turned.to(kFloat64)));
  Tensor square = counting_tensor({67, 67});
  const Tensor before = square.clone(), across = square.t().contiguous();
  square.sub_(square.t());  // reads what it writes
  CHECK(square.equal(before - across));
  Tensor added = last.clone();
  added.add_(x, 2);
  CHECK(added.equal(plain_last + 2 * x));
}
