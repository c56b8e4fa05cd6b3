#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"

#include <reel/autograd/ops/elementwise.h>
#include <reel/core/creation.h>

using namespace reel;
using namespace reel::tests;
using Values = std::vector<double>;

TEST_CASE("bitwise: integers") {
  const Tensor a = tensor_of({4}, {12, -1, 0, 5}).to(kInt32);
  const Tensor b = tensor_of({4}, {10, 7, 3, 5}).to(kInt32);
  CHECK((a & b).to_vector() == Values{8, 7, 0, 5});
  CHECK((a | b).to_vector() == Values{14, -1, 3, 5});
  CHECK((a ^ b).to_vector() == Values{6, -8, 3, 0});
  CHECK((~a).to_vector() == Values{-13, 0, -1, -6});
  CHECK((a & 4).to_vector() == Values{4, 4, 0, 4});
  CHECK((a | 1).to_vector() == Values{13, -1, 1, 5});
  CHECK((a ^ 1).to_vector() == Values{13, -2, 1, 4});
  CHECK((a & b).dtype() == kInt32);
  CHECK((~tensor_of({1}, {5}).to(kUInt8)).to_vector() == Values{250});
  CHECK((a & tensor_of({2, 1}, {1, 4}).to(kInt64)).dtype() == kInt64);
  CHECK((a & tensor_of({2, 1}, {1, 4}).to(kInt64)).to_vector() == Values{0, 1, 0, 1, 4, 4, 0, 4});
  CHECK(bitwise_and(a.slice(0, 0, 4, 2), b.slice(0, 0, 4, 2)).to_vector() == Values{8, 0});
  CHECK(bitwise_or(a, b).equal(a | b));
  CHECK(bitwise_xor(a, b).equal(a ^ b));
  CHECK(bitwise_and(a, 4).equal(a & 4));
  CHECK(bitwise_or(a, 1).equal(a | 1));
  CHECK(bitwise_xor(a, 1).equal(a ^ 1));
}

TEST_CASE("bitwise: bool is logic") {
  const Tensor a = tensor_of({4}, {1, 1, 0, 0}).to(kBool),
               b = tensor_of({4}, {1, 0, 1, 0}).to(kBool);
  CHECK((a & b).dtype() == kBool);
  CHECK((a & b).equal(a.logical_and(b)));
  CHECK((a | b).equal(a.logical_or(b)));
  CHECK((a ^ b).equal(a.logical_xor(b)));
  CHECK((~a).equal(a.logical_not()));
  CHECK((a & tensor_of({4}, {3, 2, 1, 0}).to(kInt64)).to_vector() == Values{1, 0, 0, 0});
}

TEST_CASE("bitwise: in place") {
  const Tensor b = tensor_of({2}, {10, 7}).to(kInt32);
  const auto fresh = [] { return tensor_of({2}, {12, -1}).to(kInt32); };
  const Tensor x = fresh(), y = fresh(), z = fresh(), n = fresh();
  x &= b;
  y |= b;
  z ^= b;
  n.bitwise_not_();
  CHECK(x.equal(fresh() & b));
  CHECK(y.equal(fresh() | b));
  CHECK(z.equal(fresh() ^ b));
  CHECK(n.equal(~fresh()));
  CHECK(fresh().bitwise_and_(4).equal(fresh() & 4));
  CHECK(fresh().bitwise_or_(4).equal(fresh() | 4));
  CHECK(fresh().bitwise_xor_(4).equal(fresh() ^ 4));
}

TEST_CASE("bitwise: what is wrong with a call") {
  CHECK(message_of<ArgumentError>([] { ones({2}) & ones({2}); }) ==
        "bitwise_and: the operands are float32 and float32; they must be bool or integers. "
        "[logical_and() and its kin take any dtype]");
  CHECK_THROWS_AS(~ones({2}), ArgumentError);
  CHECK_THROWS_AS(ones({2}, kInt64) | 0.5, ArgumentError);
  CHECK_THROWS_AS(ones({2}, kBool).bitwise_and_(ones({2}, kInt64)), ArgumentError);
}
