#pragma once

#include <string>
#include <utility>

namespace reel {

/// The message of the error of type E that calling `f` throws, or what happens instead.
template <class E, class F>
std::string message_of(F&& f) {
  try {
    std::forward<F>(f)();
  } catch (const E& error) {
    return error.what();
  } catch (...) {
    return "another type of error";
  }
  return "no error";
}

}  // namespace reel
