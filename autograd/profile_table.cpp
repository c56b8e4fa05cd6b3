#include <reel/autograd/profiler.h>
#include <reel/core/error.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <ostream>
#include <tuple>

namespace reel::autograd {

namespace {

using Row = std::vector<std::string>;

std::string number(const char* format, double value) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

std::string milliseconds(double seconds) { return number("%.3f", 1e3 * seconds); }

// A rate where there is something to rate.
std::string rate(int64_t amount, double seconds) {
  if (amount == 0 || seconds <= 0) return "-";
  return number("%.3g", 1e-9 * static_cast<double>(amount) / seconds);
}

std::string percent(double part, double whole) {
  return number("%.1f %%", whole > 0 ? 100 * part / whole : 0);
}

std::string scaled(int64_t amount, const char* const (&units)[5]) {
  if (amount == 0) return "-";
  auto value = static_cast<double>(amount);
  size_t unit = 0;
  for (; std::abs(value) >= 1000 && unit < 4; ++unit) value /= 1000;
  return as_text(number("%.3g", value), units[unit]);
}

std::string bytes_text(int64_t bytes) {
  constexpr const char* kUnits[] = {" B", " kB", " MB", " GB", " TB"};
  return scaled(bytes, kUnits);
}

std::string work_text(int64_t work) {
  constexpr const char* kUnits[] = {"", " k", " M", " G", " T"};
  return scaled(work, kUnits);
}

// Text begins in one column and numbers end in one; `left` says which.
std::string aligned(const std::vector<Row>& rows, const std::string& left) {
  std::vector<size_t> widths(left.size());
  for (const Row& row : rows)
    for (size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], row[c].size());
  std::string text;
  for (const Row& row : rows) {
    std::string line;
    for (size_t c = 0; c < row.size(); ++c) {
      const std::string blanks(widths[c] - row[c].size(), ' ');
      line += left[c] == 'l' ? row[c] + blanks : blanks + row[c];
      line += "  ";
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  }
  return text;
}

std::string last_line(const Profile& p) {
  std::string text = as_text(milliseconds(p.wall), " ms");
  if (p.multiply_adds > 0) text += as_text("; ", work_text(p.multiply_adds), " multiply-adds");
  if (p.peak > 0) text += as_text("; at most ", bytes_text(p.peak), " above the beginning");
  if (p.dropped_events > 0) text += as_text("; ", p.dropped_events, " events only counted");
  return text + '\n';
}

// --- by operation ---

struct Sum {
  int64_t calls = 0;
  double total = 0, self = 0;
  int64_t work = 0, bytes = 0, allocated = 0, peak = 0;

  void add(const ProfileEntry& e) {
    calls += e.calls;
    total += e.total;
    self += e.self;
    work += e.multiply_adds;
    bytes += e.bytes;
    allocated += e.allocated;
    peak = std::max(peak, e.peak);
  }
};

using Key = std::tuple<std::string, std::string, std::string>;  // name, category, shapes

Row row_of(const Key& key, const Sum& s, double wall) {
  return {std::get<0>(key),
          std::get<1>(key),
          as_text(s.calls),
          milliseconds(s.total),
          milliseconds(s.self),
          percent(s.self, wall),
          number("%.2f", 1e6 * s.total / static_cast<double>(s.calls)),
          rate(2 * s.work, s.total),
          rate(s.bytes, s.total),
          bytes_text(s.allocated),
          bytes_text(s.peak),
          std::get<2>(key)};
}

Row rest(const std::string& name, double self, double wall) {
  return {name, "", "", "", milliseconds(self), percent(self, wall)};
}

std::string operations(const Profile& p, bool shapes, size_t max_rows) {
  std::map<Key, Sum> sums;
  double in_modules = 0, all = 0;
  for (const ProfileEntry& e : p.entries) {
    all += e.self;
    if (e.category == ProfileCategory::kModule)
      in_modules += e.self;
    else
      sums[{e.name, name_of(e.category), shapes ? e.shapes : ""}].add(e);
  }
  std::vector<std::pair<Key, Sum>> order(sums.begin(), sums.end());
  std::stable_sort(order.begin(), order.end(),
                   [](const auto& a, const auto& b) { return a.second.self > b.second.self; });

  std::vector<Row> rows = {{"operation", "in", "calls", "total ms", "self ms", "share", "mean us",
                            "GFLOP/s", "GB/s", "kept", "peak", shapes ? "shapes" : ""}};
  double hidden = 0;
  for (size_t i = 0; i < order.size(); ++i)
    if (i < max_rows)
      rows.push_back(row_of(order[i].first, order[i].second, p.wall));
    else
      hidden += order[i].second.self;
  if (order.size() > max_rows)
    rows.push_back(rest(as_text("(", order.size() - max_rows, " others)"), hidden, p.wall));
  if (in_modules > 0) rows.push_back(rest("(modules' own code)", in_modules, p.wall));
  rows.push_back(rest("(outside of all)", p.wall - all, p.wall));
  return aligned(rows, "llrrrrrrrrrl") + last_line(p);
}

// --- by module ---

struct Branch {
  std::map<std::string, Branch> children;
  std::vector<std::string> order;  // of the first call
  int64_t calls = 0;
  double forward = 0, backward = 0, other = 0;
  int64_t forward_work = 0, backward_work = 0, kept = 0;

  Branch& child(const std::string& name) {
    const auto [it, is_new] = children.try_emplace(name);
    if (is_new) order.push_back(name);
    return it->second;
  }
  void add_up() {
    for (auto& [name, branch] : children) {
      branch.add_up();
      forward += branch.forward;
      backward += branch.backward;
      other += branch.other;
      forward_work += branch.forward_work;
      backward_work += branch.backward_work;
      kept += branch.kept;
    }
  }
};

void add_rows(std::vector<Row>& rows, const Branch& b, const std::string& label, double wall) {
  const double total = b.forward + b.backward + b.other;
  rows.push_back({label, b.calls ? as_text(b.calls) : "-", milliseconds(b.forward),
                  milliseconds(b.backward), milliseconds(total), percent(total, wall),
                  work_text(b.forward_work), work_text(b.backward_work),
                  rate(2 * b.forward_work, b.forward), rate(2 * b.backward_work, b.backward),
                  bytes_text(b.kept)});
  const size_t indent = label.find_first_not_of(' ') + 2;
  for (const std::string& name : b.order)
    add_rows(rows, b.children.at(name), std::string(indent, ' ') + name, wall);
}

std::string modules(const Profile& p) {
  Branch root;
  for (const ProfileEntry& e : p.entries) {
    Branch* at = &root;
    for (size_t from = 0; from < e.module.size();) {
      const size_t dot = std::min(e.module.find('.', from), e.module.size());
      at = &at->child(e.module.substr(from, dot - from));
      from = dot + 1;
    }
    if (e.category == ProfileCategory::kModule) at->calls += e.calls;
    const bool is_backward = e.category == ProfileCategory::kBackward;
    const bool is_forward =
        e.category == ProfileCategory::kForward || e.category == ProfileCategory::kModule;
    (is_backward ? at->backward : is_forward ? at->forward : at->other) += e.self;
    (is_backward ? at->backward_work : at->forward_work) += e.self_multiply_adds;
    if (!is_backward) at->kept += e.allocated;
  }
  root.add_up();
  std::vector<Row> rows = {{"module", "calls", "forward ms", "backward ms", "total ms", "share",
                            "multiply-adds", "in backward", "GFLOP/s", "in backward", "kept"}};
  add_rows(rows, root, "(all)", p.wall);
  return aligned(rows, "lrrrrrrrrrr") + last_line(p);
}

}  // namespace

const char* name_of(ProfileCategory category) {
  constexpr const char* kNames[] = {"forward", "backward", "optimizer", "loader", "module", "user"};
  return kNames[static_cast<size_t>(category)];
}

std::string Profile::table(ProfileGroup group, size_t max_rows) const {
  return group == ProfileGroup::kModule
             ? modules(*this)
             : operations(*this, group == ProfileGroup::kShapes, max_rows);
}

std::ostream& operator<<(std::ostream& out, const Profile& profile) {
  return out << profile.table();
}

}  // namespace reel::autograd
