#pragma once
// A Catch2 matcher (versions 2 and 3) for modules; include it in tests, next to Catch2 itself. It
// is no part of reel.h: the library does not need Catch2.

#include <reel/autograd/gradcheck_matchers.h>
#include <reel/nn/check_module.h>

namespace reel::nn {

/// Runs check_module on a module, or on its holder or pointer, when it is matched; also matches a
/// report.
class ModulePasses final : public matchers::MatcherBase<CheckModuleReport> {
 public:
  ModulePasses(ModuleInputs inputs, CheckModuleOptions options)
      : inputs_(std::move(inputs)), options_(std::move(options)) {}
  bool match(const CheckModuleReport& report) const override {
    text_ = to_string(report);
    return static_cast<bool>(report);
  }
  template <class M>
  bool match(const M& module) const {
    return match(check_module(const_cast<M&>(module), inputs_, options_));
  }
  std::string describe() const override { return "is a correct module: " + text_; }

 private:
  ModuleInputs inputs_;
  CheckModuleOptions options_;
  mutable std::string text_;
};

/// `REQUIRE_THAT(net, nn::PassesCheck(randn({4, 8})))`
inline ModulePasses PassesCheck(ModuleInputs inputs, CheckModuleOptions options = {}) {
  return {std::move(inputs), std::move(options)};
}

}  // namespace reel::nn
