#include <reel/core/creation.h>
#include <reel/core/layout.h>
#include <reel/core/parallel.h>
#include <reel/core/scratch.h>
#include <reel/core/sort.h>

#include <algorithm>
#include <cstring>
#include <type_traits>
#include <utility>

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

// Orders by the key's digits of 8 bits, the lowest first. Each pass keeps the order of equals, so
// positions need not be looked at. `spare` has room for n.
void radix_sort(Packed* entries, Packed* spare, int64_t n) {
  constexpr int kDigits = 4, kValues = 256;
  int64_t first[kDigits][kValues] = {};  // counts, then where each value's entries start
  const auto digit = [](Packed e, int d) { return e.both >> (32 + 8 * d) & (kValues - 1); };
  for (int64_t i = 0; i < n; ++i)
    for (int d = 0; d < kDigits; ++d) ++first[d][digit(entries[i], d)];
  for (int d = 0; d < kDigits; ++d) {
    int64_t start = 0;
    for (int64_t& count : first[d]) start += std::exchange(count, start);
    for (int64_t i = 0; i < n; ++i) spare[first[d][digit(entries[i], d)]++] = entries[i];
    std::swap(entries, spare);  // after an even number of passes all is where it was
  }
}

template <class Entry>
void order_first(Entry* entries, [[maybe_unused]] Entry* spare, int64_t n, int64_t k) {
  // Few: most elements are compared once, with the last of those found so far.
  if (k < n / 16) return std::partial_sort(entries, entries + k, entries + n);
  // Below that part sorting the rest away costs more than it saves.
  if (k < n / 4) {
    std::nth_element(entries, entries + k, entries + n);
    n = k;
  }
  constexpr int64_t kRadix = 512;  // entries from which counting digits is worth it
  if constexpr (std::is_same_v<Entry, Packed>)
    if (n >= kRadix) return radix_sort(entries, spare, n);
  std::sort(entries, entries + n);
}

template <class Entry, class Make, class Position>
void order_rows(int64_t rows, int64_t n, int64_t k, int64_t* y, Make make, Position position) {
  constexpr int64_t kCost = 16;  // of ordering an element, in simple operations
  parallel_for(rows, rows * n * kCost, [=](int64_t begin, int64_t end) {
    Scratch scratch(2 * n * static_cast<int64_t>(sizeof(Entry)));
    auto* entries = scratch.data<Entry>();
    for (int64_t row = begin; row < end; ++row) {
      for (int64_t i = 0; i < n; ++i) entries[i] = make(row * n + i, i);
      order_first(entries, entries + n, n, k);
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
