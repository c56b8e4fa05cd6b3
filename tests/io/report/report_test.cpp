#include <reel/core/creation.h>
#include <reel/core/error.h>
#include <reel/core/isa.h>
#include <reel/io/report/decimate.h>
#include <reel/io/report/html.h>
#include <reel/io/report/report.h>
#include <reel/nn/linear.h>
#include <reel/nn/summary.h>

#include "tests/catch.h"
#include "tests/message_of.h"
#include "tests/temporary_folder.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace reel {

using io::Report;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

int64_t count(const std::string& text, const std::string& part) {
  int64_t n = 0;
  for (size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) ++n;
  return n;
}

}  // namespace

TEST_CASE("report: text is escaped", "[report]") {
  CHECK(io::escaped("a & b < c > \"d\" 'e'\n\t") ==
        "a &amp; b &lt; c &gt; &quot;d&quot; &#39;e&#39;\n\t");
  CHECK(io::escaped(std::string("\0\x1b\x7f", 3)) == "\uFFFD\uFFFD\uFFFD");
  CHECK(io::escaped("größer · 数") == "größer · 数");
  CHECK(io::escaped("a\xff<\xe6\x95\xc3\xb6\xc3") == "a\uFFFD&lt;\uFFFD\uFFFDö\uFFFD");
}

TEST_CASE("report: base64", "[report]") {
  // The test vectors of RFC 4648.
  CHECK(io::base64("").empty());
  CHECK(io::base64("f") == "Zg==");
  CHECK(io::base64("fo") == "Zm8=");
  CHECK(io::base64("foo") == "Zm9v");
  CHECK(io::base64("foob") == "Zm9vYg==");
  CHECK(io::base64("fooba") == "Zm9vYmE=");
  CHECK(io::base64("foobar") == "Zm9vYmFy");
  CHECK(io::base64("\xff\xfe\xfd") == "//79");
}

TEST_CASE("report: numbers for people", "[report]") {
  const std::vector<std::pair<double, std::string>> cases{
      {0, "0"},
      {98.71, "98.71"},
      {0.00123, "0.00123"},
      {1.2e-7, "1.2e-7"},
      {-2.5e-9, "-2.5e-9"},
      {12345.4, "12,345"},
      {-1234567, "-1,234,567"},
      {999.94, "999.9"},
      {2e12, "2e12"},
      {9.9996e-5, "1e-4"},
      {5e-324, "4.94e-324"},
      {-1.7976931348623157e308, "-1.8e308"},
      {kNan, "NaN"},
      {kInf, "\u221E"},
      {-kInf, "\u2212\u221E"},
  };
  for (const auto& [value, text] : cases) CHECK(io::short_number(value) == text);
  CHECK(io::whole_number(-123) == "-123");
  CHECK(io::whole_number(1000) == "1,000");
}

TEST_CASE("report: long lines are thinned, their extremes kept", "[report]") {
  std::vector<double> ys(100000, 0.5);
  ys[4321] = 9;
  ys[77777] = -9;
  ys[50000] = kNan;
  const std::vector<size_t> kept = io::decimated(ys, 400);
  CHECK(kept.size() <= 2000);
  CHECK(std::is_sorted(kept.begin(), kept.end()));
  CHECK(std::adjacent_find(kept.begin(), kept.end()) == kept.end());
  for (const size_t i : {size_t{0}, size_t{4321}, size_t{50000}, size_t{77777}, size_t{99999}})
    CHECK(std::binary_search(kept.begin(), kept.end(), i));
  CHECK(io::decimated({1, 2, 3}, 400) == std::vector<size_t>{0, 1, 2});
  CHECK(io::decimated({}, 400).empty());
  CHECK(io::decimated(std::vector<double>(5000, kNan), 10).size() == 20);
}

TEST_CASE("report: a page has what was added and nothing else", "[report]") {
  const std::string empty = Report("Nothing").html();
  CHECK(has(empty, "<h1>Nothing</h1>"));
  CHECK(has(empty, io::escaped(describe())));
  for (const char* part : {"<section", "<nav", "<dl", "<figure"}) CHECK_FALSE(has(empty, part));

  Report report("Run");
  report.result("accuracy", 98.714, "%").result("accuracy", 99.0, "%");
  report.setting("lr", 0.1F).setting("nesterov", true).setting("epochs", 3);
  report.text("Notes", "two\nlines");
  const std::string html = report.html();
  CHECK(has(html, "<dt>accuracy</dt><dd>99 <span>%</span></dd>"));
  CHECK_FALSE(has(html, "98.71"));
  CHECK(has(html, "<dt>lr</dt><dd>0.1</dd>"));
  CHECK(has(html, "<dt>nesterov</dt><dd>yes</dd>"));
  CHECK(has(html, "<pre>two\nlines</pre>"));
  CHECK(count(html, "<section") == 2);
}

TEST_CASE("report: a page needs no other file", "[report]") {
  Report report("Run");
  report.scalar("Loss", "train", 1, 0.5);
  report.samples(zeros({1, 2, 2}, kUInt8), zeros({1}, kInt64), full({1, 2}, 0.5));
  const std::string html = report.html();
  for (const char* part : {"http:", "https:", "@import", "url(", "<link rel=\"stylesheet"})
    CHECK_FALSE(has(html, part));
  CHECK(count(html, "src=\"") == count(html, "src=\"data:image/png;base64,"));
}

TEST_CASE("report: hostile text stays text, wherever it stands", "[report]") {
  const std::string evil = "\"'><script>alert(1)</script>&";
  Report report(evil);
  report.result(evil, evil, evil).setting(evil, evil).text(evil, evil);
  report.chart(evil, {.x_label = evil, .y_label = evil}).scalar(evil, evil, 1, kNan);
  report.scalar(evil, evil, 2, 1);
  io::ConfusionTable table(2, {evil, "b"});
  table.add(0, 1);
  report.confusion(table).samples(zeros({1, 2, 2}), zeros({1}, kInt64), full({1, 2}, 0.5),
                                  {evil, "b"});
  report.filters(ones({1, 1, 1, 1}), evil).picture(evil, {1, 1, 1, {0}}, evil);
  const std::string html = report.html();
  CHECK(count(html, "<script>") == 1);  // the page's own
  CHECK_FALSE(has(html, "'><script>"));
  CHECK(count(html, "&lt;script&gt;alert(1)&lt;/script&gt;&amp;") > 20);
}

TEST_CASE("report: charts of extreme values", "[report]") {
  constexpr double kMax = std::numeric_limits<double>::max();
  const std::vector<std::pair<double, double>> ranges{
      {5e-324, 1e-323}, {0, 5e-324},     {-1e-320, 1e-310}, {-1e308, 1e308},
      {-kMax, kMax},    {1e-300, 1e300}, {5e-324, kMax}};
  for (const auto& [low, high] : ranges)
    for (const bool logarithmic : {false, true}) {
      INFO(low << " to " << high << (logarithmic ? ", logarithmic" : ""));
      Report report("Run");
      report.chart("Loss", {.log_x = logarithmic, .log_y = logarithmic});
      report.scalar("Loss", "train", low, low).scalar("Loss", "train", high, high);
      const std::string html = report.html();
      CHECK(html.size() < 50'000);
      CHECK_FALSE(has(html, "nan"));
      CHECK_FALSE(has(html, "inf"));
    }
}

TEST_CASE("report: charts", "[report]") {
  Report report("Run");
  for (int i = 1; i <= 4; ++i) {
    report.scalar("Loss", "train", i, 1.0 / i);
    report.scalar("Loss", "test", i, i == 3 ? kNan : 2.0 / i);
  }
  report.scalar("Loss", "later", 4, kInf);
  const std::string html = report.html();
  CHECK(count(html, "<figure class=\"chart\">") == 1);
  CHECK(has(html, "test</span> <b>0.5</b>"));
  CHECK(has(html, "<b>test</b>: 1 value is not finite, the first (NaN) at 3."));
  CHECK(has(html, "<b>later</b>: 1 value is not finite, the first (\u221E) at 4."));
  CHECK(has(html, "train ends at 0.25, lowest 0.25 at 4, highest 1 at 1; test ends at 0.5"));
  CHECK(has(html, "later without a finite value."));
  CHECK(has(html, "<th scope=\"row\">3</th><td>0.3333</td><td>NaN</td><td></td>"));
  // A gap begins the line anew.
  const size_t test = html.find("<path class=\"s1 dashed\" d=\"");
  REQUIRE(test != std::string::npos);
  CHECK(count(html.substr(test, html.find("/>", test) - test), "M") == 2);
  // No coordinate is out of hand.
  CHECK_FALSE(has(html, "nan"));
  CHECK_FALSE(has(html, "inf\""));
}

TEST_CASE("report: a chart on logarithmic axes leaves out what has no place", "[report]") {
  Report report("Run");
  report.chart("Rate", {.x_label = "lr", .log_x = true, .log_y = true});
  report.scalar("Rate", "a", 0, 1).scalar("Rate", "a", 1e-5, 1).scalar("Rate", "a", 1, 100);
  report.scalar("Rate", "a", 10, -1);
  const std::string html = report.html();
  CHECK(has(html, "data-lines=\"1e-05,1 1,100\""));
  CHECK(has(html, "d=\"M0 220L1000 0\""));
  CHECK(has(html, ">1e-5</text>"));
}

TEST_CASE("report: long runs make small pages", "[report]") {
  Report report("Run");
  for (int i = 0; i < 100000; ++i)
    report.scalar("Loss", "train", i, i == 31415 ? 7.25 : i % 100 / 100.0);
  const std::string html = report.html();
  CHECK(html.size() < 150000);
  CHECK(has(html, "31415,7.25"));
  CHECK(has(html, "One row of 500 is shown."));
}

TEST_CASE("report: confusion matrices", "[report]") {
  io::ConfusionTable table(2, {"cat", "dog"});
  for (int i = 0; i < 1500; ++i) table.add(0, 0);
  table.add(0, 1);
  const std::string html = Report("Run").confusion(table).html();
  CHECK(has(html, "<td class=\"hit strong\" style=\"--part:1.00\">1,500</td>"));
  CHECK(has(html, "<td class=\"miss\" style=\"--part:0.03\">1</td>"));
  CHECK(count(html, "<td class=\"none\">") == 2);
  CHECK(has(html, "<th scope=\"row\">cat</th><td>dog</td><td>1</td><td>0.1</td>"));
  CHECK(has(html, "<th scope=\"row\">cat</th><td>100.0</td><td>99.9</td><td>100.0</td>"));

  const std::string one = Report("Run").confusion(io::ConfusionTable(1)).html();
  CHECK(has(one, "class=\"heat\""));
  CHECK_FALSE(has(one, "Most frequent mistakes"));
  const std::string many = Report("Run").confusion(io::ConfusionTable(31)).html();
  CHECK_FALSE(has(many, "class=\"heat\""));
  CHECK(has(many, "alt=\"Confusion matrix of 31 classes as a picture"));
}

TEST_CASE("report: predictions", "[report]") {
  Report report("Run");
  const Tensor probabilities = full({3, 2}, 0.25);
  probabilities[0][1] = 0.75;
  probabilities[2][0] = kNan;
  const Tensor targets = zeros({3}, kInt64);
  targets[0] = 1;
  report.samples(zeros({3, 1, 4, 4}, kUInt8), targets, probabilities, {"cat", "dog"});
  const std::string html = report.html();
  CHECK(has(html, "3 pictures, 1 of them"));
  CHECK(count(html, "<figure class=\"sample right\">") == 2);  // of equals the first counts
  CHECK(has(html, "\u2713 dog"));
  CHECK(has(html, "\u2717 NaN, is cat"));
  CHECK(has(html, "alt=\"A picture of dog, taken for dog.\""));
  CHECK(has(html, "--part:75.0%"));

  report.samples(zeros({61, 2, 2}), zeros({61}, kInt64), ones({61, 1}));
  CHECK(has(report.html(), "The first 60 of 61 pictures, 0 of them"));
  report.samples(zeros({0, 2, 2}), zeros({0}, kInt64), ones({0, 1}));
  CHECK(has(report.html(), "0 pictures"));
}

TEST_CASE("report: filters", "[report]") {
  Report report("Run");
  CHECK(count(report.filters(randn({4, 2, 3, 3})).html(), "alt=\"filter") == 8);
  CHECK(count(report.filters(randn({4, 3, 3, 3})).html(), "alt=\"filter") == 4);
  CHECK(has(report.filters(zeros({2, 1, 1, 1})).html(), "alt=\"filter 1\""));
  CHECK(has(report.filters(randn({300, 1, 1, 1})).html(), "The first 256 of 300 pictures."));
}

TEST_CASE("report: models", "[report]") {
  nn::Linear layer(3, 2);
  const std::string html = Report("Run").model(nn::summary(layer, {1, 3})).html();
  CHECK(has(html, "Linear(in_features=3, out_features=2"));
  CHECK(has(html, "<td>[1, 2]</td><td>8</td>"));
}

TEST_CASE("report: a file appears whole", "[report]") {
  const TemporaryFolder folder;
  Report report("Run");
  report.save(folder.file("report.html"));
  CHECK(folder.read("report.html").ends_with("</html>\n"));
  CHECK(folder.count() == 1);
  CHECK(has(message_of<IoError>([&] { report.save(folder.file("absent/report.html")); }),
            "Report.save: cannot create '"));
}

}  // namespace reel
