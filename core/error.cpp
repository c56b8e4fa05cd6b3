#include <reel/core/error.h>

#include <cstdio>

namespace reel {

void append_text(std::string& out, bool v) { out += v ? "true" : "false"; }
void append_text(std::string& out, int v) { out += std::to_string(v); }
void append_text(std::string& out, long v) { out += std::to_string(v); }
void append_text(std::string& out, long long v) { out += std::to_string(v); }
void append_text(std::string& out, unsigned v) { out += std::to_string(v); }
void append_text(std::string& out, unsigned long v) { out += std::to_string(v); }
void append_text(std::string& out, unsigned long long v) { out += std::to_string(v); }

void append_text(std::string& out, double v) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", v);
  out += text;
}

void throw_argument_error(const std::string& message) { throw ArgumentError(message); }
void throw_graph_error(const std::string& message) { throw GraphError(message); }
void throw_io_error(const std::string& message) { throw IoError(message); }
void throw_internal_error(const std::string& message) {
  throw InternalError(message + ". This is a bug in reel.");
}

}  // namespace reel
