#pragma once
// Threads that leave the other cores to the rest of the program.

namespace reel {

/// While it lives, operations of the calling thread use no other thread: for a thread that works
/// beside the one that trains, such as a data loader's.
class SingleThreaded {
 public:
  SingleThreaded();
  ~SingleThreaded();
  SingleThreaded(const SingleThreaded&) = delete;
  SingleThreaded& operator=(const SingleThreaded&) = delete;

 private:
  bool before_;
};

}  // namespace reel
