#pragma once
// Locks of the library across fork().

#include <mutex>

namespace reel {

/// A mutex that lives for ever. The thread that forks holds it meanwhile, so that a child process,
/// which has that thread alone, finds it unlocked and what it guards whole.
class ForkMutex {
 public:
  ForkMutex();
  ForkMutex(const ForkMutex&) = delete;
  ForkMutex& operator=(const ForkMutex&) = delete;

  void lock() { mutex_.lock(); }
  bool try_lock() { return mutex_.try_lock(); }
  void unlock() { mutex_.unlock(); }
  ForkMutex* next() const { return next_; }

 private:
  std::mutex mutex_;
  ForkMutex* next_;
};

}  // namespace reel
