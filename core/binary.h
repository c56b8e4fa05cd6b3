#pragma once
// Elementwise functions of two operands and a choice between them, off the tape.

#include <reel/core/kernels/binary.h>
#include <reel/core/kernels/rare_binary.h>
#include <reel/core/tensor.h>

namespace reel {

/// The dtype in which a tensor and a number meet: the tensor's, unless only the number is floating
/// (float32 then) or the tensor is bool (the number's).
Dtype promote(Dtype tensor, Scalar number);

/// The dtype in which two tensors meet: that of both, but one without dimensions counts only when
/// it is of a higher kind (bool, integer, floating) than one with dimensions.
Dtype result_type(const Tensor& a, const Tensor& b);
Dtype result_type(const Tensor& a, Scalar b);

/// A number as a tensor without dimensions, in the dtype in which it meets x.
Tensor number_like(const Tensor& x, Scalar number);

/// An operand: a tensor, which outlives it, or a number.
struct Operand {
  Operand(const Tensor& x) : tensor(&x) {}
  Operand(Scalar x) : number(x) {}
  const Tensor* tensor = nullptr;
  Scalar number;
};

/// f(a, b) with broadcasting, at least one operand being a tensor and tensors being of one dtype,
/// which f is defined for; channels-last when its operands are. `op` is named in errors.
Tensor binary(kernels::BinaryOp f, const char* op, Operand a, Operand b, Scalar alpha = 1);

/// y = f(y, b), where b broadcasts to the shape of y. Does not count as a write.
void binary_into(kernels::BinaryOp f, const Tensor& y, Operand b, Scalar alpha = 1);

/// f(a, b) with broadcasting for tensors of one dtype, which f is defined for. Off the tape.
Tensor rare_binary(kernels::RareOp f, const char* op, const Tensor& a, const Tensor& b);

/// The same for comparisons, into bool.
Tensor compare(kernels::CompareOp f, const char* op, Operand a, Operand b);

/// y = c ? a : b, where y has its dtype and the broadcast shape, and numbers are converted; y may
/// be the memory of a or of b. Does not count as a write.
void choose_into(const Tensor& y, const Tensor& c, Operand a, Operand b);

}  // namespace reel
