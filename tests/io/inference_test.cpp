#include <reel/autograd/grad_mode.h>
#include <reel/core/creation.h>
#include <reel/io/inference.h>
#include <reel/nn/activation.h>
#include <reel/nn/batch_norm.h>
#include <reel/nn/conv.h>
#include <reel/nn/linear.h>
#include <reel/nn/sequential.h>

#include <sstream>

#include "tests/catch.h"
#include "tests/temporary_folder.h"

namespace reel {
namespace {

nn::Sequential make_net() {
  return nn::Sequential({{"conv", nn::Conv2d(1, 4, 3)},
                         {"norm", nn::BatchNorm2d(4)},
                         {"relu", nn::ReLU()},
                         {"flatten", nn::Flatten()},
                         {"fc", nn::Linear(16, 3)}});
}

}  // namespace

TEST_CASE("load_for_inference: what was trained, without its norms", "[inference]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("model.safetensors");
  const Tensor x = randn({2, 1, 4, 4});
  nn::Sequential trained = make_net();
  (void)trained(x);
  trained->eval();
  io::save(trained, path);
  std::ostringstream out;
  // [load]
  nn::Sequential model = make_net();
  const nn::FusionReport report = io::load_for_inference(model, path, x);
  out << report;
  const NoGradGuard no_grad;
  const Tensor y = model(x);
  // [/load]
  CHECK(out.str() == "norm: folded into conv\n");
  CHECK(y.allclose(trained(x), 1e-5, 1e-6));
  CHECK(!model->is_training());
  for (const Tensor& p : model->parameters()) CHECK(!p.requires_grad());
  CHECK(model->state_dict().size() == 4);
}

}  // namespace reel
