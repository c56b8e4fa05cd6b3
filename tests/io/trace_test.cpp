#include <reel/autograd/ops.h>
#include <reel/core/creation.h>
#include <reel/io/trace.h>
#include <reel/nn/linear.h>
#include <reel/nn/sequential.h>
#include <reel/optim/sgd.h>

#include <unistd.h>
#include <nlohmann/json.hpp>

#include <map>
#include <set>
#include <thread>

#include "tests/catch.h"
#include "tests/message_of.h"
#include "tests/temporary_folder.h"

namespace reel::io {
namespace {

using autograd::Profile;
using autograd::ProfileCategory;
using autograd::Profiler;
using autograd::ProfileRange;
using nlohmann::json;

Profile profile_of_step() {
  nn::Sequential net({{"first", nn::Linear(3, 4)}, {"second", nn::Linear(4, 1)}});
  optim::SGD optimizer(net->parameters(), optim::SGDOptions(0.1));
  const Tensor x = ones({2, 3});
  Profiler profiler;
  {
    const ProfileRange range("step \"1\"\n\t\\ caf\xc3\xa9 \xff");
    net(x).square().sum().backward();
    optimizer.step();
  }
  profiler.stop();
  return profiler.profile();
}

std::vector<json> events_of(const json& trace, const std::string& kind) {
  std::vector<json> events;
  for (const json& event : trace["traceEvents"])
    if (event["ph"] == kind) events.push_back(event);
  return events;
}

}  // namespace

TEST_CASE("save_trace: what viewers read", "[trace]") {
  const TemporaryFolder folder;
  const Profile profile = profile_of_step();
  save_trace(folder.file("trace.json"), profile);
  CHECK(folder.count() == 1);
  const json trace = json::parse(folder.read("trace.json"));
  const std::vector<json> calls = events_of(trace, "X");
  REQUIRE(calls.size() == profile.events.size());

  std::map<std::string, std::set<std::string>> names;  // by category
  for (size_t i = 0; i < calls.size(); ++i) {
    const json& call = calls[i];
    const autograd::ProfileEvent& event = profile.events[i];
    const autograd::ProfileEntry& entry = profile.entries[event.entry];
    CHECK(call["pid"] == getpid());
    CHECK(call["tid"] == profile.thread);
    CHECK(call["cat"] == name_of(entry.category));
    // Microseconds, to the nanosecond.
    CHECK(call["ts"].get<double>() == Approx(1e-3 * double(event.begin - profile.begin)));
    CHECK(call["dur"].get<double>() == Approx(1e-3 * double(event.duration)));
    CHECK(call["args"]["bytes"] == event.bytes);
    CHECK(call["args"]["flops"] == 2 * event.multiply_adds);
    CHECK(call["args"]["allocated"] == event.allocated);
    CHECK(call["args"].value("module", "") == entry.module);
    CHECK(call["args"].value("shapes", "") == entry.shapes);
    names[call["cat"]].insert(call["name"]);
  }
  CHECK(names["forward"] == std::set<std::string>{"fill_", "linear", "square", "sum"});
  CHECK(names["module"] == std::set<std::string>{"first", "second"});
  CHECK(names["optimizer"] == std::set<std::string>{"SGD"});
  CHECK(names["backward"].count("linear_backward") == 1);
  // Bytes that are no text become U+FFFD; the rest arrives as it was.
  CHECK(names["user"] == std::set<std::string>{"step \"1\"\n\t\\ caf\xc3\xa9 \xef\xbf\xbd"});

  const std::vector<json> counters = events_of(trace, "C");
  REQUIRE(!counters.empty());
  for (const json& counter : counters) {
    CHECK(counter["name"] == "live memory");
    CHECK(counter["args"]["bytes"].is_number_integer());
  }
  CHECK(events_of(trace, "M").size() == 2);
  CHECK(trace["traceEvents"].size() == calls.size() + counters.size() + 2);
}

TEST_CASE("save_trace: threads side by side", "[trace]") {
  const TemporaryFolder folder;
  const Profile mine = profile_of_step();
  Profile other;
  std::thread([&] { other = profile_of_step(); }).join();
  save_trace(folder.file("trace.json"), {mine, other});
  const json trace = json::parse(folder.read("trace.json"));
  std::set<int64_t> threads;
  std::set<std::string> counters;
  for (const json& call : events_of(trace, "X")) {
    threads.insert(call["tid"].get<int64_t>());
    CHECK(call["ts"].get<double>() >= 0);
  }
  for (const json& counter : events_of(trace, "C")) counters.insert(counter["name"]);
  CHECK(threads == std::set<int64_t>{mine.thread, other.thread});
  CHECK(counters.size() == 2);
}

TEST_CASE("save_trace: nothing to write, and nowhere", "[trace]") {
  const TemporaryFolder folder;
  save_trace(folder.file("empty.json"), Profile());
  CHECK(events_of(json::parse(folder.read("empty.json")), "X").empty());
  CHECK(message_of<ArgumentError>([&] { save_trace("x.json", std::vector<Profile>()); }) ==
        "save_trace: there is no profile to write.");
  CHECK_THROWS_AS(save_trace(folder.file("no/such/folder.json"), Profile()), IoError);
}

}  // namespace reel::io
