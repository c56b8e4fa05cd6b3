#pragma once
// All parameters as one vector, and back.

#include <reel/core/tensor.h>

namespace reel::nn::utils {

/// The elements of all parameters, one after the other; on the tape. Throws: ArgumentError when
/// there are none.
Tensor parameters_to_vector(const TensorList& parameters);

/// Writes the vector's elements into the parameters, in the same order. Throws: ArgumentError
/// unless it has as many as they have together.
void vector_to_parameters(const Tensor& vec, const TensorList& parameters);

}  // namespace reel::nn::utils
