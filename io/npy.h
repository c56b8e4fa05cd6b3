#pragma once
// NumPy's files: one array (.npy), and several by name (.npz). docs/models.md.

#include <reel/core/ordered_dict.h>
#include <reel/core/tensor.h>

#include <string>

namespace reel::io {

/// As numpy.save does; a tensor that lies in memory column by column is written so. Throws:
/// IoError.
void save_npy(const std::string& path, const Tensor& x);
/// Throws: IoError naming the path and what is wrong; objects, texts, records and complex numbers
/// are refused.
Tensor load_npy(const std::string& path);

/// As numpy.savez does, or numpy.savez_compressed.
void save_npz(const std::string& path, const OrderedDict<std::string, Tensor>& tensors,
              bool compressed = false);
/// Throws: IoError also for an archive that holds something else.
OrderedDict<std::string, Tensor> load_npz(const std::string& path);

}  // namespace reel::io
