#pragma once
// A Catch2 matcher (versions 2 and 3) for gradient checks; include it in tests, next to Catch2
// itself. It is no part of reel.h: the library does not need Catch2.

#include <reel/autograd/gradcheck.h>

#if __has_include(<catch2/matchers/catch_matchers.hpp>)
#include <catch2/catch_tostring.hpp>
#include <catch2/matchers/catch_matchers.hpp>
namespace reel::matchers {
template <class T>
using MatcherBase = Catch::Matchers::MatcherBase<T>;
}
#else
#include <catch2/catch.hpp>
namespace reel::matchers {
template <class T>
using MatcherBase = Catch::MatcherBase<T>;
}
#endif

namespace reel {
namespace matchers {

/// Matches a report: of gradcheck, or any other that converts to bool (check_module's).
class ReportPasses final : public MatcherBase<GradcheckReport> {
 public:
  bool match(const GradcheckReport& report) const override { return report.passed; }
  template <class Report>
  bool match(const Report& report) const {
    return static_cast<bool>(report);
  }
  std::string describe() const override { return "has gradients that match"; }
};

/// Runs gradcheck on a function when it is matched.
class FunctionPasses final : public MatcherBase<TensorListFunction> {
 public:
  FunctionPasses(TensorList inputs, GradcheckOptions options)
      : inputs_(std::move(inputs)), options_(std::move(options)) {}
  bool match(const TensorListFunction& fn) const override {
    const GradcheckReport report = gradcheck(fn, inputs_, options_);
    text_ = to_string(report);
    return report.passed;
  }
  /// The same for a function of one output.
  template <class F>
  bool match(const F& fn) const {
    if constexpr (std::is_invocable_r_v<TensorList, F, const TensorList&>)
      return match(TensorListFunction(fn));
    else
      return match(TensorListFunction([&fn](const TensorList& xs) { return TensorList{fn(xs)}; }));
  }
  std::string describe() const override { return "has gradients that match: " + text_; }

 private:
  TensorList inputs_;
  GradcheckOptions options_;
  mutable std::string text_;
};

}  // namespace matchers

/// `REQUIRE_THAT(gradcheck(fn, inputs), GradientsMatch())`
inline matchers::ReportPasses GradientsMatch() { return {}; }

/// `REQUIRE_THAT(fn, GradientsMatch({x, weight}))`
inline matchers::FunctionPasses GradientsMatch(TensorList inputs, GradcheckOptions options = {}) {
  return {std::move(inputs), std::move(options)};
}

}  // namespace reel
