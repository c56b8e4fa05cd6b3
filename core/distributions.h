#pragma once
// Fills tensors with random numbers, off the tape and without counting as a write in place. Element
// i, counted in logical order whatever the layout, depends on the generator's state and i alone.

#include <reel/core/random.h>
#include <reel/core/tensor.h>

namespace reel {

/// Uniform in [from, to). Throws: ArgumentError unless x is floating and the range finite.
void fill_uniform(const char* op, const Tensor& x, Generator& generator, double from, double to);

/// Normal, by Box-Muller. Throws: ArgumentError unless x is floating and std at least 0.
void fill_normal(const char* op, const Tensor& x, Generator& generator, double mean, double std);

/// 1 with probability p, else 0. Throws: ArgumentError unless p is in [0, 1].
void fill_bernoulli(const char* op, const Tensor& x, Generator& generator, double p);

/// Uniform integers in [from, to). Throws: ArgumentError when that is empty, or holds what the
/// dtype of x does not.
void fill_integers(const char* op, const Tensor& x, Generator& generator, int64_t from, int64_t to);

}  // namespace reel
