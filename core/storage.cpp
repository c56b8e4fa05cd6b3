#include <reel/core/allocator.h>
#include <reel/core/fork.h>
#include <reel/core/kernels/kernels.h>
#include <reel/core/storage.h>

#include <utility>

namespace reel {

Storage::Storage(size_t bytes) : data_(allocate(bytes)), bytes_(bytes) {}

Storage::Storage(void* data, size_t bytes, std::shared_ptr<void> owner)
    : data_(data), bytes_(bytes), owner_(std::move(owner)), foreign_(true) {}

Storage::~Storage() {
  if (!foreign_) deallocate(data_, bytes_);
  deallocate(retired_, bytes_);
}

void Storage::hold(int64_t batch, int64_t channels, int64_t pixels, size_t itemsize) {
  batch_ = batch;
  channels_ = channels;
  pixels_ = pixels;
  itemsize_ = static_cast<uint8_t>(itemsize);
  held_.store(true, std::memory_order_release);
}

void Storage::present() {
  // Conversions are rare and short: one lock for all storages.
  static ForkMutex& mutex = *new ForkMutex;
  std::lock_guard lock(mutex);
  if (!is_held()) return;
  void* plain = allocate(bytes_);
  if (itemsize_ == 4)
    kernels::active<kernels::Transpose<uint32_t>>().batched(batch_, pixels_, channels_,
                                                            static_cast<const uint32_t*>(data_),
                                                            static_cast<uint32_t*>(plain));
  else
    kernels::active<kernels::Transpose<uint64_t>>().batched(batch_, pixels_, channels_,
                                                            static_cast<const uint64_t*>(data_),
                                                            static_cast<uint64_t*>(plain));
  retired_ = std::exchange(data_, plain);
  held_.store(false, std::memory_order_release);
}

}  // namespace reel
