#include <reel/io/atomic_file.h>
#include <reel/io/file_content.h>
#include <reel/io/graph.h>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string_view>

extern char** environ;

namespace reel::io {

namespace {

// Has Graphviz's dot, as it is found in PATH, make a picture of the description in one file.
// Returns what went wrong, or nothing.
std::string run_dot(const std::string& from, const std::string& to) {
  std::string words[] = {"dot", "-Tsvg", "-o", to, from};
  char* arguments[] = {words[0].data(), words[1].data(), words[2].data(),
                       words[3].data(), words[4].data(), nullptr};
  pid_t child = 0;
  if (const int error = posix_spawnp(&child, "dot", nullptr, nullptr, arguments, environ))
    return std::strerror(error);
  int status = 0;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return std::strerror(errno);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  return as_text("it ended with status ", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

// A folder for temporary files that no other call has; it goes with what is in it.
struct TemporaryFolder {
  TemporaryFolder() {
    std::error_code none;  // without a place for such files they go into the present folder
    path = std::filesystem::temp_directory_path(none) / "reel.XXXXXX";
    if (!mkdtemp(path.data()))
      throw_io_error(
          as_text("save_graph: cannot create '", path, "': ", std::strerror(errno), "."));
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::string path;
};

void write(const std::string& path, std::string_view text) {
  AtomicFile file("save_graph", path);
  file.write(text.data(), text.size());
  file.commit();
}

}  // namespace

void save_graph(const std::string& path, const Tensor& y,
                const OrderedDict<std::string, Tensor>& names) {
  const bool picture = path.ends_with(".svg");
  REEL_CHECK(picture || path.ends_with(".dot"), "save_graph: '", path,
             "' ends in neither .dot nor .svg; these formats are written.");
  const std::string dot = autograd::draw_graph(y, names);
  if (!picture) return write(path, dot);
  const TemporaryFolder folder;
  const std::string description = folder.path + "/graph.dot", drawing = folder.path + "/graph.svg";
  write(description, dot);
  if (const std::string problem = run_dot(description, drawing); !problem.empty())
    throw_io_error(as_text("save_graph: '", path, "' is drawn by Graphviz's program dot: ", problem,
                           ". [install graphviz, or save a .dot]"));
  const FileContent drawn("save_graph", drawing);
  write(path, {drawn.data(), drawn.size()});
}

}  // namespace reel::io
