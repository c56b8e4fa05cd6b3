// Writes pages of reports for tests/browser: report_pages FOLDER writes run.html, hostile.html,
// large.html and empty.html there.

#include <program/program.h>
#include <reel/core/creation.h>
#include <reel/data/mnist.h>
#include <reel/io/report/report.h>
#include <reel/nn/activation.h>
#include <reel/nn/conv.h>
#include <reel/nn/linear.h>
#include <reel/nn/pool.h>
#include <reel/nn/sequential.h>
#include <reel/nn/summary.h>

#include <cmath>
#include <limits>

using namespace reel;

namespace {

nn::Sequential make_net() {
  return nn::Sequential(nn::Conv2d(1, 16, 5), nn::ReLU(), nn::MaxPool2d(2), nn::Conv2d(16, 32, 5),
                        nn::ReLU(), nn::MaxPool2d(2), nn::Flatten(), nn::Linear(512, 10));
}

// Most on the diagonal, more mistakes among some pairs.
io::ConfusionTable make_confusion(int64_t classes) {
  io::ConfusionTable table(classes);
  for (int64_t i = 0; i < classes; ++i)
    for (int64_t j = 0; j < classes; ++j) {
      const int64_t mistakes = (i * 7 + j * 3) % 5 == 0 ? (i * j) % 9 : 0;
      const int64_t count = i == j ? 90 + i * 3 % 17 : mistakes;
      for (int64_t n = 0; n < count; ++n) table.add(i, j);
    }
  return table;
}

// Probabilities that favour the target, but for every fifth.
Tensor make_probabilities(const Tensor& targets, int64_t classes) {
  const Tensor scores = randn({targets.size(0), classes});
  for (int64_t i = 0; i < targets.size(0); ++i) {
    const int64_t target = targets[i].item<int64_t>();
    scores[i][i % 5 == 3 ? (target + 4) % classes : target] += 6;
  }
  return scores.softmax(1);
}

void write_run(const std::string& path) {
  manual_seed(3);
  io::Report report("Handwritten digits, LeNet");
  report.result("test accuracy", 98.71, "%").result("test loss", 0.0412);
  report.result("parameters", 18378).result("training time", "1:42");
  report.chart("Loss", {.y_label = "cross entropy"}).chart("Accuracy", {.y_label = "% right"});
  report.chart("Learning rate", {.x_label = "step", .log_y = true});
  report.chart("Throughput", {.y_label = "images per second"});
  for (int epoch = 1; epoch <= 12; ++epoch) {
    const double fall = std::exp(-0.35 * epoch), wave = 0.01 * std::sin(epoch * 2.0);
    report.scalar("Loss", "train", epoch, 0.03 + 0.9 * fall);
    report.scalar("Loss", "test", epoch, 0.045 + 0.8 * fall + wave);
    report.scalar("Accuracy", "train", epoch, 99.4 - 14 * fall);
    report.scalar("Accuracy", "test", epoch, 98.9 - 12 * fall - 20 * wave);
    report.scalar("Throughput", "train", epoch, 14100 + 300 * std::sin(epoch));
  }
  for (int step = 0; step < 600; ++step)
    report.scalar("Learning rate", "lr", step, 1e-4 + 0.05 * (1 + std::cos(step * M_PI / 600)));
  report.confusion(make_confusion(10));
  const data::MNIST digits("data/mnist10k", data::MNIST::Mode::kTest);
  const Tensor targets = digits.targets().slice(0, 0, 12);
  report.samples(digits.images().slice(0, 0, 12), targets, make_probabilities(targets, 10));
  nn::Sequential net = make_net();
  report.filters(net->named_parameters()["0.weight"]);
  report.model(nn::summary(net, {1, 1, 28, 28}));
  report.setting("batch size", 64).setting("learning rate", 0.1).setting("optimizer", "SGD");
  report.setting("momentum", 0.9).setting("nesterov", true).setting("seed", 0);
  report.save(path);
}

// Texts that would be markup, and values that are no numbers.
void write_hostile(const std::string& path) {
  const std::string evil = "</title></script><script>document.title='owned'</script>";
  const std::string image = "\"><img src=x onerror=\"document.title='owned'\">";
  const double nan = std::numeric_limits<double>::quiet_NaN();
  io::Report report(evil);
  report.result(image, evil, image).setting(evil, image).text(evil, image);
  report.chart(image, {.x_label = evil, .y_label = image});
  for (int i = 0; i < 30; ++i)
    report.scalar(image, evil, i, i < 20 ? 1.0 / (i + 1) : nan).scalar(image, image, i, nan);
  io::ConfusionTable table(2, {evil, image});
  table.add(0, 1);
  report.confusion(table);
  report.samples(zeros({1, 2, 2}), zeros({1}, kInt64), full({1, 2}, nan), {evil, image});
  report.filters(ones({2, 3, 1, 1}), image);
  report.picture(evil, {1, 1, 1, {7}}, image);
  report.save(path);
}

void write_large(const std::string& path) {
  manual_seed(1);
  io::Report report("A long run of many classes");
  report.chart("Loss", {.x_label = "step", .log_y = true});
  const std::vector<double> noise = rand({100000}).to_vector();
  for (int step = 0; step < 100000; ++step)
    report.scalar("Loss", "train", step,
                  (0.5 + noise[static_cast<size_t>(step)]) / (1 + step / 5000.0));
  for (int step = 0; step < 100000; step += 5000)
    report.scalar("Loss", "test", step, 1.1 / (1 + step / 5000.0));
  report.confusion(make_confusion(100));
  report.filters(randn({64, 3, 7, 7}));
  report.save(path);
}

}  // namespace

int main(int argc, char** argv) {
  return program::run(argc, argv,
                      program::Program("report_pages", "Writes reports for tests in a browser.")
                          .positional("folder", "where they go", true),
                      [](const program::Arguments& given) {
                        const std::string& folder = given.text("folder");
                        write_run(folder + "/run.html");
                        write_hostile(folder + "/hostile.html");
                        write_large(folder + "/large.html");
                        io::Report("Nothing yet").save(folder + "/empty.html");
                      });
}
