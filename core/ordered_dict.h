#pragma once
// A dictionary that remembers the order of insertion: what named_parameters() returns.

#include <reel/core/error.h>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace reel {

/// Keys and values in the order in which they were inserted. Looking a key up walks the list, which
/// for the names within one model is as fast as hashing them.
template <class Key, class Value>
class OrderedDict {
 public:
  /// A key with its value.
  class Item {
   public:
    Item(Key key, Value value) : pair_(std::move(key), std::move(value)) {}
    const Key& key() const { return pair_.first; }
    Value& value() { return pair_.second; }
    const Value& value() const { return pair_.second; }
    Value& operator*() { return value(); }
    const Value& operator*() const { return value(); }
    Value* operator->() { return &value(); }
    const Value* operator->() const { return &value(); }
    const std::pair<Key, Value>& pair() const { return pair_; }

   private:
    std::pair<Key, Value> pair_;
  };

  /// `what` names the keys in messages: "parameter".
  explicit OrderedDict(std::string what = "key") : what_(std::move(what)) {}
  OrderedDict(std::initializer_list<Item> items) : OrderedDict() {
    for (const Item& item : items) insert(item.key(), item.value());
  }

  size_t size() const { return items_.size(); }
  bool is_empty() const { return items_.empty(); }
  bool empty() const { return items_.empty(); }
  auto begin() { return items_.begin(); }
  auto end() { return items_.end(); }
  auto begin() const { return items_.begin(); }
  auto end() const { return items_.end(); }
  const Item& operator[](size_t i) const { return items_[checked(i)]; }
  Item& operator[](size_t i) { return items_[checked(i)]; }
  const Item& front() const { return items_[checked(0)]; }
  const Item& back() const { return items_[checked(items_.size() - 1)]; }

  /// Throws: ArgumentError when there is no such key.
  Value& operator[](const Key& key) { return *found(key, find(key)); }
  const Value& operator[](const Key& key) const { return *found(key, find(key)); }
  /// The value, or null.
  Value* find(const Key& key) {
    for (Item& item : items_)
      if (item.key() == key) return &item.value();
    return nullptr;
  }
  const Value* find(const Key& key) const { return const_cast<OrderedDict*>(this)->find(key); }
  bool contains(const Key& key) const { return find(key) != nullptr; }

  /// Throws: ArgumentError when the key is there already.
  Value& insert(Key key, Value value) {
    REEL_CHECK(!contains(key), what_, ": '", key, "' is there already; each ", what_,
               " appears once.");
    items_.emplace_back(std::move(key), std::move(value));
    return items_.back().value();
  }
  /// Throws: ArgumentError when there is no such key.
  Value pop(const Key& key) {
    Value value = std::move(*found(key, find(key)));
    for (auto it = items_.begin(); it != items_.end(); ++it)
      if (it->key() == key) {
        items_.erase(it);
        break;
      }
    return value;
  }
  void erase(const Key& key) { pop(key); }
  void clear() { items_.clear(); }
  void reserve(size_t n) { items_.reserve(n); }
  /// Inserts all of the other's items.
  void update(const OrderedDict& other) {
    for (const Item& item : other) insert(item.key(), item.value());
  }

  const std::vector<Item>& items() const { return items_; }
  std::vector<std::pair<Key, Value>> pairs() const {
    std::vector<std::pair<Key, Value>> pairs;
    for (const Item& item : items_) pairs.push_back(item.pair());
    return pairs;
  }
  /// What keys are called in messages.
  const std::string& key_description() const { return what_; }
  std::vector<Key> keys() const {
    std::vector<Key> keys;
    for (const Item& item : items_) keys.push_back(item.key());
    return keys;
  }
  std::vector<Value> values() const {
    std::vector<Value> values;
    for (const Item& item : items_) values.push_back(item.value());
    return values;
  }

 private:
  size_t checked(size_t i) const {
    REEL_CHECK(i < items_.size(), what_, ": index ", i, " of ", items_.size(),
               "; it must be below that.");
    return i;
  }
  template <class Pointer>
  Pointer found(const Key& key, Pointer value) const {
    if (!value) [[unlikely]]
      throw_missing(key);
    return value;
  }
  [[noreturn]] void throw_missing(const Key& key) const {
    std::string known;
    for (const Item& item : items_) known += as_text(known.empty() ? "" : ", ", item.key());
    throw_argument_error(as_text(what_, ": there is no '", key, "'; there is ",
                                 known.empty() ? "nothing" : known, "."));
  }

  std::string what_;
  std::vector<Item> items_;
};

}  // namespace reel
