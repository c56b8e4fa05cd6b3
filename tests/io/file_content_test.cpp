#include <reel/core/creation.h>
#include <reel/core/error.h>
#include <reel/io/file_content.h>
#include <reel/io/save.h>

#include "tests/catch.h"
#include "tests/message_of.h"
#include "tests/temporary_folder.h"

namespace reel {

using io::FileContent;

TEST_CASE("file content: bytes of files of any size", "[file_content]") {
  const TemporaryFolder folder;
  CHECK(FileContent("test", folder.write("empty", "")).size() == 0);
  for (const size_t size :
       {size_t{1}, size_t{5000}, FileContent::kMostRead, FileContent::kMostRead + 1}) {
    std::string bytes(size, 'x');
    bytes.front() = 'a';
    bytes.back() = 'z';
    const FileContent content("test", folder.write("x", bytes));
    CHECK(std::string(content.data(), content.size()) == bytes);
  }
}

TEST_CASE("file content: what happens to a file afterwards changes nothing", "[file_content]") {
  const TemporaryFolder folder;
  const std::string path = folder.write("x", "former");
  const FileContent content("test", path);
  std::filesystem::resize_file(path, 0);
  CHECK(std::string(content.data(), content.size()) == "former");

  io::save(arange(1000), path);
  const io::TensorFile view = io::LoadSource(path).view({});
  folder.write("x", "new");
  CHECK(view.tensors.at(0).tensor.equal(arange(1000)));
}

TEST_CASE("file content: what holds none is refused", "[file_content]") {
  const TemporaryFolder folder;
  const auto error = [&](const std::string& name) {
    return message_of<IoError>([&] { FileContent("test", folder.file(name)); });
  };
  CHECK(error("absent") ==
        "test: '" + folder.file("absent") + "': cannot be opened: No such file or directory.");
  CHECK(error("") == "test: '" + folder.file("") +
                         "': is no regular file; a folder or a device holds no tensors.");
}

}  // namespace reel
