#include <reel/core/error.h>
#include <reel/io/atomic_file.h>

#include "tests/catch.h"
#include "tests/message_of.h"
#include "tests/temporary_folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace reel {
namespace {

namespace fs = std::filesystem;

void write(const std::string& path, const std::string& text) {
  io::AtomicFile file("test", path);
  file.write(text.data(), text.size());
  file.commit();
}

fs::perms mode_of(const std::string& path) { return fs::status(path).permissions(); }

}  // namespace

TEST_CASE("atomic file: it appears with the commit, or not at all", "[atomic_file]") {
  const TemporaryFolder folder;
  const std::string path = folder.write("x", "former");
  {
    io::AtomicFile file("test", path);
    file.write("new", 3);
    CHECK(folder.read("x") == "former");
  }
  CHECK(folder.read("x") == "former");
  CHECK(folder.count() == 1);
  write(path, "new");
  CHECK(folder.read("x") == "new");
  CHECK(folder.count() == 1);
}

TEST_CASE("atomic file: links lead to what is replaced", "[atomic_file]") {
  const TemporaryFolder folder;
  fs::create_directory(folder.file("runs"));
  folder.write("runs/3", "former");
  fs::create_symlink("3", folder.file("runs/last"));
  fs::create_symlink("runs/last", folder.file("latest"));
  write(folder.file("latest"), "new");
  CHECK(fs::is_symlink(folder.file("latest")));
  CHECK(fs::is_symlink(folder.file("runs/last")));
  CHECK(folder.read("runs/3") == "new");

  // One that leads to nothing yet, and by an absolute path.
  fs::create_symlink(folder.file("runs/4"), folder.file("next"));
  write(folder.file("next"), "first");
  CHECK(fs::is_symlink(folder.file("next")));
  CHECK(folder.read("runs/4") == "first");

  fs::create_symlink("loop", folder.file("loop"));
  CHECK(message_of<IoError>([&] { write(folder.file("loop"), "x"); }) ==
        "test: cannot create '" + folder.file("loop") + "': Too many levels of symbolic links.");
}

TEST_CASE("atomic file: the mode of the former file stays", "[atomic_file]") {
  const TemporaryFolder folder;
  const std::string path = folder.write("x", "former");
  for (const auto mode : {fs::perms(0600), fs::perms(0664), fs::perms(0755)}) {
    fs::permissions(path, mode);
    write(path, "new");
    CHECK(mode_of(path) == mode);
  }
}

TEST_CASE("atomic file: what is no regular file is written as it is", "[atomic_file]") {
  const TemporaryFolder folder;
  // Through a link, so that a mistake costs no more than that.
  fs::create_symlink("/dev/null", folder.file("null"));
  write(folder.file("null"), "lost");
  CHECK(fs::is_symlink(folder.file("null")));
  CHECK(fs::is_character_file("/dev/null"));
  fs::create_symlink("/dev/full", folder.file("full"));
  CHECK(message_of<IoError>([&] { write(folder.file("full"), "x"); }) ==
        "test: cannot write '" + folder.file("full") + "': No space left on device.");

  const std::string fifo = folder.file("fifo");
  REQUIRE(mkfifo(fifo.c_str(), 0600) == 0);
  const int reader = open(fifo.c_str(), O_RDWR | O_NONBLOCK);
  write(fifo, "through");
  char text[8] = {};
  CHECK(read(reader, text, sizeof text) == 7);
  CHECK(std::string(text) == "through");
  close(reader);
  CHECK(folder.count() == 3);
}

TEST_CASE("atomic file: a name may be as long as the system lets it", "[atomic_file]") {
  const TemporaryFolder folder;
  const std::string name(255, 'x');
  write(folder.file(name), "new");
  CHECK(folder.read(name) == "new");
}

TEST_CASE("atomic file: names of temporary files that are left are passed over", "[atomic_file]") {
  const TemporaryFolder folder;
  const auto temporary = [&] {
    std::string name;
    const io::AtomicFile file("test", folder.file("x"));
    for (const auto& entry : fs::directory_iterator(folder.file("")))
      name = entry.path().filename();
    return name;
  };
  const std::string name = temporary();
  const size_t end = name.rfind(".tmp"), begin = name.rfind('.', end - 1) + 1;
  REQUIRE(end != std::string::npos);
  const int number = std::stoi(name.substr(begin, end - begin));
  const std::string left = name.substr(0, begin) + std::to_string(number + 1) + ".tmp";
  folder.write(left, "of another");
  write(folder.file("x"), "new");
  CHECK(folder.read("x") == "new");
  CHECK(folder.read(left) == "of another");
}

}  // namespace reel
