#include <reel/nn/print_size.h>

namespace reel::nn {

std::string print_tuple(IntArrayRef values) {
  std::string text = "(";
  for (size_t i = 0; i < values.size(); ++i)
    text += (i > 0 ? ", " : "") + std::to_string(values[i]);
  return text + (values.size() == 1 ? ",)" : ")");
}

std::string print_size(IntArrayRef values) {
  for (int64_t v : values)
    if (v != values.front()) return print_tuple(values);
  return std::to_string(values.front());
}

}  // namespace reel::nn
