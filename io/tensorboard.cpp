#include <reel/io/protobuf.h>
#include <reel/io/tensor_image.h>
#include <reel/io/tensorboard.h>
#include <reel/io/write_all.h>
#include <reel/nn/module.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <limits>

namespace reel::io {

namespace {

// Fields of TensorFlow's messages: event.proto, summary.proto, histogram.proto, tensor.proto.
namespace field {
constexpr int kWallTime = 1, kStep = 2, kFileVersion = 3, kSummary = 5;
constexpr int kValue = 1, kTag = 1, kSimpleValue = 2, kImage = 4, kHistogram = 5, kTensor = 8,
              kMetadata = 9;
constexpr int kHeight = 1, kWidth = 2, kColorspace = 3, kEncoded = 4;
constexpr int kMin = 1, kMax = 2, kCount = 3, kSum = 4, kSumSquares = 5, kLimits = 6, kBuckets = 7;
constexpr int kDtype = 1, kShape = 2, kStrings = 8, kDim = 2, kDimSize = 1;
constexpr int kPluginData = 1, kPluginName = 1;
}  // namespace field

constexpr int kStringType = 7;  // DT_STRING

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::string file_name(const std::string& suffix) {
  static std::atomic<unsigned> counter = 0;
  char host[256] = "localhost";
  gethostname(host, sizeof host - 1);
  return as_text("events.out.tfevents.", static_cast<long long>(seconds_now()), ".", host, ".",
                 static_cast<long>(getpid()), ".", counter++, suffix);
}

// Buckets of 1e-12 times powers of 1.1, to both sides of zero, as TensorFlow has them.
const std::vector<double>& bucket_limits() {
  static const std::vector<double> limits = [] {
    std::vector<double> positive, all;
    for (double v = 1e-12; v < 1e20; v *= 1.1) positive.push_back(v);
    for (size_t i = positive.size(); i-- > 0;) all.push_back(-positive[i]);
    all.push_back(0);
    all.insert(all.end(), positive.begin(), positive.end());
    all.push_back(std::numeric_limits<double>::max());
    return all;
  }();
  return limits;
}

Message histogram_of(const std::vector<double>& values) {
  const std::vector<double>& limits = bucket_limits();
  std::vector<double> counts(limits.size());
  double min = HUGE_VAL, max = -HUGE_VAL, count = 0, sum = 0, squares = 0;
  for (const double v : values) {
    if (!std::isfinite(v)) continue;
    min = std::min(min, v);
    max = std::max(max, v);
    count += 1;
    sum += v;
    squares += v * v;
    const auto above = std::upper_bound(limits.begin(), limits.end() - 1, v);
    counts[static_cast<size_t>(above - limits.begin())] += 1;
  }
  size_t first = 0, last = limits.size();
  while (last > 1 && counts[last - 1] == 0) --last;
  while (first + 1 < last && counts[first] == 0) ++first;
  // One that is empty says where the first begins.
  if (first > 0) --first;
  const auto part = [&](const std::vector<double>& all) {
    return std::vector<double>(all.begin() + static_cast<std::ptrdiff_t>(first),
                               all.begin() + static_cast<std::ptrdiff_t>(last));
  };
  Message message;
  message.real(field::kMin, count > 0 ? min : 0).real(field::kMax, count > 0 ? max : 0);
  message.real(field::kCount, count).real(field::kSum, sum).real(field::kSumSquares, squares);
  return message.reals(field::kLimits, part(limits)).reals(field::kBuckets, part(counts));
}

}  // namespace

SummaryWriter::SummaryWriter(const std::string& folder, const std::string& filename_suffix)
    : path_(as_text(folder, "/", file_name(filename_suffix))) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error)
    throw_io_error(
        as_text("summary_writer: cannot make the folder '", folder, "': ", error.message(), "."));
  descriptor_ = open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (descriptor_ < 0)
    throw_io_error(
        as_text("summary_writer: cannot create '", path_, "': ", std::strerror(errno), "."));
  write(Message()
            .real(field::kWallTime, seconds_now())
            .text(field::kFileVersion, "brain.Event:2")
            .bytes());
}

SummaryWriter::~SummaryWriter() {
  if (descriptor_ >= 0) close(descriptor_);
}

void SummaryWriter::write(const std::string& event) {
  const std::string record = tfrecord(event);
  if (!append_all(descriptor_, record.data(), record.size()))
    throw_io_error(
        as_text("summary_writer: cannot write '", path_, "': ", std::strerror(errno), "."));
}

void SummaryWriter::add_value(const std::string& tag, const std::string& value, int64_t step) {
  REEL_CHECK(!tag.empty(), "summary_writer: the tag is empty; values are shown under it.");
  Message summary;
  summary.text(field::kValue, Message().text(field::kTag, tag).bytes() + value);
  write(Message()
            .real(field::kWallTime, seconds_now())
            .integer(field::kStep, step)
            .message(field::kSummary, summary)
            .bytes());
}

void SummaryWriter::add_scalar(const std::string& tag, double value, int64_t step) {
  add_value(tag, Message().single(field::kSimpleValue, static_cast<float>(value)).bytes(), step);
}

void SummaryWriter::add_histogram(const std::string& tag, const Tensor& values, int64_t step) {
  const Message histogram = histogram_of(values.detach().to_vector());
  add_value(tag, Message().message(field::kHistogram, histogram).bytes(), step);
}

void SummaryWriter::add_image(const std::string& tag, const Image& image, int64_t step) {
  Message encoded;
  encoded.integer(field::kHeight, image.height).integer(field::kWidth, image.width);
  encoded.integer(field::kColorspace, image.channels).text(field::kEncoded, encode_png(image));
  add_value(tag, Message().message(field::kImage, encoded).bytes(), step);
}

void SummaryWriter::add_image(const std::string& tag, const Tensor& image, int64_t step) {
  add_image(tag, image_of("add_image", image), step);
}

void SummaryWriter::add_text(const std::string& tag, const std::string& text, int64_t step) {
  Message tensor;
  tensor.integer(field::kDtype, kStringType);
  tensor.message(field::kShape,
                 Message().message(field::kDim, Message().integer(field::kDimSize, 1)));
  tensor.text(field::kStrings, text);
  Message metadata;
  metadata.message(field::kPluginData, Message().text(field::kPluginName, "text"));
  // The suffix is what PyTorch gives the tag.
  add_value(tag.empty() ? tag : tag + "/text_summary",
            Message().message(field::kMetadata, metadata).message(field::kTensor, tensor).bytes(),
            step);
}

void SummaryWriter::add_model(const nn::Module& module, const std::string& tag) {
  std::string text = "    " + nn::to_string(module);  // Markdown's form of what is kept as it is
  for (size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 5)
    text.insert(at + 1, "    ");
  add_text(tag, text);
}

}  // namespace reel::io
