#pragma once
// Errors: one base class, four kinds, and the checks that throw them.
// Every message reads `op: what is wrong, with the values; the rule, with the values. [hint]`.

#include <reel/core/version.h>

#include <cstdint>
#include <stdexcept>
#include <string>

namespace reel {

/// Base of everything reel throws.
struct Error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The call is wrong: shapes, dtypes, options, labels.
struct ArgumentError : Error {
  using Error::Error;
};

/// The tape can not do what is asked: backward twice, modified in place, no graph.
struct GraphError : Error {
  using Error::Error;
};

/// Anomaly mode found the operation that made a NaN or an infinity (autograd/anomaly.h).
struct AnomalyError : GraphError {
  using GraphError::GraphError;
};

/// A file is missing, cut short or corrupt; the message has its path and position.
struct IoError : Error {
  using Error::Error;
};

/// A bug in reel.
struct InternalError : Error {
  using Error::Error;
};

/// Text of one value inside a message; other headers overload it for their own types.
inline void append_text(std::string& out, const char* s) { out += s; }
inline void append_text(std::string& out, const std::string& s) { out += s; }
inline void append_text(std::string& out, char c) { out += c; }
void append_text(std::string& out, bool v);
void append_text(std::string& out, int v);
void append_text(std::string& out, long v);
void append_text(std::string& out, long long v);
void append_text(std::string& out, unsigned v);
void append_text(std::string& out, unsigned long v);
void append_text(std::string& out, unsigned long long v);
void append_text(std::string& out, double v);

/// The values, one after the other, as text.
template <class... Values>
std::string as_text(const Values&... values) {
  std::string out;
  (append_text(out, values), ...);
  return out;
}

[[noreturn]] void throw_argument_error(const std::string& message);
[[noreturn]] void throw_graph_error(const std::string& message);
[[noreturn]] void throw_io_error(const std::string& message);
[[noreturn]] void throw_internal_error(const std::string& message);

}  // namespace reel

/// Throws ArgumentError with the concatenated values unless `condition` holds.
#define REEL_CHECK(condition, ...)                                \
  do {                                                            \
    if (!(condition)) [[unlikely]]                                \
      ::reel::throw_argument_error(::reel::as_text(__VA_ARGS__)); \
  } while (false)

/// Throws GraphError with the concatenated values unless `condition` holds.
#define REEL_CHECK_GRAPH(condition, ...)                       \
  do {                                                         \
    if (!(condition)) [[unlikely]]                             \
      ::reel::throw_graph_error(::reel::as_text(__VA_ARGS__)); \
  } while (false)

/// Throws InternalError: the condition can only fail through a bug in reel.
#define REEL_ASSERT(condition)                                                                  \
  do {                                                                                          \
    if (!(condition)) [[unlikely]]                                                              \
      ::reel::throw_internal_error(::reel::as_text(__FILE__, ":", __LINE__, ": ", #condition)); \
  } while (false)
