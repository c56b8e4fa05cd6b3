#include <reel/core/creation.h>
#include <reel/core/error.h>
#include <reel/core/random.h>
#include <reel/data/csv.h>

#include "tests/catch.h"
#include "tests/data/idx_file.h"
#include "tests/message_of.h"
#include "tests/temporary_folder.h"

#include <cmath>

using namespace reel;
using data::CsvOptions;
using data::CsvTable;

namespace {

using Values = std::vector<double>;
using Names = std::vector<std::string>;

CsvTable table(const std::string& text, const CsvOptions& options = {}) {
  const TemporaryFolder folder;
  return CsvTable(folder.write("t.csv", text), options);
}

/// What is wrong with the file, or with what is done to its table, the path left out.
template <class Use>
std::string error(const std::string& text, Use use, const CsvOptions& options = {}) {
  const TemporaryFolder folder;
  const std::string path = folder.write("t.csv", text);
  std::string message = message_of<IoError>([&] { use(CsvTable(path, options)); });
  const std::size_t at = message.find(folder.file(""));
  if (at != std::string::npos) message.erase(at, folder.file("").size());
  return message;
}

const auto nothing = [](const CsvTable&) {};
const auto all = [](const CsvTable& t) { t.columns(); };

}  // namespace

TEST_CASE("csv: columns by name and by number", "[csv]") {
  const CsvTable t = table("height, width ,kind\n1.5,2,dog\n-3e2,+4,cat\n 0.1 ,6,dog\n");
  CHECK(t.rows() == 3);
  CHECK(t.names() == Names{"height", "width", "kind"});
  CHECK(t.column("width").to_vector() == Values{2, 4, 6});
  CHECK(t.column("width", kInt64).dtype() == kInt64);
  CHECK(t.column(1, kInt32).to_vector() == Values{2, 4, 6});
  const Tensor both = t.columns({"width", 0}, kFloat64);
  CHECK(both.sizes() == Shape{3, 2});
  CHECK(both.to_vector() == Values{2, 1.5, 4, -300, 6, 0.1});
  CHECK(t.columns({"height"}).dtype() == kFloat32);
  const auto kinds = t.classes(-1);
  CHECK(kinds.names == Names{"cat", "dog"});
  CHECK(kinds.targets.to_vector() == Values{1, 0, 1});
  CHECK(t.texts("kind") == Names{"dog", "cat", "dog"});
}

TEST_CASE("csv: no header, other delimiters, line ends of all kinds", "[csv]") {
  const auto plain = CsvOptions().header(false);
  for (const std::string text : {"1;2\n3;4\n", "1;2\r\n3;4\r\n", "1;2\n\n3;4", "1;2\n3;4\r",
                                 "1;2\r3;4\r", "1;2\r\r3;4", "1;2\r\r\n3;4\r\r\n",
                                 "\xEF\xBB\xBF"
                                 "1;2\n3;4\n\n\n"}) {
    const CsvTable t = table(text, CsvOptions(plain).delimiter(';'));
    CHECK(t.names() == Names{"0", "1"});
    CHECK(t.columns(kInt64).to_vector() == Values{1, 2, 3, 4});
  }
  CHECK(table("1\t2\n", CsvOptions(plain).delimiter('\t')).columns().to_vector() == Values{1, 2});
  CHECK(table("", plain).rows() == 0);
  CHECK(table("", plain).columns().sizes() == Shape{0, 0});
  CHECK(table("a,b\n").columns().sizes() == Shape{0, 2});
  // An empty line is no value, a quoted one is.
  CHECK(table("a\n\n1\n  \n3\n\n").column(0).to_vector() == Values{1, 3});
  CHECK(table("a\n1\n\"\"\n3\n\" \"", CsvOptions().missing_is_nan(true)).rows() == 4);
  CHECK(table("a\n\"\"\n\nx\n").texts(0) == Names{"", "x"});
  const TemporaryFolder folder;
  CHECK(CsvTable(folder.write("t.csv.gz", gzip("a\n7\n"))).column("a").to_vector() == Values{7});
}

TEST_CASE("csv: quoted fields", "[csv]") {
  const CsvTable t =
      table("\"a\",\"b, c\"\n\"1\",\"say \"\"hi\"\"\"\n2,\"two\nlines\"\n3,\n4,\"\"\n");
  CHECK(t.names() == Names{"a", "b, c"});
  CHECK(t.texts(1) == Names{"say \"hi\"", "two\nlines", "", ""});
  CHECK(t.column("a").to_vector() == Values{1, 2, 3, 4});
  CHECK(error("a,b\n1,\"two\nlines\"\n2,x\n", [](const CsvTable& c) { c.column("b"); }) ==
        "read_csv: 't.csv', line 2, column 1 ('b'): 'two\nlines' is not of float32; there must be "
        "a number, in its range.");
  for (const std::string end : {"\n", "\r\n", "\r"})
    CHECK(error("a,b" + end + "1,\"x" + end + "y\"" + end + "3", nothing)
              .starts_with("read_csv: 't.csv', line 4: 1 fields"));
  CHECK(error("a,b\n1,2\n1,\"x\n", nothing) ==
        "read_csv: 't.csv', line 3: a quoted field is not closed; it needs a second '\"'.");
  CHECK(error("a,b\n\"1\"2,3\n", nothing) ==
        "read_csv: 't.csv', line 2: text follows a quoted field; a delimiter or the end of the "
        "line must.");
}

TEST_CASE("csv: missing values are errors or NaN", "[csv]") {
  for (const std::string missing : {"", "NA", "n/a", "NaN", "null", "?", "  "}) {
    const std::string text = "a,b\n1,2\n3," + missing + "\n";
    const Tensor b = table(text, CsvOptions().missing_is_nan(true)).column("b");
    CHECK(b.to_vector()[0] == 2);
    CHECK(std::isnan(b.to_vector()[1]));
    CHECK(error(text, all).starts_with("read_csv: 't.csv', line 3, column 1 ('b'): '"));
    CHECK(error(text, all).ends_with(
        "is missing; there must be a number. [missing_is_nan(true) makes it NaN]"));
    CHECK(error(
              text, [](const CsvTable& t) { t.columns(kInt64); }, CsvOptions().missing_is_nan(true))
              .ends_with("is missing; there must be a number."));
  }
}

TEST_CASE("csv: numbers to their limits", "[csv]") {
  const CsvTable t = table("a\n1e-60\n-1e-400\n3.4028234663852886e38\ninf\n");
  CHECK(t.column(0).to_vector() == Values{0, 0, 3.4028234663852886e38, INFINITY});
  CHECK(t.column(0, kFloat64).to_vector()[0] == 1e-60);
  CHECK(table("a\n-9223372036854775808\n").column(0, kInt64).data_ptr<int64_t>()[0] == INT64_MIN);
  const auto integers = [](const CsvTable& c) { c.column(0, kInt64); };
  for (const std::string wrong : {"9223372036854775808", "1.5", "1e3", "0x10", "1 2", "--1", "+"})
    CHECK(error("a\n" + wrong + "\n", integers) ==
          "read_csv: 't.csv', line 2, column 0 ('a'): '" + wrong +
              "' is not of int64; there must be a number without a fraction, in its range.");
  for (const std::string wrong : {"1e39", "one", "1,5", "1e", "0x10"})
    CHECK(error("a;b\n" + wrong + ";1\n", all, CsvOptions().delimiter(';')) ==
          "read_csv: 't.csv', line 2, column 0 ('a'): '" + wrong +
              "' is not of float32; there must be a number, in its range.");
}

TEST_CASE("csv: rows of another length, and wrong columns, are refused", "[csv]") {
  CHECK(error("a,b\n1,2\n\n3\n", nothing) ==
        "read_csv: 't.csv', line 4: 1 fields; each row must have 2, as the first one.");
  CHECK(error("a,b\n1,2,\n", nothing) ==
        "read_csv: 't.csv', line 2: 3 fields; each row must have 2, as the first one.");
  CHECK(message_of<IoError>([] { CsvTable("nowhere.csv"); }) ==
        "read_csv: cannot open 'nowhere.csv': No such file or directory.");
  const CsvTable t = table("a,b,b\n1,2,3\n");
  const auto wrong = [&](auto use) { return message_of<ArgumentError>(use); };
  CHECK(wrong([&] { t.column("c"); }).ends_with("is named 'c'; there are 'a', 'b', 'b'."));
  CHECK(wrong([&] { t.column("b"); }).ends_with("[give its number]"));
  CHECK(wrong([&] { t.column(3); }).ends_with("'; there are 3."));
  CHECK(wrong([&] { t.column(-4); }).ends_with("'; there are 3."));
  CHECK(wrong([&] { t.column(0, kBool); }).starts_with("CsvTable: columns of bool"));
  CHECK(wrong([&] { table("", CsvOptions().delimiter('"')); }) != "no error");
}

TEST_CASE("csv: damaged files are tables or errors", "[csv]") {
  const std::string whole = "a,\"b \"\"x\"\"\",c\r\n1,\"2\",dog\n\n3,,\"c\nat\"\n";
  Generator random(3);
  const TemporaryFolder folder;
  int read = 0;
  for (int i = 0; i < 3000; ++i) {
    std::string text = whole;
    for (int changes = 0; changes < 1 + i % 3; ++changes) {
      const auto at = static_cast<std::size_t>(random.next32() % text.size());
      constexpr char kBytes[] = {',', '"', '\n', '\r', '\0', 'z', '9', '\xFF'};
      if (random.next32() % 4 == 0)
        text.erase(at, 1);
      else
        text[at] = kBytes[random.next32() % sizeof kBytes];
    }
    try {
      const CsvTable t(folder.write("t.csv", text));
      for (int c = 0; c < static_cast<int>(t.names().size()); ++c) {
        CHECK(static_cast<int64_t>(t.texts(c).size()) == t.rows());
        CHECK(t.classes(c).targets.size(0) == t.rows());
      }
      ++read;
      t.columns();
    } catch (const IoError&) {
    }
  }
  CHECK(read > 500);
}
