#include <reel/autograd/draw_graph.h>
#include <reel/autograd/grad_mode.h>
#include <reel/autograd/ops.h>
#include <reel/core/creation.h>
#include <reel/io/graph.h>
#include <reel/nn/linear.h>
#include <reel/nn/sequential.h>

#include <cstdlib>
#include <thread>
#include <vector>

#include "tests/catch.h"
#include "tests/message_of.h"
#include "tests/temporary_folder.h"

namespace reel {
namespace {

using Catch::Matchers::ContainsSubstring;

}  // namespace

TEST_CASE("draw_graph: operations, leaves and shapes", "[graph]") {
  const Tensor w = ones({3, 2}).requires_grad_(), b = ones({3}).requires_grad_();
  const Tensor y = (linear(ones({4, 2}), w, b)).exp().sum();
  CHECK(autograd::draw_graph(y, {{"weight", w}}) == R"(digraph tape {
  node [fontname="sans-serif"]
  edge [fontname="sans-serif", fontsize=10]
  result [label="[]", shape=plaintext]
  n0 [label="sum"]
  n1 [label="exp"]
  n2 [label="linear"]
  n3 [label="weight\n[3, 2]", shape=box]
  n4 [label="leaf\n[3]", shape=box]
  n1 -> n0 [label="[4, 3]"]
  n2 -> n1 [label="[4, 3]"]
  n3 -> n2 [label="[3, 2]"]
  n4 -> n2 [label="[3]"]
  n0 -> result
}
)");
}

TEST_CASE("draw_graph: a tensor that is used twice is drawn once", "[graph]") {
  const Tensor x = ones({2}).requires_grad_();
  const std::string dot = autograd::draw_graph(x * x + x);
  CHECK_THAT(dot, ContainsSubstring("n2 -> n1 [label=\"[2]\"]\n  n2 -> n1 [label=\"[2]\"]"));
  CHECK_THAT(dot, ContainsSubstring("n2 -> n0"));
  CHECK(dot.find("shape=box") == dot.rfind("shape=box"));
}

TEST_CASE("draw_graph: modules are named, and nothing is changed", "[graph]") {
  nn::Sequential net({{"first", nn::Linear(2, 3)}, {"second", nn::Linear(3, 1)}});
  const Tensor y = net(ones({4, 2})).square().mean();
  int calls = 0;
  y.register_hook([&](const Tensor&) {
    ++calls;
    return Tensor();
  });
  // [draw]
  const std::string dot = autograd::draw_graph(y, net->named_parameters());
  // [/draw]
  CHECK_THAT(dot, ContainsSubstring("[label=\"linear\\nfirst\"]"));
  CHECK_THAT(dot, ContainsSubstring("second.weight\\n[1, 3]"));
  CHECK(calls == 0);
  for (const Tensor& p : net->parameters()) CHECK(!p.grad().defined());
  y.backward();  // the tape is whole
  CHECK(calls == 1);
  // What was freed has no shapes, but is still drawn.
  CHECK_THAT(autograd::draw_graph(y, net->named_parameters()),
             ContainsSubstring("second.weight\\n\""));
}

TEST_CASE("draw_graph: long chains, leaves and tensors without history", "[graph]") {
  const Tensor x = ones({2}).requires_grad_();
  Tensor y = x;
  for (int i = 0; i < 20000; ++i) y = y + 1;
  CHECK(autograd::draw_graph(y).size() > 20000);
  CHECK_THAT(autograd::draw_graph(x, {{"a \"quoted\" name", x}}),
             ContainsSubstring("[label=\"a \\\"quoted\\\" name\\n[2]\", shape=box]"));
  CHECK(message_of<GraphError>([] { autograd::draw_graph(ones({2})); }) ==
        "draw_graph: the tensor [2] has no history; only what requires grad is recorded.");
}

TEST_CASE("save_graph: a description, and a picture where dot is installed", "[graph]") {
  const TemporaryFolder folder;
  const Tensor x = ones({2}).requires_grad_();
  const Tensor y = x.exp();
  io::save_graph(folder.file("y.dot"), y);
  CHECK(folder.read("y.dot") == autograd::draw_graph(y));
  CHECK(message_of<ArgumentError>([&] { io::save_graph(folder.file("y.gif"), y); }) ==
        "save_graph: '" + folder.file("y.gif") +
            "' ends in neither .dot nor .svg; these formats are written.");
  if (std::system("command -v dot >/dev/null") == 0) {
    io::save_graph(folder.file("y.svg"), y);
    CHECK_THAT(folder.read("y.svg"), ContainsSubstring("<svg"));
    CHECK(folder.count() == 2);
    std::vector<std::thread> threads;  // which draw to one path
    for (int i = 0; i < 4; ++i)
      threads.emplace_back([&] { io::save_graph(folder.file("y.svg"), y); });
    for (std::thread& thread : threads) thread.join();
    CHECK_THAT(folder.read("y.svg"), ContainsSubstring("</svg>"));
    CHECK(folder.count() == 2);
  } else {
    CHECK_THAT(message_of<IoError>([&] { io::save_graph(folder.file("y.svg"), y); }),
               ContainsSubstring("[install graphviz, or save a .dot]"));
    CHECK(folder.count() == 1);
  }
}

}  // namespace reel
