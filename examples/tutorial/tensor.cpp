// First steps of the tutorial: tensors, views, and a gradient.

#include <reel/reel.h>

#include <iostream>

using namespace reel;

int main() {
  // [tensor]
  const Tensor a = tensor({{1.0, 2.0, 3.0}, {4.0, 5.0, 6.0}});
  std::cout << a << "\n";
  std::cout << "a has " << a.numel() << " elements, the last is " << a[1][2].item<float>()
            << "\n\n";
  // [/tensor]

  // [compute]
  const Tensor b = a * 2 + tensor({10.0, 20.0, 30.0});  // the row is added to both rows of a
  std::cout << b << "\n" << b.mean(0) << "\n" << a.matmul(a.t()) << "\n\n";
  // [/compute]

  // [view]
  const Tensor column = b.select(1, 0);  // a view: it shares the memory of b
  column.fill_(0);
  std::cout << b << "\n\n";
  // [/view]

  // [gradient]
  const Tensor w = tensor({3.0, -2.0}, requires_grad());
  const Tensor y = (w * w).sum();  // w0^2 + w1^2
  y.backward();
  std::cout << "y = " << y.item<float>() << ", its gradient is 2 w: " << w.grad() << "\n";
  // [/gradient]
}
