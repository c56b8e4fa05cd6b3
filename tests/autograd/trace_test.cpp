#include <reel/autograd/ops.h>
#include <reel/autograd/trace.h>
#include <reel/core/creation.h>

#include "tests/catch.h"
#include "tests/message_of.h"

namespace reel {
namespace {

std::vector<std::string> names(const std::vector<TracedOperation>& operations) {
  std::vector<std::string> all;
  for (const TracedOperation& op : operations) all.emplace_back(op.node->name());
  return all;
}

}  // namespace

TEST_CASE("trace: operations in order, with what they were told", "[trace]") {
  const Tensor x = ones({2, 3, 4, 4}).requires_grad_(), w = ones({5, 3, 3, 3});
  Trace trace;
  const Tensor y = conv2d(x, w, {}, 2, 1);
  const Tensor z = y.mul(3).softmax(1);
  (void)ones({2}).mul(2);  // not recorded
  const std::vector<TracedOperation> operations = trace.take();
  CHECK(names(operations) == std::vector<std::string>{"conv2d", "mul", "softmax"});
  const TracedOperation &conv = operations[0], &mul = operations[1];
  CHECK(conv.inputs[0].is_same(x));
  CHECK(conv.inputs[1].is_same(w));
  CHECK(!conv.inputs[2].defined());
  CHECK(conv.outputs[0].is_same(y));
  CHECK(conv.find("stride")->integers == std::vector<int64_t>{2, 2});
  CHECK(conv.find("begin")->integers == std::vector<int64_t>{1, 1});
  CHECK(conv.find("groups")->integers == std::vector<int64_t>{1});
  CHECK(mul.find("factor")->number == 3);
  CHECK(mul.find("stride") == nullptr);
  CHECK(mul.node->edge(0).node.get() == conv.node.get());
  CHECK(operations[2].outputs[0].is_same(z));
}

TEST_CASE("trace: a view whose base was written has its history made anew, in order", "[trace]") {
  const Tensor x = ones({2, 3}).requires_grad_();
  Trace trace;
  const Tensor y = x * 2, v = y.view({6});
  v.relu_();
  const Tensor z = y.exp(), u = v.exp();
  const std::vector<TracedOperation> operations = trace.take();
  CHECK(names(operations) ==
        std::vector<std::string>{"mul", "view", "relu", "relu", "exp", "as_strided", "exp"});
  CHECK(operations[3].write.get() == operations[2].node.get());
  CHECK(operations[3].outputs[0].is_same(y));
  CHECK(operations[4].outputs[0].is_same(z));
  CHECK(operations[5].outputs[0].is_same(v));
  CHECK(operations[6].outputs[0].is_same(u));
}

TEST_CASE("trace: while it lives, and one at a time", "[trace]") {
  const Tensor x = ones({2}).requires_grad_();
  {
    const NoGradGuard no_grad;
    Trace trace;
    CHECK(GradMode::is_enabled());
    CHECK(message_of<ArgumentError>([] { Trace another; }) ==
          "trace: another trace is being taken on this thread; there can be one.");
    const Tensor y = x.exp();
    CHECK(traced(y)->node.get() == y.grad_fn().get());
    CHECK(traced(x) == nullptr);
  }
  const Tensor y = x.exp();
  CHECK(traced(y) == nullptr);
}

}  // namespace reel
