#pragma once
// A reader of the pickles in PyTorch's archives, which runs nothing. Format: Python's
// Lib/pickletools.py.

#include <reel/io/formats.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace reel::io {

/// What a pickle holds, as far as it is known here.
struct PickleValue {
  enum class Kind : uint8_t {
    kNone,
    kBool,
    kInt,
    kFloat,
    kText,
    kTuple,
    kList,
    kDict,     ///< also an object of libtorch's archives, by its attributes
    kGlobal,   ///< a name: `text` is "module name"
    kStorage,  ///< what the archive holds apart: `items` are those of its persistent id
    kTensor    ///< `items` are storage, offset, sizes, strides, dtype, metadata; these two may be
               ///< null
  };
  Kind kind = Kind::kNone;
  int64_t integer = 0;
  double real = 0;
  std::string text;
  std::vector<const PickleValue*> items;
  std::vector<std::pair<const PickleValue*, const PickleValue*>> entries;  ///< of a dict
};

/// Reads a pickle of dictionaries, lists, numbers, texts and tensors. Any other name, and any other
/// instruction, is an error: Python would call it.
class Unpickler {
 public:
  explicit Unpickler(const ByteSource& source) : source_(source) {}
  /// Valid while the reader lives. Throws what the source's `fail` throws.
  const PickleValue& read();

 private:
  using Kind = PickleValue::Kind;
  [[noreturn]] void bad(const std::string& what) const;
  const char* take(uint64_t size);
  uint64_t number(size_t bytes);
  std::string line();
  PickleValue* make(Kind kind);
  void push(PickleValue* value) { stack_.push_back(value); }
  PickleValue* pop();
  PickleValue* top(Kind kind, const char* what);
  std::vector<PickleValue*> pop_to_mark();
  void make_tuple(const std::vector<PickleValue*>& items);
  void push_text(uint64_t size);
  void push_integer(int64_t value);
  void push_long();
  void push_global(const std::string& module, const std::string& name);
  void memoize(uint64_t at);
  void append(const std::vector<PickleValue*>& items);
  void set_items(const std::vector<PickleValue*>& items);
  void call();
  void build();
  void load_persistent();
  bool step(unsigned char op);

  const ByteSource& source_;
  uint64_t at_ = 0;
  std::vector<std::unique_ptr<PickleValue>> values_;
  std::vector<PickleValue*> stack_;
  std::vector<size_t> marks_;
  std::vector<PickleValue*> memo_;
};

}  // namespace reel::io
