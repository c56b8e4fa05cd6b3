// The code of docs/tensor.md, and that it does what the page says.

#include <reel/autograd/grad_mode.h>
#include <reel/autograd/ops.h>
#include <reel/core/creation.h>
#include <reel/core/layout.h>

#include <sstream>

#include "tests/catch.h"
#include "tests/message_of.h"

using namespace reel;

namespace {
using Values = std::vector<double>;
}

TEST_CASE("docs/tensor.md: creating", "[docs]") {
  std::vector<float> samples(6, 1.5f);
  // [create]
  Tensor a = tensor({{1.0, 2.0}, {3.0, 4.0}});  // float32, [2, 2]
  Tensor labels = tensor({3, 1, 2});            // int64
  Tensor w = zeros({64, 32}, dtype(kFloat64).requires_grad(true));
  Tensor x = randn({8, 3, 28, 28});
  Tensor steps = arange(0, 10, 2);                         // 0 2 4 6 8, int64
  Tensor grid = linspace(-1, 1, 5);                        // both ends included
  Tensor view = from_blob(samples.data(), {2, 3});         // the vector's own memory
  Tensor owned = from_vector(std::move(samples), {2, 3});  // takes the vector over, no copy
  // [/create]
  CHECK(a.dtype() == kFloat32);
  CHECK(labels.dtype() == kInt64);
  CHECK(w.requires_grad());
  CHECK(x.numel() == 8 * 3 * 28 * 28);
  CHECK(steps.to_vector() == Values{0, 2, 4, 6, 8});
  CHECK(grid.to_vector() == Values{-1, -0.5, 0, 0.5, 1});
  CHECK(owned.data_ptr<float>() == view.data_ptr<float>());
}

TEST_CASE("docs/tensor.md: reading and writing", "[docs]") {
  Tensor x = arange(6, kFloat32).view({2, 3});
  // [elements]
  float corner = x[1][2].item<float>();  // one element
  x[0].fill_(7);                         // a row, through a view
  float* p = x.data_ptr<float>();        // all of them, in row-major order
  auto e = x.accessor<float, 2>();       // any strides: e[row][column]
  for (int64_t j = 0; j < x.size(1); ++j) e[1][j] += p[j];
  std::vector<double> values = x.to_vector();  // a copy in logical order
  // [/elements]
  CHECK(corner == 5);
  CHECK(values == Values{7, 7, 7, 10, 11, 12});
}

TEST_CASE("docs/tensor.md: indices", "[docs]") {
  using namespace reel::indexing;
  Tensor x = arange(24, kFloat32).view({4, 6});
  Tensor mask = x > 20;
  // [index]
  Tensor row = x[-1];                                        // the last row, a view
  Tensor block = x.index({Slice(1, None, 2), Slice(0, 3)});  // rows 1 and 3, columns 0 to 2: a view
  Tensor last = x.index({"...", -1});                        // the last column
  Tensor picked = x.index({tensor({3, 0, 3})});              // rows 3, 0, 3, copied
  Tensor pairs = x.index({tensor({0, 1}), tensor({5, -1})});  // elements [0, 5] and [1, -1]
  Tensor large = x.index({mask});                             // where the mask is true
  x.index_put_({mask}, 0);                                    // and assigned there
  x.index_put_({Slice(), tensor({0, 2})}, ones({4, 2}));      // columns 0 and 2
  x[1] = x[0] * 2;                                            // a row
  // [/index]
  CHECK(row.to_vector() == Values{1, 19, 1, 0, 0, 0});
  CHECK(block.sizes() == Shape{2, 3});
  CHECK(last.to_vector() == Values{5, 10, 17, 0});
  CHECK(picked[1].to_vector() == Values{0, 1, 2, 3, 4, 5});
  CHECK(pairs.to_vector() == Values{5, 11});
  CHECK(large.to_vector() == Values{21, 22, 23});
  CHECK(x[1].to_vector() == Values{2, 2, 2, 6, 8, 10});
}

TEST_CASE("docs/tensor.md: views", "[docs]") {
  // [views]
  Tensor x = arange(24, kFloat32).view({2, 3, 4});
  Tensor y = x.permute({2, 0, 1});   // [4, 2, 3], the same memory
  Tensor z = x.slice(2, 0, 4, 2);    // every second column: [2, 3, 2]
  Tensor flat = y.reshape({8, -1});  // [8, 3]: no strides describe it, so a copy
  x.fill_(0);                        // y and z are zero now, flat is not
  // [/views]
  CHECK(y.sizes() == Shape{4, 2, 3});
  CHECK(z.sizes() == Shape{2, 3, 2});
  CHECK(y.to_vector() == Values(24, 0));
  CHECK(z.to_vector() == Values(12, 0));
  CHECK(flat.to_vector()[1] == 4);
  CHECK(message_of<ArgumentError>([&] {
          y.view({8, 3});
        }) ==
        "view: the tensor [4, 2, 3] with strides [1, 12, 4] can not be seen as [8, 3] without a "
        "copy; merged dimensions must follow each other in memory. [use reshape]");
}

TEST_CASE("docs/tensor.md: random numbers", "[docs]") {
  // [random]
  manual_seed(42);  // this thread's generator
  Tensor a = randn({3});
  manual_seed(42);
  Tensor b = randn({3});  // the same as a
  Generator own(7);
  Tensor order = randperm(5, own);  // from a generator of one's own
  // [/random]
  CHECK(a.to_vector() == b.to_vector());
  CHECK(own.offset() > 0);
  CHECK(order.numel() == 5);
}

TEST_CASE("docs/tensor.md: printing", "[docs]") {
  std::ostringstream out;
  // [print]
  Tensor x = tensor({{0.5, -1.0}, {2.25, 100.0}}, requires_grad());
  out << x << '\n' << x.t() << '\n' << zeros({60, 784}, kUInt8) << '\n';
  // [/print]
  CHECK(out.str() ==
        R"(tensor([[  0.5000,  -1.0000],
        [  2.2500, 100.0000]], requires_grad=true)
tensor([[  0.5000,   2.2500],
        [ -1.0000, 100.0000]], grad_fn=permute)
tensor([[0, 0, 0, ..., 0, 0, 0],
        [0, 0, 0, ..., 0, 0, 0],
        [0, 0, 0, ..., 0, 0, 0],
        ...,
        [0, 0, 0, ..., 0, 0, 0],
        [0, 0, 0, ..., 0, 0, 0],
        [0, 0, 0, ..., 0, 0, 0]], size=[60, 784], dtype=uint8)
)");
}
