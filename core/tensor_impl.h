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

/// What a tensor is a view of, as far as writing through it is concerned (autograd/view.h).
enum class ViewKind : uint8_t {
  kNone,
  kRecorded,      // made while recording: it has a base
  kUnrecorded,    // made while nothing was recorded
  kOneOfSeveral,  // by an operation that makes several at once; it has a base
};

/// Sizes, strides and an offset into a storage.
class TensorImpl final : public RefCounted, public Pooled {
 public:
  TensorImpl(Ref<Storage> s, IntArrayRef z, IntArrayRef st, int64_t o, Dtype d)
      : storage(std::move(s)),
        sizes(z),
        strides(st),
        offset(o),
        numel(numel_of(z)),
        dtype(d),
        row_major(numel == 0 || is_row_major(z, st)),
        recorded_writes(storage->recorded_writes) {}
  /// Dense and row-major from the storage's first byte on; `n` is numel_of(z).
  TensorImpl(Ref<Storage> s, IntArrayRef z, int64_t n, Dtype d)
      : storage(std::move(s)),
        sizes(z),
        strides(contiguous_strides(z)),
        offset(0),
        numel(n),
        dtype(d),
        row_major(true),
        recorded_writes(storage->recorded_writes) {}
  /// The same elements in the same memory, without history.
  TensorImpl(const TensorImpl& other)
      : RefCounted(),
        Pooled(),
        storage(other.storage),
        sizes(other.sizes),
        strides(other.strides),
        offset(other.offset),
        numel(other.numel),
        dtype(other.dtype),
        row_major(other.row_major),
        recorded_writes(storage->recorded_writes) {}
  ~TensorImpl() override { delete autograd; }

  /// Converts a held layout to the plain one before somebody looks at the memory (core/layout.h).
  void present() {
    if (storage->is_held()) [[unlikely]]
      storage->present();
  }

  Ref<Storage> storage;
  Shape sizes, strides;  // in elements; of the plain layout while the storage is held
  int64_t offset, numel;
  Dtype dtype;
  bool row_major;  // whether the strides are those of dense row-major memory
  bool requires_grad = false;
  ViewKind view_kind = ViewKind::kNone;
  bool stands_in = false;  // for a tensor that is computed anew: stand_in of autograd/variable.h
  /// The storage's count of recorded writes when this tensor's history was last right.
  uint32_t recorded_writes;
  AutogradSlot* autograd = nullptr;  // owned
  Ref<TensorImpl> base;              // of a view: the tensor, itself none, whose memory it shows
};

}  // namespace reel
