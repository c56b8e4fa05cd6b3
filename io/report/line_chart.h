#pragma once
// A chart of lines as a part of a page.

#include <reel/io/plot.h>
#include <reel/io/report/report.h>

#include <string>
#include <vector>

namespace reel::io {

/// A <figure>: the legend with each line's last value, the lines as SVG of any width whose text
/// keeps its size, and a table of the numbers.
std::string line_chart(const std::string& title, const ChartOptions& options,
                       const std::vector<Series>& lines);

}  // namespace reel::io
