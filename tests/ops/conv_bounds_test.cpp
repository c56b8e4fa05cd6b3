// Convolutions read nothing behind their operands: each ends where a page that may not be read
// begins, so that a read beyond it ends the program.

#include "tests/catch.h"
#include "tests/harness.h"

#include <reel/autograd/grad_mode.h>
#include <reel/autograd/ops/convolutions.h>
#include <reel/core/creation.h>
#include <reel/core/isa.h>

#include <sys/mman.h>
#include <unistd.h>

#include <cstring>

using namespace reel;
using namespace reel::tests;

namespace {

// A copy of a tensor in memory that ends with a page.
class AtPageEnd {
 public:
  explicit AtPageEnd(const Tensor& x) {
    const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    const size_t bytes = static_cast<size_t>(x.numel()) * x.itemsize();
    const size_t pages = (bytes + page - 1) / page * page;
    size_ = pages + page;
    base_ = static_cast<char*>(
        mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    REQUIRE(base_ != MAP_FAILED);
    REQUIRE(mprotect(base_ + pages, page, PROT_NONE) == 0);
    tensor_ = from_blob(base_ + pages - bytes, x.sizes(), x.dtype());
    const NoGradGuard no_grad;
    tensor_.copy_(x);
  }
  ~AtPageEnd() { munmap(base_, size_); }
  AtPageEnd(const AtPageEnd&) = delete;
  AtPageEnd& operator=(const AtPageEnd&) = delete;
  operator const Tensor&() const { return tensor_; }

 private:
  char* base_;
  size_t size_;
  Tensor tensor_;
};

struct Call {
  int64_t N, C, K, G, size, kernel, stride, padding;
};

// The gradients of memory that ends with a page are those of other memory.
template <class Op>
void check_bounds(const Tensor& x, const Tensor& w, const Op& op) {
  const auto run = [&](const Tensor& input, const Tensor& weight, const auto& grad_of) {
    const Tensor a = input.detach().requires_grad_(), b = weight.detach().requires_grad_();
    const Tensor y = op(a, b);
    y.backward(grad_of(y));
    return TensorList{y.detach(), a.grad(), b.grad()};
  };
  const auto values = [](const Tensor& y) { return uniform(y.sizes(), 3).to(y.dtype()); };
  const AtPageEnd x_end(x), w_end(w), g_end(values(op(x, w)));
  const TensorList expected = run(x, w, values);
  const TensorList found = run(x_end, w_end, [&](const Tensor&) -> const Tensor& { return g_end; });
  for (size_t i = 0; i < expected.size(); ++i) CHECK(found[i].equal(expected[i]));
}

template <class F>
void at_each_level(const F& check) {
  ExecutionScope scope;
  for (Isa isa : {Isa::kBaseline, Isa::kAvx2, Isa::kAvx512}) {
    if (!isa_available(isa)) continue;
    set_isa(isa);
    for (Dtype dtype : {kFloat32, kFloat64}) {
      INFO(name_of(isa) << " " << dtype);
      check(dtype);
    }
  }
}

}  // namespace

TEST_CASE("conv: nothing is read behind the operands", "[conv]") {
  at_each_level([](Dtype dtype) {
    for (int64_t K : {1, 2, 3, 5, 7, 9, 15, 17, 33})
      for (int64_t C : {1, 3, 8, 17})
        for (const Call& c : {Call{6, C, K, 1, 3, 2, 1, 0}, Call{2, C, K, 1, 5, 3, 2, 1},
                              Call{3, C, K, 1, 4, 1, 1, 0}, Call{1, C, K, 1, 6, 3, 1, 1},
                              Call{3, C, K, 1, 3, 3, 1, 0}, Call{2, C, C * K, C, 4, 3, 1, 1}}) {
          INFO(C << " to " << c.K << ", kernel " << c.kernel << ", stride " << c.stride);
          const Tensor x = uniform({c.N, c.C, c.size, c.size}, 1).to(dtype);
          const Tensor w = uniform({c.K, c.C / c.G, c.kernel, c.kernel}, 2).to(dtype);
          check_bounds(x, w, [&](const Tensor& a, const Tensor& b) {
            return conv2d(a, b, {}, c.stride, c.padding, 1, c.G);
          });
        }
  });
}

TEST_CASE("conv winograd: nothing is read behind the operands", "[conv]") {
  at_each_level([](Dtype dtype) {
    for (int64_t stride : {1, 2})
      for (int64_t kernel : {3, 4, 5, 7})
        for (int64_t C : {3, 32, 47}) {
          INFO(C << " channels, kernel " << kernel << ", stride " << stride);
          const Tensor x = uniform({4, C, 16, 17}, 1).to(dtype);
          check_bounds(
              x, uniform({C == 3 ? 33 : 80 - C, C, kernel, kernel}, 2).to(dtype),
              [&](const Tensor& a, const Tensor& b) { return conv2d(a, b, {}, stride, 1); });
        }
    for (int64_t dilation : {1, 2})
      for (int64_t G : {1, 3}) {
        INFO(G << " groups, dilation " << dilation);
        check_bounds(
            uniform({4, 48, 17, 18}, 1).to(dtype), uniform({96, 48 / G, 3, 3}, 2).to(dtype),
            [&](const Tensor& a, const Tensor& b) { return conv2d(a, b, {}, 1, 1, dilation, G); });
      }
  });
}

TEST_CASE("conv_transpose: nothing is read behind the operands", "[conv]") {
  at_each_level([](Dtype dtype) {
    for (int64_t K : {1, 2, 7, 17})
      for (int64_t C : {1, 3, 9}) {
        const Tensor x = uniform({2, C, 3, 5}, 1).to(dtype);
        for (int64_t kernel : {1, 2, 3})
          for (int64_t more : {0, 1}) {  // output pixels that no input pixel reaches
            INFO(C << " to " << K << ", kernel " << kernel << ", output_padding " << more);
            check_bounds(x, uniform({C, K, kernel, kernel}, 2).to(dtype),
                         [&](const Tensor& a, const Tensor& b) {
                           return conv_transpose2d(a, b, {}, 1, 0, more, 1, 2);
                         });
          }
      }
  });
}
