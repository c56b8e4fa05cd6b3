#include <reel/autograd/operation_scope.h>
#include <reel/autograd/profile_recorder.h>

namespace reel::autograd {

Profiler::Profiler(ProfilerOptions options)
    : recorder_(std::make_unique<ProfileRecorder>(options)) {
  REEL_CHECK(options.max_events() >= 0, "profiler: max_events is ", options.max_events(),
             "; it must be at least 0.");
  start();
}

Profiler::~Profiler() {
  if (!is_recording()) return;
  if (recorder_->is_of_this_thread())
    recorder_->stop();
  else
    (void)recorder_.release();  // another thread still records with it
}

bool Profiler::is_recording() const { return recorder_->is_recording(); }

void Profiler::start() {
  if (is_recording() && recorder_->is_of_this_thread()) return;
  REEL_CHECK(!is_recording(),
             "profiler: it is recording another thread; stop it there before it starts here.");
  REEL_CHECK(!active_recorder,
             "profiler: another one is recording this thread; only one can. [stop it first]");
  recorder_->start();
}

void Profiler::stop() {
  if (!is_recording()) return;
  REEL_CHECK(recorder_->is_of_this_thread(),
             "profiler: it is recording another thread; only that thread can stop it.");
  recorder_->stop();
}

Profile Profiler::profile() const { return recorder_->profile(); }

}  // namespace reel::autograd
