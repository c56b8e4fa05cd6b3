// Trajectories that PyTorch recorded; tests/golden/README.md describes the files.

#include <reel/io/safetensors.h>
#include <reel/optim/clip_grad.h>
#include <reel/optim/lr_scheduler.h>
#include <reel/optim/one_cycle_lr.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/optim/reference.h"

using namespace reel;
using namespace reel::optim;
using Json = nlohmann::json;

namespace {

struct Family {
  explicit Family(const std::string& name)
      : file(io::load_safetensors(REEL_SOURCE_DIR "/tests/golden/" + name + ".safetensors")),
        cases(Json::parse(file.metadata_of("cases"))) {}
  Tensor at(const Json& name) const { return file.at(name.get<std::string>()); }
  io::SafetensorsFile file;
  Json cases;
};

template <class Options>
Options common_options(const Json& args) {
  return Options(args.at("lr"))
      .weight_decay(args.value("weight_decay", Options().weight_decay()))
      .maximize(args.value("maximize", false));
}

std::unique_ptr<Optimizer> make_optimizer(const std::string& op, const Json& args,
                                          const TensorList& parameters) {
  const auto adam = [&](auto options) {
    const auto betas = args.value("betas", std::vector<double>{0.9, 0.999});
    return options.betas({betas[0], betas[1]})
        .eps(args.value("eps", 1e-8))
        .amsgrad(args.value("amsgrad", false));
  };
  if (op == "SGD")
    return std::make_unique<SGD>(parameters, common_options<SGDOptions>(args)
                                                 .momentum(args.value("momentum", 0.0))
                                                 .dampening(args.value("dampening", 0.0))
                                                 .nesterov(args.value("nesterov", false)));
  if (op == "Adam")
    return std::make_unique<Adam>(parameters, adam(common_options<AdamOptions>(args)));
  if (op == "AdamW")
    return std::make_unique<AdamW>(parameters, adam(common_options<AdamWOptions>(args)));
  return nullptr;
}

std::unique_ptr<LRScheduler> make_scheduler(const std::string& op, const Json& args,
                                            Optimizer& optimizer) {
  if (op == "StepLR")
    return std::make_unique<StepLR>(optimizer, args.at("step_size"), args.at("gamma"));
  if (op == "MultiStepLR")
    return std::make_unique<MultiStepLR>(optimizer, args.at("milestones"), args.at("gamma"));
  if (op == "ExponentialLR") return std::make_unique<ExponentialLR>(optimizer, args.at("gamma"));
  if (op == "CosineAnnealingLR")
    return std::make_unique<CosineAnnealingLR>(optimizer, args.at("T_max"), args.at("eta_min"));
  if (op == "LinearLR")
    return std::make_unique<LinearLR>(optimizer, args.at("start_factor"), 1,
                                      args.at("total_iters"));
  if (op == "ConstantLR")
    return std::make_unique<ConstantLR>(optimizer, args.at("factor"), args.at("total_iters"));
  if (op == "PolynomialLR")
    return std::make_unique<PolynomialLR>(optimizer, args.at("total_iters"), args.at("power"));
  if (op == "OneCycleLR")
    return std::make_unique<OneCycleLR>(optimizer, args.at("max_lr").get<double>(),
                                        args.at("total_steps").get<int64_t>());
  return nullptr;
}

Tensor leaf(const Tensor& x) { return x.detach().clone().set_requires_grad(true); }

bool close(const Tensor& actual, const Tensor& expected) {
  return tests::largest_difference(actual, expected.to_vector()) < 1e-10;
}

}  // namespace

TEST_CASE("optimizers repeat PyTorch's trajectories", "[optim][golden]") {
  const Family family("optimizer");
  int checked = 0;
  for (const Json& c : family.cases) {
    CAPTURE(c.at("id").get<std::string>(), c.at("args").dump());
    const Tensor p = leaf(family.at(c.at("inputs").at("p"))),
                 q = leaf(family.at(c.at("inputs").at("q")));
    const auto optimizer = make_optimizer(c.at("op"), c.at("args"), {p, q});
    if (!optimizer) continue;
    ++checked;
    for (int64_t step = 0; step < 12; ++step) {
      p.mutable_grad() = family.at(c.at("grads").at("p"))[step].clone();
      q.mutable_grad() = family.at(c.at("grads").at("q"))[step].clone();
      optimizer->step();
      CHECK(close(p, family.at(c.at("trajectory").at("p"))[step]));
      CHECK(close(q, family.at(c.at("trajectory").at("q"))[step]));
    }
  }
  CHECK(checked == 10);
}

TEST_CASE("schedules repeat PyTorch's rates", "[optim][golden]") {
  const Family family("scheduler");
  int checked = 0;
  for (const Json& c : family.cases) {
    CAPTURE(c.at("id").get<std::string>(), c.at("op").get<std::string>(), c.at("args").dump());
    SGD sgd({ones({1}).set_requires_grad(true)}, SGDOptions(c.at("base_lr")));
    const auto scheduler = make_scheduler(c.at("op"), c.at("args"), sgd);
    if (!scheduler) continue;
    ++checked;
    const std::vector<double> expected = family.at(c.at("trajectory").at("lr")).to_vector();
    for (size_t i = 0; i < expected.size(); ++i) {
      CAPTURE(i);
      if (i > 0) scheduler->step();
      CHECK(scheduler->get_last_lr()[0] == Catch::Approx(expected[i]).epsilon(1e-9).margin(1e-12));
    }
  }
  CHECK(checked == 8);
}

TEST_CASE("clipping repeats PyTorch's norms", "[optim][golden]") {
  const Family family("clip");
  for (const Json& c : family.cases) {
    CAPTURE(c.at("args").dump());
    const Json& type = c.at("args").at("norm_type");
    TensorList parameters;
    for (const char* name : {"p", "q"}) {
      const Tensor g = family.at(c.at("grads").at(name));
      parameters.push_back(zeros(g.sizes(), kFloat64).set_requires_grad(true));
      parameters.back().mutable_grad() = g.clone();
    }
    const double norm = clip_grad_norm_(
        parameters, c.at("args").at("max_norm"),
        type.is_string() ? std::numeric_limits<double>::infinity() : type.get<double>());
    CHECK(norm == Catch::Approx(family.at(c.at("outputs")[2]).item<double>()).epsilon(1e-12));
    CHECK(close(parameters[0].grad(), family.at(c.at("outputs")[0])));
    CHECK(close(parameters[1].grad(), family.at(c.at("outputs")[1])));
  }
}
