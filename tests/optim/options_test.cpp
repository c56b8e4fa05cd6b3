// What PyTorch 2.15 computes for options that the files of tests/golden do not vary.

#include <functional>

#include "tests/catch.h"
#include "tests/optim/kinds.h"

using namespace reel;
using namespace reel::tests;
using namespace reel::optim;

namespace {

struct Row {
  std::function<std::unique_ptr<Optimizer>(const Tensor&)> make;
  Values after;  ///< 12 steps from start(3), with gradient(3, step)
};

template <class T, class Options>
Row row(const Options& options, Values after) {
  return {[options](const Tensor& x) { return std::make_unique<T>(TensorList{x}, options); },
          std::move(after)};
}

std::vector<Row> rows() {
  return {
      row<RMSprop>(RMSpropOptions(0.01),
                   {0.9555582608061672, 1.02321882113289, 0.7325255552050628}),
      row<RMSprop>(RMSpropOptions(0.02).alpha(0.8).momentum(0.7).weight_decay(0.1).maximize(true),
                   {0.5833703746741847, 0.8623166710575216, 0.5658961776906516}),
      row<RMSprop>(RMSpropOptions(0.02).eps(1e-3).centered(true),
                   {1.067209801243823, 1.055179524382973, 0.700729084676456}),
      row<RMSprop>(RMSpropOptions(0.02).momentum(0.5).centered(true),
                   {1.361826587692912, 1.152614236034432, 0.8617478621355282}),
      row<Adagrad>(AdagradOptions(0.1),
                   {0.9555513531642872, 1.023934856269492, 0.7323468457790115}),
      row<Adagrad>(AdagradOptions(0.1)
                       .lr_decay(0.2)
                       .weight_decay(0.1)
                       .initial_accumulator_value(0.5)
                       .eps(1e-3)
                       .maximize(true),
                   {0.7474159486963987, 0.9242112675353562, 0.6761155031105841}),
      row<Adadelta>(AdadeltaOptions(),
                    {0.8452466657368956, 0.9900003190246138, 0.6786350719556508}),
      row<Adadelta>(AdadeltaOptions(0.5).rho(0.7).eps(1e-3).weight_decay(0.2).maximize(true),
                    {0.7375109887733522, 0.9500058837248364, 0.5947156098240496}),
      row<Adamax>(AdamaxOptions(), {0.846262982988341, 0.994600582847908, 0.6759312355662377}),
      row<Adamax>(AdamaxOptions(0.05).betas({0.8, 0.9}).eps(1e-2).weight_decay(0.2).maximize(true),
                  {0.631533766323923, 0.8378166897613247, 0.5924008325816117}),
      row<NAdam>(NAdamOptions(), {0.8439901747732845, 0.9923865777353879, 0.6766673500763885}),
      row<NAdam>(NAdamOptions(0.02)
                     .betas({0.8, 0.9})
                     .eps(1e-3)
                     .weight_decay(0.2)
                     .momentum_decay(0.1)
                     .maximize(true),
                 {0.7763919151243124, 0.9373228653963697, 0.631238229858393}),
      row<NAdam>(NAdamOptions(0.02).weight_decay(0.2).decoupled_weight_decay(true),
                 {0.8258289166889295, 0.9517510926818111, 0.6553954537352156}),
      row<RAdam>(RAdamOptions(0.02), {0.8668651886499614, 1.017381867920288, 0.6638488729888398}),
      row<RAdam>(RAdamOptions(0.02).betas({0.8, 0.95}).eps(1e-3).weight_decay(0.2).maximize(true),
                 {0.7913608464685565, 0.9382412124996932, 0.6654064074466606}),
      row<RAdam>(RAdamOptions(0.02).weight_decay(0.2).decoupled_weight_decay(true),
                 {0.8263801261635612, 0.9697725795911394, 0.6325436602112988}),
  };
}

}  // namespace

TEST_CASE("optimizers repeat PyTorch under other options", "[optim]") {
  for (const Row& r : rows()) {
    const Tensor x = start(3, kFloat64);
    const auto optimizer = r.make(x);
    CAPTURE(optimizer->name(), r.after);
    for (int64_t step = 1; step <= 12; ++step) {
      set_gradient(x, gradient(3, step));
      optimizer->step();
    }
    CHECK(largest_difference(x, r.after) < 1e-13);
  }
}
