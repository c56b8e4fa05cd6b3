#pragma once

#include "tests/tools/golden_runner/golden_case.h"

#include <reel/optim/optimizer.h>

#include <memory>

namespace golden {

/// The optimizer of that name. Throws: Mismatch when there is none.
std::unique_ptr<reel::optim::Optimizer> make_optimizer(const std::string& name,
                                                       const Arguments& args,
                                                       const TensorList& parameters);

}  // namespace golden
