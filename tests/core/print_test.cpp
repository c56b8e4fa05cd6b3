// Every expected text is what a user sees.

#include <reel/autograd/ops.h>
#include <reel/core/creation.h>
#include <reel/core/layout.h>

#include <cmath>
#include <sstream>

#include "tests/catch.h"

using namespace reel;

TEST_CASE("print: one format for all values", "[print]") {
  CHECK(to_string(tensor({{1.0, 2.0}, {3.0, 4.5}})) ==
        "tensor([[1.0000, 2.0000],\n"
        "        [3.0000, 4.5000]])");
  CHECK(to_string(tensor({1.0, -20.0})) == "tensor([  1., -20.])");
  CHECK(to_string(tensor({0.5, 123456.25})) == "tensor([     0.5000, 123456.2500])");
  CHECK(to_string(tensor({0.5, 1e-5})) == "tensor([5.0000e-01, 1.0000e-05])");
  CHECK(to_string(tensor({1e9, 1.0})) == "tensor([1.0000e+09, 1.0000e+00])");
  CHECK(to_string(zeros({2, 2})) ==
        "tensor([[0., 0.],\n"
        "        [0., 0.]])");
  CHECK(to_string(tensor(3.14159)) == "tensor(3.1416)");
}

TEST_CASE("print: nan and infinities", "[print]") {
  CHECK(to_string(tensor({1.5, NAN, -INFINITY})) == "tensor([1.5000,    nan,   -inf])");
  CHECK(to_string(tensor({1.0, NAN, INFINITY})) == "tensor([ 1., nan, inf])");
  CHECK(to_string(tensor({NAN})) == "tensor([nan])");
}

TEST_CASE("print: integers and bools", "[print]") {
  CHECK(to_string(tensor({1, -20, 300})) == "tensor([  1, -20, 300])");
  CHECK(to_string(tensor({{true, false}})) == "tensor([[ true, false]])");
  CHECK(to_string(tensor({true})) == "tensor([true])");
  CHECK(to_string(tensor(int64_t{9007199254740993})) == "tensor(9007199254740993)");
  CHECK(to_string(tensor({1, 255}, kUInt8)) == "tensor([  1, 255], dtype=uint8)");
}

TEST_CASE("print: what the values do not show", "[print]") {
  CHECK(to_string(tensor({1, 2}, kFloat64)) == "tensor([1., 2.], dtype=float64)");
  CHECK(to_string(tensor({1.0}, requires_grad())) == "tensor([1.], requires_grad=true)");
  CHECK(to_string(tensor({1.0}, requires_grad()).view({1, 1})) == "tensor([[1.]], grad_fn=view)");
  CHECK(to_string(tensor({1.0}, dtype(kFloat64).requires_grad(true))) ==
        "tensor([1.], dtype=float64, requires_grad=true)");
  CHECK(to_string(full(9, 0.25, dtype(kFloat64).requires_grad(true))) ==
        "tensor([0.2500, 0.2500, 0.2500, 0.2500, 0.2500, 0.2500, 0.2500, 0.2500, 0.2500],\n"
        "       dtype=float64, requires_grad=true)");
  CHECK(to_string(Tensor()) == "tensor(undefined)");
}

TEST_CASE("print: empty tensors", "[print]") {
  CHECK(to_string(tensor({})) == "tensor([])");
  CHECK(to_string(zeros(0, kInt64)) == "tensor([], dtype=int64)");
  CHECK(to_string(zeros({0, 3})) == "tensor([], size=[0, 3])");
  CHECK(to_string(zeros({2, 0}, kBool)) == "tensor([], size=[2, 0], dtype=bool)");
}

TEST_CASE("print: blocks and long lines", "[print]") {
  CHECK(to_string(arange(8).view({2, 2, 2})) ==
        "tensor([[[0, 1],\n"
        "         [2, 3]],\n"
        "\n"
        "        [[4, 5],\n"
        "         [6, 7]]])");
  CHECK(to_string(arange(22)) ==
        "tensor([ 0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14, 15, 16, 17,\n"
        "        18, 19, 20, 21])");
  CHECK(to_string(arange(12).view({3, 4}).t()) ==
        "tensor([[ 0,  4,  8],\n"
        "        [ 1,  5,  9],\n"
        "        [ 2,  6, 10],\n"
        "        [ 3,  7, 11]])");
}

TEST_CASE("print: summarised from 1,000 elements on", "[print]") {
  CHECK(to_string(arange(999)).find("...") == std::string::npos);
  CHECK(to_string(arange(1000)) == "tensor([  0,   1,   2, ..., 997, 998, 999], size=[1000])");
  CHECK(to_string(arange(2000).view({4, 500})) ==
        "tensor([[   0,    1,    2, ...,  497,  498,  499],\n"
        "        [ 500,  501,  502, ...,  997,  998,  999],\n"
        "        [1000, 1001, 1002, ..., 1497, 1498, 1499],\n"
        "        [1500, 1501, 1502, ..., 1997, 1998, 1999]], size=[4, 500])");
  CHECK(to_string(zeros({40, 2, 40}).slice(0, 1)) ==
        "tensor([[[0., 0., 0., ..., 0., 0., 0.],\n"
        "         [0., 0., 0., ..., 0., 0., 0.]],\n"
        "\n"
        "        [[0., 0., 0., ..., 0., 0., 0.],\n"
        "         [0., 0., 0., ..., 0., 0., 0.]],\n"
        "\n"
        "        [[0., 0., 0., ..., 0., 0., 0.],\n"
        "         [0., 0., 0., ..., 0., 0., 0.]],\n"
        "\n"
        "        ...,\n"
        "\n"
        "        [[0., 0., 0., ..., 0., 0., 0.],\n"
        "         [0., 0., 0., ..., 0., 0., 0.]],\n"
        "\n"
        "        [[0., 0., 0., ..., 0., 0., 0.],\n"
        "         [0., 0., 0., ..., 0., 0., 0.]],\n"
        "\n"
        "        [[0., 0., 0., ..., 0., 0., 0.],\n"
        "         [0., 0., 0., ..., 0., 0., 0.]]], size=[39, 2, 40])");
  // Only what is shown decides the format.
  Tensor x = zeros(2000);
  x[1000].fill_(0.5);
  CHECK(to_string(x) == "tensor([0., 0., 0., ..., 0., 0., 0.], size=[2000])");
}

TEST_CASE("print: a held layout is read as it lies", "[print]") {
  const Tensor x = empty_channels_last({1, 2, 1, 2}, kFloat32);
  copy_values(arange(4).view({1, 2, 1, 2}), x);
  CHECK(to_string(x) ==
        "tensor([[[[0., 1.]],\n"
        "\n"
        "         [[2., 3.]]]])");
  CHECK(is_held(x));
}

TEST_CASE("print: to a stream", "[print]") {
  std::ostringstream out;
  out << tensor({1, 2}) << ' ' << tensor(0.5);
  CHECK(out.str() == "tensor([1, 2]) tensor(0.5000)");
}
