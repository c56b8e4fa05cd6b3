#include <reel/autograd/engine.h>
#include <reel/autograd/function.h>
#include <reel/autograd/ops.h>
#include <reel/autograd/profiler.h>
#include <reel/core/allocator.h>
#include <reel/core/creation.h>
#include <reel/nn/activation.h>
#include <reel/nn/batch_norm.h>
#include <reel/nn/conv.h>
#include <reel/nn/linear.h>
#include <reel/nn/sequential.h>
#include <reel/optim/lbfgs.h>
#include <reel/optim/sgd.h>

#include <chrono>
#include <thread>

#include "tests/catch.h"
#include "tests/message_of.h"

namespace reel::autograd {
namespace {

using Catch::Matchers::ContainsSubstring;
using enum ProfileCategory;

void sleep_ms(int ms) { std::this_thread::sleep_for(std::chrono::milliseconds(ms)); }

// The sum of the entries of a name and category.
ProfileEntry sum_of(const Profile& p, const std::string& name, ProfileCategory category) {
  ProfileEntry sum;
  for (const ProfileEntry& e : p.entries) {
    if (e.name != name || e.category != category) continue;
    sum.module = e.module;
    sum.shapes = e.shapes;
    sum.calls += e.calls;
    sum.total += e.total;
    sum.self += e.self;
    sum.multiply_adds += e.multiply_adds;
    sum.self_multiply_adds += e.self_multiply_adds;
    sum.bytes += e.bytes;
    sum.allocated += e.allocated;
    sum.peak = std::max(sum.peak, e.peak);
  }
  return sum;
}

// What holds for every profile whose events were all kept.
void check_sound(const Profile& p) {
  double self = 0;
  int64_t calls = 0, work = 0;
  for (const ProfileEntry& e : p.entries) {
    CHECK(e.self >= 0);
    CHECK(e.self <= e.total);
    CHECK(e.calls > 0);
    CHECK(!e.name.empty());
    self += e.self;
    calls += e.calls;
    work += e.self_multiply_adds;
  }
  CHECK(self <= p.wall);
  CHECK(work <= p.multiply_adds);
  REQUIRE(calls == static_cast<int64_t>(p.events.size()));
  // Events end in order, each within the one that it is nested in, which ends after it.
  std::vector<const ProfileEvent*> open;  // whose outer event has not come yet
  int64_t last_end = p.begin;
  for (const ProfileEvent& e : p.events) {
    const int64_t end = e.begin + e.duration;
    CHECK(e.begin >= p.begin);
    CHECK(end >= last_end);
    CHECK(end <= p.begin + static_cast<int64_t>(1e9 * p.wall) + 1000);
    last_end = end;
    int64_t inside = 0, inside_work = 0;
    while (!open.empty() && open.back()->depth > e.depth) {
      CHECK(open.back()->depth == e.depth + 1);
      CHECK(open.back()->begin >= e.begin);
      inside += open.back()->duration;
      inside_work += open.back()->multiply_adds;
      open.pop_back();
    }
    CHECK(inside <= e.duration);
    CHECK(inside_work <= e.multiply_adds);
    open.push_back(&e);
  }
  for (const ProfileEvent* e : open) CHECK(e->depth == 0);
}

nn::Sequential make_net() {
  return nn::Sequential({{"conv", nn::Conv2d(1, 4, 3)},
                         {"norm", nn::BatchNorm2d(4)},
                         {"relu", nn::ReLU()},
                         {"conv2", nn::Conv2d(4, 2, 3)},
                         {"flat", nn::Functional([](Tensor x) { return x.flatten(1); })},
                         {"fc", nn::Linear(2 * 4 * 4, 3)}});
}

struct Twice : Function<Twice> {
  static Tensor forward(AutogradContext*, const Tensor& x) { return x * 2; }
  static variable_list backward(AutogradContext*, variable_list grads) { return {grads[0] * 2}; }
};

}  // namespace

TEST_CASE("profiler: a step of training, by operation and module", "[profiler]") {
  nn::Sequential net = make_net();
  optim::SGD optimizer(net->parameters(), optim::SGDOptions(0.1));
  const Tensor x = ones({2, 1, 8, 8}), labels = zeros({2}, kInt64);
  const auto step = [&] {
    optimizer.zero_grad();
    cross_entropy(net(x), labels).backward();
    optimizer.step();
  };
  step();
  Profiler profiler;
  step();
  profiler.stop();
  const Profile p = profiler.profile();
  check_sound(p);
  CHECK(p.dropped_events == 0);

  const int64_t conv = 2 * 4 * 6 * 6 * 9, norm = 2 * 4 * 6 * 6, conv2 = 2 * 2 * 4 * 4 * 4 * 9,
                fc = 2 * 32 * 3;
  const ProfileEntry convolutions = sum_of(p, "conv2d", kForward);
  CHECK(convolutions.calls == 2);
  CHECK(convolutions.multiply_adds == conv + conv2);
  // The first layer's input takes no gradient: one direction there, both in the second.
  CHECK(sum_of(p, "conv2d_backward", kBackward).multiply_adds == conv + 2 * conv2);
  CHECK(sum_of(p, "conv2d_backward", kBackward).self_multiply_adds == 0);
  CHECK(sum_of(p, "conv2d_input_grad", kBackward).calls == 1);
  CHECK(sum_of(p, "conv2d_input_grad", kBackward).module == "conv2");
  CHECK(sum_of(p, "conv2d_weight_grad", kBackward).self_multiply_adds == conv + conv2);
  CHECK(sum_of(p, "linear_weight_grad", kBackward).shapes == "[2, 3] [2, 32] [3, 32]");
  CHECK(sum_of(p, "linear_weight_grad", kBackward).bytes == 4 * (2 * 3 + 2 * 32 + 3 * 32));
  CHECK(sum_of(p, "linear_bias_grad", kBackward).shapes == "[2, 3] [3]");
  // The two that run as one kernel show as that.
  CHECK(sum_of(p, "batch_norm_relu", kForward).calls == 1);
  CHECK(sum_of(p, "batch_norm_relu", kForward).multiply_adds == norm);
  CHECK(sum_of(p, "batch_norm_backward", kBackward).module == "norm");
  const ProfileEntry linear = sum_of(p, "linear", kForward);
  CHECK(linear.module == "fc");
  CHECK(linear.shapes == "[2, 32] [3, 32] [3]");
  CHECK(linear.multiply_adds == fc);
  CHECK(linear.bytes == 4 * (2 * 32 + 3 * 32 + 3 + 2 * 3));
  const ProfileEntry linear_backward = sum_of(p, "linear_backward", kBackward);
  CHECK(linear_backward.shapes == "[2, 3]");
  CHECK(linear_backward.multiply_adds == 2 * fc);
  // Gradients of the output and of input, weight and bias; saved input and weight.
  CHECK(linear_backward.bytes == 4 * (2 * 3 + 2 * 32 + 3 * 32 + 3 + 2 * 32 + 3 * 32));
  CHECK(p.multiply_adds == 2 * conv + norm + 3 * conv2 + 3 * fc);

  CHECK(sum_of(p, "cross_entropy", kForward).module.empty());
  CHECK(sum_of(p, "SGD", kOptimizer).calls == 1);
  CHECK(sum_of(p, "backward", kBackward).calls == 1);
  CHECK(sum_of(p, "accumulate_grad", kBackward).calls == 8);
  CHECK(sum_of(p, "view", kForward).bytes == 0);  // moves nothing
  for (const char* path : {"conv", "norm", "conv2", "flat", "fc"}) {
    INFO(path);
    CHECK(sum_of(p, path, kModule).calls == 1);
  }
  double forward = 0;  // what runs in a module is all of its time but its own code
  for (const ProfileEntry& e : p.entries)
    if (e.module == "fc" && (e.category == kForward || e.category == kModule)) forward += e.self;
  CHECK(forward == Approx(sum_of(p, "fc", kModule).total));
}

TEST_CASE("profiler: time between operations is charged to none", "[profiler]") {
  struct Sleeper : nn::Module {
    Tensor forward(const Tensor& x) {
      const Tensor y = x.exp(), other = empty({100});  // memory is no operation
      sleep_ms(60);
      return y.log();
    }
  };
  struct Net : nn::Module {
    std::shared_ptr<Sleeper> sleeper = register_module("sleeper", std::make_shared<Sleeper>());
  } net;
  const Tensor x = ones({8}).requires_grad_();
  Profiler profiler;
  const Tensor y = x.sin(), other = ones({1000});
  sleep_ms(60);
  const Tensor z = nn::call(*net.sleeper, y.cos());
  z.register_hook([](const Tensor&) {
    sleep_ms(60);
    return Tensor();
  });
  z.sum().backward();
  profiler.stop();
  const Profile p = profiler.profile();
  check_sound(p);
  double operations = 0, all = 0;
  for (const ProfileEntry& e : p.entries) {
    all += e.self;
    if (e.category == kForward || e.name.ends_with("_backward")) operations += e.self;
  }
  CHECK(operations < 0.05);
  CHECK(sum_of(p, "sleeper", kModule).self >= 0.06);
  CHECK(sum_of(p, "sleeper", kModule).calls == 1);
  CHECK(sum_of(p, "log", kForward).module == "sleeper");
  CHECK(sum_of(p, "log_backward", kBackward).module == "sleeper");
  CHECK(sum_of(p, "backward", kBackward).self >= 0.06);  // hooks belong to the run
  CHECK(p.wall - all >= 0.06);
}

TEST_CASE("profiler: operations in operations are not counted twice", "[profiler]") {
  const Tensor x = randn({50, 40}), w = ones({1});
  Profiler profiler;
  const Tensor y = prelu(x, w);
  profiler.stop();
  const Profile p = profiler.profile();
  check_sound(p);
  const ProfileEntry outer = sum_of(p, "prelu", kForward);
  CHECK(outer.calls == 1);
  CHECK(sum_of(p, "where", kForward).calls == 1);
  double inner = 0;
  for (const ProfileEntry& e : p.entries)
    if (e.name != "prelu") inner += e.self;
  CHECK(inner > 0);
  CHECK(outer.self + inner == Approx(outer.total));
}

TEST_CASE("profiler: without gradients, in place, views, comparisons", "[profiler]") {
  const NoGradGuard no_grad;
  const Tensor x = ones({16, 4});
  Profiler profiler;
  x.add_(1);
  x.mul_(x);
  relu_(x);
  x.t().select(0, 1);
  (void)(x > 0).any();
  (void)x.argmax(1);
  x.to(kFloat64);
  ones({3}).uniform_(0, 1);
  profiler.stop();
  const Profile p = profiler.profile();
  check_sound(p);
  for (const char* name :
       {"add_", "mul_", "relu_", "permute", "select", "gt", "any", "argmax", "to", "uniform_"}) {
    INFO(name);
    CHECK(sum_of(p, name, kForward).calls == 1);
  }
  CHECK(sum_of(p, "relu_", kForward).bytes == 2 * 64 * 4);
  CHECK(sum_of(p, "permute", kForward).bytes == 0);
}

TEST_CASE("profiler: what is computed is the same", "[profiler]") {
  const Tensor x = randn({4, 1, 8, 8}), labels = zeros({4}, kInt64);
  nn::Sequential net = make_net();
  const auto gradients = [&] {
    for (const Tensor& p : net->parameters()) p.mutable_grad() = Tensor();
    cross_entropy(net(x), labels).backward();
    TensorList list;
    for (const Tensor& p : net->parameters()) list.push_back(p.grad().clone());
    return list;
  };
  const TensorList before = gradients();
  const Profiler profiler;
  const TensorList during = gradients();
  for (size_t i = 0; i < before.size(); ++i) CHECK(before[i].equal(during[i]));
}

TEST_CASE("profiler: memory that operations leave behind and hold", "[profiler]") {
  const int64_t bytes = 1 << 20;  // a block of this size is not rounded up
  const Tensor x = ones({bytes / 4});
  const int64_t peak = memory_stats().peak, live = memory_stats().live;
  Tensor y;
  Profiler profiler;
  y = x + 1;
  {
    const ProfileRange range("passing");
    const Tensor a = y + 1;
    const Tensor b = a + 1;
  }
  const Tensor z = y.view({-1});
  profiler.stop();
  const Profile p = profiler.profile();
  check_sound(p);
  CHECK(sum_of(p, "add", kForward).allocated == 3 * bytes);
  CHECK(sum_of(p, "add", kForward).peak == bytes);
  CHECK(sum_of(p, "passing", kUser).allocated == -2 * bytes);
  CHECK(sum_of(p, "passing", kUser).peak == 2 * bytes);
  CHECK(sum_of(p, "view", kForward).allocated == 0);
  CHECK(p.peak == 3 * bytes);
  CHECK(p.events[0].live == live + bytes);
  CHECK(memory_stats().peak >= peak);  // that of the program goes on
}

TEST_CASE("profiler: ranges, their categories, and names that do not last", "[profiler]") {
  const Tensor x = ones({4});
  Profiler profiler;
  for (int i = 0; i < 3; ++i) {
    const std::string name = as_text("part ", i % 2, " of a program");
    const ProfileRange range(name.c_str());
    (void)x.exp();
  }
  {
    const ProfileRange range("loader", ProfileCategory::kLoader);
    (void)x.exp();
    const ProfileRange inner("decode");
    (void)x.log();
  }
  profiler.stop();
  { const ProfileRange unseen("unseen"); }
  const Profile p = profiler.profile();
  check_sound(p);
  CHECK(sum_of(p, "part 0 of a program", kUser).calls == 2);
  CHECK(sum_of(p, "part 1 of a program", kUser).calls == 1);
  CHECK(sum_of(p, "exp", kForward).calls == 3);
  CHECK(sum_of(p, "exp", kLoader).calls == 1);
  CHECK(sum_of(p, "log", kLoader).calls == 1);
  CHECK(sum_of(p, "decode", kUser).calls == 1);
  CHECK(sum_of(p, "unseen", kUser).calls == 0);
}

TEST_CASE("profiler: an optimizer's closure is no part of its step", "[profiler]") {
  const Tensor w = ones({3}).requires_grad_();
  optim::LBFGS optimizer({w}, optim::LBFGSOptions().max_iter(2));
  Profiler profiler;
  optimizer.step([&] {
    optimizer.zero_grad();
    const Tensor loss = w.exp().sum();
    loss.backward();
    return loss;
  });
  profiler.stop();
  const Profile p = profiler.profile();
  check_sound(p);
  CHECK(sum_of(p, "LBFGS", kOptimizer).calls == 1);
  CHECK(sum_of(p, "exp", kForward).calls == sum_of(p, "closure", kForward).calls);
  CHECK(sum_of(p, "exp", kOptimizer).calls == 0);
  CHECK(sum_of(p, "exp_backward", kBackward).calls > 0);
}

TEST_CASE("profiler: functions of one's own", "[profiler]") {
  const Tensor x = ones({4}).requires_grad_();
  Profiler profiler;
  Twice::apply(x).sum().backward();
  profiler.stop();
  const Profile p = profiler.profile();
  check_sound(p);
  const ProfileEntry forward = sum_of(p, "Twice", kForward);
  CHECK(forward.calls == 1);
  CHECK(forward.shapes == "[4]");
  CHECK(forward.bytes == 2 * 16);
  CHECK(sum_of(p, "Twice_backward", kBackward).calls == 1);
  CHECK(sum_of(p, "mul", kForward).calls == 1);
  CHECK(sum_of(p, "mul", kBackward).calls == 1);
}

TEST_CASE("profiler: an error leaves it as it was before the operation", "[profiler]") {
  nn::Sequential net = make_net();
  Profiler profiler;
  CHECK_THROWS_AS(net(ones({2, 1, 9, 9})), ArgumentError);
  (void)ones({2}).exp();
  profiler.stop();
  const Profile p = profiler.profile();
  check_sound(p);
  CHECK(p.events.back().depth == 0);
  CHECK(sum_of(p, "exp", kForward).module.empty());
}

TEST_CASE("profiler: memory of its own is bounded", "[profiler]") {
  const Tensor x = ones({1});
  Profiler profiler(ProfilerOptions().max_events(10));
  for (int i = 0; i < 25; ++i) (void)x.exp();
  profiler.stop();
  const Profile p = profiler.profile();
  CHECK(p.events.size() == 10);
  CHECK(p.dropped_events == 15);
  CHECK(sum_of(p, "exp", kForward).calls == 25);
  CHECK_THAT(p.table(), ContainsSubstring("; 15 events only counted"));

  Profiler sums(ProfilerOptions().max_events(0).shapes(false));
  (void)x.exp();
  (void)x.expand({2}).exp();
  sums.stop();
  CHECK(sums.profile().events.empty());
  REQUIRE(sums.profile().entries.size() == 2);
  CHECK(sums.profile().entries[0].name == "exp");
  CHECK(sums.profile().entries[0].calls == 2);
  CHECK(sums.profile().entries[0].shapes.empty());

  Profiler many(ProfilerOptions().max_events(0));
  const Tensor long_one = ones({6000});
  for (int64_t i = 0; i < 6000; ++i) (void)long_one.narrow(0, 0, i).exp();
  many.stop();
  CHECK(many.profile().entries.size() <= 4096 + 2);
  CHECK(sum_of(many.profile(), "exp", kForward).calls == 6000);
  CHECK(message_of<ArgumentError>([] { Profiler wrong(ProfilerOptions().max_events(-1)); }) ==
        "profiler: max_events is -1; it must be at least 0.");
}

TEST_CASE("profiler: stops and goes on, also within what it records", "[profiler]") {
  const Tensor x = ones({4}).requires_grad_();
  Profiler profiler;
  CHECK(profiler.is_recording());
  const Tensor y = x.exp();
  profiler.stop();
  CHECK(!profiler.is_recording());
  profiler.stop();
  const Tensor z = y.log();
  y.register_hook([&](const Tensor&) {
    profiler.start();
    (void)ones({1}).sin();
    return Tensor();
  });
  z.sum().backward();
  x.register_hook([&](const Tensor&) {
    profiler.stop();
    return Tensor();
  });
  x.cos().sum().backward();
  const Profile p = profiler.profile();
  CHECK(sum_of(p, "exp", kForward).calls == 1);
  CHECK(sum_of(p, "log", kForward).calls == 0);
  CHECK(sum_of(p, "log_backward", kBackward).calls == 0);
  CHECK(sum_of(p, "sin", kForward).calls == 1);
  CHECK(sum_of(p, "exp_backward", kBackward).calls == 1);
  CHECK(sum_of(p, "cos_backward", kBackward).calls == 1);
  CHECK(sum_of(p, "backward", kBackward).calls == 0);  // it saw neither whole

  auto one = std::make_unique<Profiler>();
  {
    const ProfileRange range("cut off");
    one.reset();
    one = std::make_unique<Profiler>();
  }
  one->stop();
  CHECK(one->profile().entries.empty());
}

TEST_CASE("profiler: one a thread", "[profiler]") {
  Profiler profiler;
  CHECK(message_of<ArgumentError>([] { Profiler second; }) ==
        "profiler: another one is recording this thread; only one can. [stop it first]");
  Profile other;
  std::string stopped, started;
  std::thread([&] {
    (void)ones({2}).cos();
    Profiler own;
    (void)ones({2}).sin();
    own.stop();
    other = own.profile();
    stopped = message_of<ArgumentError>([&] { profiler.stop(); });
    started = message_of<ArgumentError>([&] { profiler.start(); });
  }).join();
  CHECK(stopped == "profiler: it is recording another thread; only that thread can stop it.");
  CHECK(started ==
        "profiler: it is recording another thread; stop it there before it starts here.");
  (void)ones({2}).exp();
  const Profile mine = profiler.profile();  // while it records
  check_sound(mine);
  check_sound(other);
  CHECK(mine.thread != other.thread);
  CHECK(sum_of(mine, "exp", kForward).calls == 1);
  CHECK(sum_of(mine, "sin", kForward).calls == 0);
  CHECK(sum_of(other, "sin", kForward).calls == 1);
  CHECK(sum_of(other, "cos", kForward).calls == 0);
}

TEST_CASE("profiler: operations are named as they were called", "[profiler]") {
  const Tensor a = ones({4}, kInt32), x = ones({1, 2, 4, 4});
  Profiler profiler;
  (void)(a & a);
  (void)~a;
  (void)a.logical_xor(a);
  (void)a.logical_not();
  (void)adaptive_avg_pool2d(x, 2);
  (void)avg_pool2d(x, 2, 2);
  profiler.stop();
  const Profile p = profiler.profile();
  check_sound(p);
  for (const char* name : {"bitwise_and", "bitwise_not", "logical_xor", "logical_not",
                           "adaptive_avg_pool", "avg_pool"}) {
    INFO(name);
    CHECK(sum_of(p, name, kForward).calls == 1);
  }
  CHECK(sum_of(p, "eq", kForward).calls == 0);
}

TEST_CASE("profiler: a recorded gradient of a convolution's weight counts once", "[profiler]") {
  const Tensor x = randn({1, 2, 5, 5}), w = randn({3, 2, 3, 3}).requires_grad_();
  for (bool create_graph : {false, true}) {
    const Tensor y = conv2d(x, w), g = ones_like(y);
    Profiler profiler;
    autograd::grad({y}, {w}, {g}, {}, create_graph);
    profiler.stop();
    int64_t calls = 0;
    for (const ProfileEntry& e : profiler.profile().entries)
      if (e.name == "conv2d_weight_grad") calls += e.calls;
    CHECK(calls == 1);
  }
}

}  // namespace reel::autograd
