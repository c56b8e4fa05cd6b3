#include <reel/autograd/padding.h>

namespace reel {

PaddingRule padding_rule(const std::string& name) {
  REEL_CHECK(name == "same" || name == "valid", "padding: '", name,
             "' is no rule; it must be 'same', 'valid' or numbers.");
  return name == "same" ? kSame : kValid;
}

}  // namespace reel
