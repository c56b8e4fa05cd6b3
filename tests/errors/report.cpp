#include "tests/errors/rows.h"
#include "tests/working_folder.h"

#include <reel/core/creation.h>
#include <reel/io/report/report.h>
#include <reel/io/training/accuracy.h>
#include <reel/io/training/early_stopping.h>
#include <reel/io/training/gradient_accumulation.h>
#include <reel/io/training/json_log.h>
#include <reel/io/training/lr_finder.h>
#include <reel/io/training/meters.h>
#include <reel/io/training/model_keeper.h>
#include <reel/nn/linear.h>
#include <reel/optim/sgd.h>

#include <cmath>
#include <filesystem>

namespace reel::tests {

namespace {

using namespace reel::io;

Tensor classes(int64_t n, int64_t value = 0) { return full({n}, value, kInt64); }

const ErrorRows kMeters{
    {"MeanMeter: weight", [] { MeanMeter().add(1, -1); }},
    {"MovingMeter: window", [] { MovingMeter(0); }},
    {"ThroughputMeter: count", [] { ThroughputMeter().add(-1); }},
    {"AccuracyMeter: k", [] { AccuracyMeter(0); }},
    {"AccuracyMeter: k above the classes",
     [] {
       AccuracyMeter(5).add(ones({2, 3}), classes(2));
     }},
    {"AccuracyMeter: classes for top k", [] { AccuracyMeter(2).add(classes(2), classes(2)); }},
    {"AccuracyMeter: shapes",
     [] {
       AccuracyMeter().add(ones({2, 3}), classes(3));
     }},
    {"AccuracyMeter: no classes",
     [] {
       AccuracyMeter().add(ones({2, 0}), classes(2));
     }},
    {"AccuracyMeter: targets",
     [] {
       AccuracyMeter().add(ones({2, 3}), ones({2}));
     }},
    {"AccuracyMeter: target",
     [] {
       AccuracyMeter().add(ones({2, 3}), classes(2, 3));
     }},
    {"AccuracyMeter: merge", [] { AccuracyMeter(2).merge(AccuracyMeter(3)); }},
    {"ConfusionMeter: classes",
     [] {
       ConfusionMeter(4).add(ones({2, 3}), classes(2));
     }},
    {"ConfusionTable: merge", [] { ConfusionTable(2).merge(ConfusionTable(3)); }},
};

/// Runs `use` with a folder as the working directory, so that messages name files without a path.
std::function<void()> in_folder(std::function<void()> use) {
  return [use] {
    const WorkingFolder folder;
    use();
  };
}

const ErrorRows kLoop{
    {"EarlyStopping: patience", [] { EarlyStopping({.patience = 0}); }},
    {"EarlyStopping: min_delta", [] { EarlyStopping({.min_delta = -1}); }},
    {"GradientAccumulation: window", [] { GradientAccumulation(0, 5); }},
    {"ModelKeeper: nothing to keep", [] { ModelKeeper("x", {.best = 0, .last = false}); }},
    {"ModelKeeper: folder", [] { ModelKeeper("/dev/null/x"); }},
    {"ModelKeeper: foreign file", in_folder([] {
       save(ones({1}), "best-1.safetensors");
       ModelKeeper(".");
     })},
    {"ModelKeeper: step", in_folder([] { ModelKeeper(".").update(ones({1}), 0, -1); })},
    {"ModelKeeper: none kept", in_folder([] { ModelKeeper(".").best_path(); })},
    {"JsonLog: name twice", in_folder([] {
       JsonLog("x").row({{"a", 1}, {"a", 2}});
     })},
    {"JsonLog: folder", [] { JsonLog("/absent/log.jsonl"); }},
};

std::function<void()> finding(LRFinderOptions options) {
  return [options] {
    nn::Linear net(1, 1);
    optim::SGD sgd(net->parameters(), optim::SGDOptions(0.1));
    find_lr(
        net, sgd,
        [&] {
          return net(ones({1, 1})).sum();
        },
        options);
  };
}

const ErrorRows kFinder{
    {"find_lr: rates", finding({.start = 1, .end = 0.1})},
    {"find_lr: steps", finding({.steps = 1})},
    {"find_lr: smoothing", finding({.smoothing = 1})},
    {"find_lr: divergence", finding({.divergence = 1})},
    {"find_lr: no loss",
     [] {
       nn::Linear net(1, 1);
       optim::SGD sgd(net->parameters(), optim::SGDOptions(0.1));
       find_lr(net, sgd, nullptr);
     }},
    {"find_lr: empty holder",
     [] {
       nn::Linear net(1, 1);
       optim::SGD sgd(net->parameters(), optim::SGDOptions(0.1));
       find_lr(nn::Linear(nullptr), sgd, [] { return ones({}); });
     }},
    {"LRCurve: no steps", [] { LRCurve().save_plot("x"); }},
};

std::function<void()> showing(const Tensor& images, const Tensor& targets,
                              const Tensor& probabilities) {
  return [=] { Report("").samples(images, targets, probabilities); };
}

const ErrorRows kReport{
    {"Report: images", showing(ones({2, 2}), classes(2), ones({2, 1}))},
    {"Report: channels", showing(ones({2, 5, 2, 2}), classes(2), ones({2, 1}))},
    {"Report: dtype of images", showing(classes(4).view({1, 2, 2}), classes(1), ones({1, 1}))},
    {"Report: targets", showing(ones({2, 2, 2}), ones({2}), ones({2, 1}))},
    {"Report: probabilities", showing(ones({2, 2, 2}), classes(2), ones({2}))},
    {"Report: counts", showing(ones({2, 2, 2}), classes(3), ones({2, 1}))},
    {"Report: target", showing(ones({1, 2, 2}), classes(1, 3), ones({1, 2}))},
    {"Report: logits", showing(ones({1, 2, 2}), classes(1), full({1, 2}, 3.0))},
    {"Report: names",
     [] {
       Report("").samples(ones({1, 2, 2}), classes(1), ones({1, 2}), {"a"});
     }},
    {"Report: filters",
     [] {
       Report("").filters(ones({4, 3}));
     }},
    {"Report: folder", [] { Report("").save("/absent/report.html"); }},
};

}  // namespace

}  // namespace reel::tests
