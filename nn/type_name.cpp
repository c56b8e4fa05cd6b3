#include <reel/nn/type_name.h>

#include <algorithm>
#include <cstdlib>

#include <cxxabi.h>

namespace reel::nn {

std::string type_name(const std::type_info& type) {
  int status = 0;
  char* demangled = abi::__cxa_demangle(type.name(), nullptr, nullptr, &status);
  std::string name = status == 0 ? demangled : type.name();
  std::free(demangled);
  // Namespaces end before the first template argument: "reel::nn::ConvImpl<2>".
  const size_t arguments = name.find('<');
  const size_t scope = name.rfind("::", arguments);
  if (scope != std::string::npos) name.erase(0, scope + 2);
  constexpr const char kSuffix[] = "Impl";
  const size_t end = std::min(name.find('<'), name.size());
  if (end > 4 && name.compare(end - 4, 4, kSuffix) == 0) name.erase(end - 4, 4);
  return name;
}

}  // namespace reel::nn
