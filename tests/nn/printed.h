#pragma once

#include <sstream>
#include <string>

namespace reel::tests {

/// The one line by which a layer describes itself.
template <class Layer>
std::string printed(const Layer& layer) {
  std::ostringstream out;
  layer->pretty_print(out);
  return out.str();
}

}  // namespace reel::tests
