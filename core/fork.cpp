#include <reel/core/fork.h>

#include <pthread.h>

#include <atomic>
#include <thread>

namespace reel {

namespace {

std::atomic<ForkMutex*> newest{nullptr};
ForkMutex* held_from;  // of a fork; others made meanwhile come before it

void unlock(ForkMutex* first, const ForkMutex* end) {
  for (ForkMutex* m = first; m != end; m = m->next()) m->unlock();
}

// All or none: some thread may hold one while it waits for another.
bool try_lock_from(ForkMutex* first) {
  for (ForkMutex* m = first; m; m = m->next()) {
    if (m->try_lock()) continue;
    unlock(first, m);
    return false;
  }
  return true;
}

void before_fork() {
  ForkMutex* const first = newest.load();
  while (!try_lock_from(first)) std::this_thread::yield();
  held_from = first;
}

void after_fork() { unlock(held_from, nullptr); }

}  // namespace

ForkMutex::ForkMutex() : next_(newest.load()) {
  [[maybe_unused]] static const int status = pthread_atfork(before_fork, after_fork, after_fork);
  while (!newest.compare_exchange_weak(next_, this)) {
  }
}

}  // namespace reel
