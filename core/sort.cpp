#include <reel/core/allocator.h>
#include <reel/core/creation.h>
#include <reel/core/layout.h>
#include <reel/core/parallel.h>
#include <reel/core/sort.h>

#include <algorithm>
#include <cstring>
#include <type_traits>

namespace reel {

namespace {

// An unsigned integer that has the order of the values: -0 and 0 are one, and so are all NaN.
template <class T>
auto key_of(T v, bool descending) {
  using Key = std::conditional_t<sizeof(T) == 8, uint64_t, uint32_t>;
  constexpr Key kSign = Key{1} << (8 * sizeof(Key) - 1);
  Key key = 0;
  if constexpr (std::is_floating_point_v<T>) {
    const T plain = v == 0 ? T(0) : v;
    std::memcpy(&key, &plain, sizeof key);
    key = v != v ? ~Key{0} : key & kSign ? ~key : key | kSign;
  } else {
    key = static_cast<Key>(v) ^ (std::is_signed_v<T> ? kSign : 0);
  }
  return descending ? ~key : key;
}

// A key with its position: a total order, so that any sort is a stable one.
template <class Key>
struct Keyed {
  Key key;
  int64_t at;
  friend bool operator<(const Keyed& a, const Keyed& b) {
    return a.key != b.key ? a.key < b.key : a.at < b.at;
  }
};

// Small keys and positions share one number, which compares without branches.
struct Packed {
  uint64_t both;
  friend bool operator<(Packed a, Packed b) { return a.both < b.both; }
};

template <class Entry>
void order_first(Entry* entries, int64_t n, int64_t k) {
  // Below that part sorting the rest away costs more than it saves.
  if (k < n / 4) {
    std::nth_element(entries, entries + k, entries + n);
    n = k;
  }
  std::sort(entries, entries + n);
}

template <class Entry, class Make, class Position>
void order_rows(int64_t rows, int64_t n, int64_t k, int64_t* y, Make make, Position position) {
  constexpr int64_t kCost = 16;  // of ordering an element, in simple operations
  parallel_for(rows, rows * n * kCost, [=](int64_t begin, int64_t end) {
    const Scratch scratch(n * static_cast<int64_t>(sizeof(Entry)));
    auto* entries = static_cast<Entry*>(scratch.data());
    for (int64_t row = begin; row < end; ++row) {
      for (int64_t i = 0; i < n; ++i) entries[i] = make(row * n + i, i);
      order_first(entries, n, k);
      for (int64_t i = 0; i < k; ++i) y[row * k + i] = position(entries[i]);
    }
  });
}

}  // namespace

Tensor order_of_rows(const Tensor& x, int64_t rows, int64_t n, int64_t k, bool descending) {
  Tensor y = empty({rows, k}, kInt64);
  if (y.numel() == 0) return y;
  int64_t* to = physical_data<int64_t>(y);
  visit(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const T* from = physical_data<T>(x);
    if (sizeof(T) < 8 && n <= UINT32_MAX) {
      order_rows<Packed>(
          rows, n, k, to,
          [=](int64_t at, int64_t i) {
            return Packed{static_cast<uint64_t>(key_of(from[at], descending)) << 32 |
                          static_cast<uint64_t>(i)};
          },
          [](Packed e) { return static_cast<int64_t>(e.both & UINT32_MAX); });
    } else {
      using Entry = Keyed<decltype(key_of(zero, false))>;
      order_rows<Entry>(
          rows, n, k, to,
          [=](int64_t at, int64_t i) {
            return Entry{key_of(from[at], descending), i};
          },
          [](const Entry& e) { return e.at; });
    }
  });
  return y;
}

}  // namespace reel
