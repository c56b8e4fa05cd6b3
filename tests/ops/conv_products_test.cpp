#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/ops/conv_problems.h"

#include <reel/core/isa.h>

using namespace reel;
using namespace reel::tests;

namespace {

// The kernel is as large as the image.
ConvProblem covering(int64_t N, int64_t C, int64_t K, int64_t H, int64_t W) {
  return sized(problem(N, C, K, H, W, 0, 0), H, W);
}

}  // namespace

TEST_CASE("conv matmul: kernels as large as the image") {
  for (int64_t C : {1, 7, 16, 33})
    check_computed_by("matmul", covering(3, C, 17, 4, 4), C % 2 == 1);
  check_computed_by("matmul", covering(1, 9, 1, 2, 3));
  check_computed_by("matmul", covering(17, 8, 31, 5, 1), false);
  check_computed_by("matmul", volume(covering(2, 15, 8, 3, 2), 2, 2, 0));
  check_computed_by("matmul", sized(line(1, 5, 16, 9, 1, 31, 0), 1, 31));
  check_computed_by("matmul", halved(covering(2, 3, 16, 7, 7)));
}

TEST_CASE("conv swapped: weight gradients of few output channels") {
  const char* swapped = "swapped";
  for (int64_t K : {1, 2}) check_computed_by(swapped, problem(2, 33, K, 9, 8, 1, 1), K != 2, 1);
  check_computed_by(swapped, sized(problem(2, 31, 1, 9, 12, 2, 0), 5, 4), true, 1);
  check_computed_by(swapped, sized(problem(3, 17, 1, 6, 7, 0, 0), 1, 1), true, 1);
  check_computed_by(swapped, dilated(problem(1, 32, 2, 15, 16, 1, 0), 2), false, 1);
  check_computed_by(swapped, line(1, 2, 48, 1, 1, 31, 1), true, 1);
  check_computed_by(swapped, volume(problem(1, 16, 1, 7, 6, 1, 1), 3, 4, 1), true, 1);
}

TEST_CASE("conv matmul and swapped: say why they decline") {
  const auto says = [](const ConvProblem& p, const char* algorithm, const char* reason, size_t n) {
    CAPTURE(explain(p), reason);
    CHECK(count(explain(p), as_text(algorithm, ": declines: ", reason, "\n")) == n);
  };
  says(problem(2, 33, 2, 9, 8, 3, 1), "swapped", "there is more padding than the kernel covers", 1);
  says(halved(problem(2, 33, 2, 9, 8, 1, 1)), "swapped", "the stride is not 1", 1);
  says(problem(2, 33, 32, 9, 8, 1, 1), "swapped", "no fewer lanes would idle", 1);
  says(problem(2, 3, 1, 9, 8, 1, 1), "swapped", "fewer input channels than lanes", 1);
  says(grouped(problem(2, 32, 2, 9, 8, 1, 1), 2), "swapped", "there are groups", 1);
  says(problem(0, 33, 2, 9, 8, 1, 1), "swapped", "there is no sample", 1);
  says(problem(2, 16, 2, 9, 8, 1, 1), "matmul", "outputs are not of one pixel or image each", 3);
  says(covering(0, 16, 2, 9, 8), "matmul", "there is no sample", 3);
}
