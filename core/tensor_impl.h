#pragma once
// What a Tensor handle points to. Users see Tensor; operations and the tape see this.

#include <reel/core/dtype.h>
#include <reel/core/pool.h>
#include <reel/core/ref.h>
#include <reel/core/shape.h>
#include <reel/core/storage.h>

namespace reel {

/// A tensor's place on the tape; defined by autograd, opaque to core.
struct AutogradSlot {
  virtual ~AutogradSlot() = default;
};

/// Sizes, strides and an offset into a storage.
class TensorImpl final : public RefCounted, public Pooled {
 public:
  TensorImpl(Ref<Storage> s, IntArrayRef z, IntArrayRef st, int64_t o, Dtype d)
      : storage(std::move(s)), sizes(z), strides(st), offset(o), numel(numel_of(z)), dtype(d) {
    recorded_writes = storage->recorded_writes;
  }
  ~TensorImpl() override { delete autograd; }

  /// Converts a held layout to the plain one before somebody looks at the memory (core/layout.h).
  void present() {
    if (storage->is_held()) [[unlikely]]
      storage->present(storage->use_count() == 1 && use_count() == 1);
  }

  Ref<Storage> storage;
  Shape sizes, strides;  // in elements; of the plain layout while the storage is held
  int64_t offset, numel;
  Dtype dtype;
  bool requires_grad = false;
  /// The storage's count of recorded writes when this tensor's history was last right.
  uint32_t recorded_writes;
  AutogradSlot* autograd = nullptr;  // owned
};

}  // namespace reel
