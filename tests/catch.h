#pragma once

// Catch2, version 2 or 3, under version 3's names.

#if __has_include(<catch2/catch_test_macros.hpp>)

#include <catch2/catch_approx.hpp>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators_all.hpp>
#include <catch2/matchers/catch_matchers_all.hpp>

#else

#include <catch2/catch.hpp>

namespace Catch {

using Detail::Approx;

namespace Matchers {

using Catch::MatcherBase;

inline auto ContainsSubstring(const std::string& text) { return Contains(text); }

}  // namespace Matchers

}  // namespace Catch

#endif
