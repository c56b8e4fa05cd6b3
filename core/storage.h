#pragma once
// The memory that tensors and their views share.

#include <reel/core/pool.h>
#include <reel/core/ref.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace reel {

/// A block of bytes with what must be known once for all tensors that look at it.
class Storage : public RefCounted, public Pooled {
 public:
  /// Uninitialised memory from the caching allocator.
  explicit Storage(size_t bytes);
  /// Memory of somebody else; `owner` keeps it alive (null: the caller does).
  Storage(void* data, size_t bytes, std::shared_ptr<void> owner);

  void* data() const { return data_; }
  size_t bytes() const { return bytes_; }

  /// Counts writes in place: a saved tensor compares it to know whether it is still what was saved.
  uint32_t version = 0;
  /// Counts the writes in place that are on the tape (see autograd/variable.h).
  uint32_t recorded_writes = 0;

  // --- the held layout; core/layout.h says what it means ---

  bool is_held() const { return held_.load(std::memory_order_acquire); }
  /// Declares that the bytes lie as (batch, pixels, channels); called before anybody else sees
  /// them.
  void hold(int64_t batch, int64_t channels, int64_t pixels, size_t itemsize);
  /// Moves the bytes to (batch, channels, pixels), once, whoever asks first; several threads may.
  void present();

 private:
  ~Storage() override;

  void* data_;
  size_t bytes_;
  std::shared_ptr<void> owner_;
  bool foreign_ = false;
  std::atomic<bool> held_{false};
  uint8_t itemsize_ = 0;
  int64_t batch_ = 0, channels_ = 0, pixels_ = 0;
  // The channels-last block, which a kernel on another thread may still read. Counts of handles do
  // not tell: threads may reach one handle by reference.
  void* retired_ = nullptr;
};

}  // namespace reel
