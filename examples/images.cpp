// Trains a residual network on a folder of pictures, one folder a class, and shows how well it
// does. Writes the model, a log and the training curves to --out.
//
//   build/release/bin/images pictures            # pictures/train/cat/1.jpg, pictures/test/..., or
//   build/release/bin/images pictures --test 0.2 # pictures/cat/1.jpg, a fifth of each class apart

#include <program/training.h>
#include <reel/data/image_folder.h>
#include <reel/data/image_transforms.h>
#include <reel/reel.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

using namespace reel;

namespace {

// ---- the model ----

nn::Conv2d make_conv(int64_t in, int64_t out, int64_t kernel, int64_t stride = 1) {
  return nn::Conv2d(
      nn::Conv2dOptions(in, out, kernel).stride(stride).padding(kernel / 2).bias(false));
}

struct BlockImpl : nn::Module {
  BlockImpl(int64_t in, int64_t out, int64_t stride) {
    branch = register_module(
        "branch", nn::Sequential(make_conv(in, out, 3, stride), nn::BatchNorm2d(out), nn::ReLU(),
                                 make_conv(out, out, 3), nn::BatchNorm2d(out)));
    if (in != out || stride != 1)
      shortcut = register_module(
          "shortcut", nn::Sequential(make_conv(in, out, 1, stride), nn::BatchNorm2d(out)));
  }
  Tensor forward(const Tensor& x) { return (branch(x) + (shortcut ? shortcut(x) : x)).relu(); }

  nn::Sequential branch;
  nn::Sequential shortcut = nullptr;
};
REEL_MODULE(Block);

// [resnet]
/// ResNet for small pictures (He et al. 2016, section 4.2): three stages of (depth - 2) / 6 blocks,
/// each at half the size and twice the channels of the one before.
nn::Sequential make_resnet(int64_t channels, int64_t classes, int64_t depth, int64_t width) {
  nn::Sequential net(make_conv(channels, width, 3), nn::BatchNorm2d(width), nn::ReLU());
  int64_t in = width;
  for (int64_t stage = 0; stage < 3; ++stage)
    for (int64_t block = 0; block < (depth - 2) / 6; ++block) {
      const int64_t out = width << stage;
      net->push_back(Block(in, out, in == out ? 1 : 2));
      in = out;
    }
  net->push_back(nn::AdaptiveAvgPool2d(1));
  net->push_back(nn::Flatten());
  net->push_back(nn::Linear(in, classes));
  return net;
}
// [/resnet]

// ---- training and evaluation ----

using program::Score;
using Batches = data::Batches<data::ImageFolder>;

const nn::CrossEntropyLoss& criterion() {
  static const nn::CrossEntropyLoss loss(nn::CrossEntropyLossOptions().label_smoothing(0.1));
  return loss;
}

// [train]
Score train_epoch(int64_t epoch, const program::TrainingRun& run, nn::Sequential& model,
                  const Batches& batches, const data::Compose& augment, optim::Optimizer& optimizer,
                  optim::LRScheduler& schedule) {
  const program::ProfiledPart profiled = run.profile(epoch);
  const auto order = batches.epoch(static_cast<uint64_t>(epoch));
  io::ProgressBar bar(order.size() * batches.options().batch_size(), run.bar(epoch));
  Score score;
  model->train();
  for (auto& [images, targets] : order) {
    const Tensor outputs = model(augment(images));
    const Tensor loss = criterion()(outputs, targets);
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
    schedule.step();
    score.add(loss, outputs, targets);
    bar.update(score.images(),
               {{"loss", score.loss.value()}, {"accuracy", score.percent(), 2, "%"}});
  }
  bar.finish({{"loss", score.loss.value()}, {"accuracy", score.percent(), 2, "%"}});
  return score;
}
// [/train]

// ---- the job ----

std::pair<data::ImageFolder, data::ImageFolder> load(const program::Arguments& given) {
  const std::string& pictures = given.text("pictures");
  const int64_t size = given.integer("size");
  // [folders]
  const auto options =
      data::ImageFolderOptions().resize({size, size}).in_memory(true).skip_unreadable(true);
  if (std::filesystem::is_directory(pictures + "/train"))
    return {data::ImageFolder(pictures + "/train", options),
            data::ImageFolder(pictures + "/test", options)};
  const data::ImageFolder all(pictures, options);
  return all.split(1 - given.number("test"), static_cast<uint64_t>(given.integer("seed")));
  // [/folders]
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// Pictures of all classes, which follow each other in a folder.
data::Example<> spread_samples(const data::ImageFolder& set, int64_t count) {
  std::vector<int64_t> indices;
  for (int64_t i = 0; i < std::min(count, set.size()); ++i)
    indices.push_back(i * set.size() / std::min(count, set.size()));
  return set.get_batch(indices);
}

void check(const program::Arguments& given, const data::ImageFolder& train,
           const data::ImageFolder& test) {
  const std::string& pictures = given.text("pictures");
  REEL_CHECK(train.size() > 0 && test.size() > 0, "images: '", pictures, "' gives ", train.size(),
             " pictures to train with and ", test.size(),
             " to test with; there must be at least 1 of each. [see --test]");
  REEL_CHECK(train.classes() == test.classes(), "images: the classes in '", pictures,
             "/train' and '", pictures, "/test' differ; they must be the same.");
}

const program::TrainingDefaults kDefaults = {
    .epochs = 10, .batch_size = 128, .lr = 0.2, .weight_decay = 5e-4, .out = "out/images"};

void train(const program::Arguments& given) {
  const int64_t depth = given.integer("depth"), size = given.integer("size");
  if (depth % 6 != 2)
    throw program::UsageError(
        as_text("images: --depth is ", depth, "; it must be 2 more than a multiple of 6."));
  program::TrainingRun run(given, kDefaults);
  const auto loading = std::chrono::steady_clock::now();
  const auto [train, test] = load(given);
  check(given, train, test);
  if (!given.quiet()) {
    std::cout << train.size() << " pictures to train with and " << test.size()
              << " to test with, of " << train.classes().size() << " classes, in "
              << as_text(seconds_since(loading), " s\n");
    if (const size_t lost = train.unreadable().size() + test.unreadable().size(); lost > 0)
      std::cout << lost << " that could not be read were left out\n";
  }

  const auto order =
      data::BatchOptions(std::min(run.batch_size(), train.size())).seed(run.seed()).drop_last(true);
  const Batches train_batches(train, order);
  const Batches test_batches(test, data::BatchOptions(250).shuffle(false));
  const int64_t steps = train_batches.epoch(0).size();
  const auto classes = static_cast<int64_t>(train.classes().size());
  // [model]
  nn::Sequential model({{"standardize", program::Standardize(data::Normalize::fit(train.images()))},
                        {"net", make_resnet(3, classes, depth, given.integer("width"))}});
  // [/model]

  // [augment]
  const data::Compose augment({
      data::RandomCrop(size).padding(size / 8),
      data::RandomHorizontalFlip(),
  });
  // [/augment]
  const data::Example<> shown = spread_samples(test, 500);
  run.begin(model, shown.data.slice(0, 0, 2));
  const auto optimizer = run.make_optimizer();
  optim::OneCycleLR schedule(*optimizer, run.learning_rate(), run.epochs() * steps + 1);
  run.train(
      *optimizer, schedule,
      [&](int64_t epoch) {
        return train_epoch(epoch, run, model, train_batches, augment, *optimizer, schedule);
      },
      [&] { return program::evaluate(model, test_batches, criterion()); });

  io::ConfusionTable confusion(classes, train.classes());
  const Score score = program::evaluate(model, test_batches, criterion(), &confusion);
  const NoGradGuard no_grad;
  run.finish(score, confusion, shown.data, shown.target, model(shown.data));
}

program::Program make_program() {
  program::Program program("images", "Trains a residual network on a folder of pictures.");
  program.group("Data and model")
      .positional("pictures",
                  "folder with one folder of pictures a class, or with such folders train and test",
                  true)
      .number("test", "without them, the share of each class to test with", 0.2, {0, 1})
      .integer("size", "pixels on a side that pictures are brought to", 32, {8, 1024})
      .integer("depth", "layers: 8, 14, 20, 26, ...", 8, {8, 1202})
      .integer("width", "channels of the first stage", 32, {1, 1024});
  program::add_training_options(program, kDefaults);
  return program.example("images pictures --report run.html", "a page about the run")
      .example("images pictures --depth 20 --width 16 --epochs 30", "a deeper network, for longer");
}

}  // namespace

int main(int argc, char** argv) { return program::run(argc, argv, make_program(), train); }
