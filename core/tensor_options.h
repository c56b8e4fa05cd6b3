#pragma once
// What a new tensor is made of.

#include <reel/core/device.h>
#include <reel/core/dtype.h>

namespace reel {

enum class MemoryFormat : uint8_t {
  kContiguous,
  kChannelsLast,
  Contiguous = kContiguous,  // libtorch's names
  ChannelsLast = kChannelsLast
};

/// Element type and whether the tensor is a leaf that collects a gradient:
/// `dtype(kFloat64).requires_grad(true)`, or a Dtype alone.
struct TensorOptions {
  TensorOptions() = default;
  TensorOptions(Dtype d) : dtype_(d), has_dtype_(true) {}
  TensorOptions(Device) {}
  TensorOptions dtype(Dtype d) const {
    TensorOptions o = *this;
    o.dtype_ = d;
    o.has_dtype_ = true;
    return o;
  }
  TensorOptions requires_grad(bool r) const {
    TensorOptions o = *this;
    o.requires_grad_ = r;
    return o;
  }
  TensorOptions device(Device) const { return *this; }
  Device device() const { return {}; }
  Dtype dtype() const { return dtype_; }
  bool has_dtype() const { return has_dtype_; }
  /// The dtype that was asked for, else what the function infers from its arguments.
  Dtype dtype_or(Dtype inferred) const { return has_dtype_ ? dtype_ : inferred; }
  bool requires_grad() const { return requires_grad_; }

 private:
  Dtype dtype_ = kFloat32;
  bool has_dtype_ = false;
  bool requires_grad_ = false;
};
inline TensorOptions dtype(Dtype d) { return TensorOptions(d); }
inline TensorOptions device(Device d) { return TensorOptions(d); }
inline TensorOptions requires_grad(bool r = true) { return TensorOptions().requires_grad(r); }

}  // namespace reel
