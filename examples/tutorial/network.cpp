// A small network that learns handwritten digits.

#include <reel/reel.h>

#include <cstdio>

using namespace reel;

// [data]
struct Digits {
  data::MNIST train{"data/mnist10k"};
  data::MNIST test{"data/mnist10k", data::MNIST::Mode::kTest};
  data::Normalize normalize = data::Normalize::fit(train.images());
};
// [/data]

// [accuracy]
double accuracy(nn::Sequential& net, const Digits& digits) {
  const NoGradGuard no_grad;  // nothing is recorded, so memory and time are saved
  net->eval();                // dropout and batch norm now do what they do after training
  const Tensor scores = net(digits.normalize(digits.test.images()));
  net->train();
  return (scores.argmax(1) == digits.test.targets()).to(kFloat32).mean().item<double>();
}
// [/accuracy]

int main() {
  manual_seed(0);
  const Digits digits;
  std::printf("%lld digits to learn from, %lld to test with\n",
              static_cast<long long>(digits.train.size()),
              static_cast<long long>(digits.test.size()));

  // [net]
  nn::Sequential net(nn::Flatten(),                           // (N, 1, 28, 28) to (N, 784)
                     nn::Linear(784, 128), nn::ReLU(),        //
                     nn::Dropout(0.2), nn::Linear(128, 10));  // a score for each digit
  // [/net]

  // [train]
  optim::Adam optimizer(net->parameters(), optim::AdamOptions(1e-3));
  const data::Batches batches(digits.train, data::BatchOptions(64));
  for (uint64_t epoch = 0; epoch < 4; ++epoch) {
    double sum = 0;
    for (auto& [images, labels] : batches.epoch(epoch)) {
      const Tensor loss = cross_entropy(net(digits.normalize(images)), labels);
      optimizer.zero_grad();
      loss.backward();
      optimizer.step();
      sum += loss.item<double>();
    }
    std::printf("epoch %llu: loss %.3f, %.1f %% of the test digits are right\n",
                static_cast<unsigned long long>(epoch),
                sum / static_cast<double>(batches.epoch(epoch).size()),
                100 * accuracy(net, digits));
  }
  // [/train]
}
