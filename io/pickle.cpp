#include <reel/core/error.h>
#include <reel/io/pickle.h>

#include <bit>

namespace reel::io {

namespace {

constexpr size_t kMostPickled = 5'000'000;
constexpr int64_t kTakesState = 1;

// By these torch_archive.cpp knows what the bytes of storages are. The types that PyTorch has had
// since 2.3 are those of tensors, above storages without one.
bool is_type(const std::string& global) {
  return (global.starts_with("torch ") && global.ends_with("Storage")) ||
         global == "torch.storage UntypedStorage" || global.starts_with("torch uint");
}

// The class of what libtorch's archives hold: only attributes. Those of programs have other names.
bool is_archive(const std::string& global) {
  return global == "__torch__ Module" ||
         (global.starts_with("__torch__.___torch_mangle_") && global.ends_with(" Module"));
}

}  // namespace

void Unpickler::bad(const std::string& what) const {
  source_.fail(as_text("at byte ", at_, " the pickle ", what, "."));
}

const char* Unpickler::take(uint64_t size) {
  if (size > source_.size - at_) bad("is cut short");
  at_ += size;
  return source_.data + (at_ - size);
}

uint64_t Unpickler::number(size_t bytes) {
  const char* p = take(bytes);
  uint64_t value = 0;
  for (size_t i = bytes; i-- > 0;) value = value << 8 | static_cast<unsigned char>(p[i]);
  return value;
}

std::string Unpickler::line() {
  std::string text;
  for (char c = *take(1); c != '\n'; c = *take(1)) text += c;
  return text;
}

PickleValue* Unpickler::make(Kind kind) {
  if (values_.size() >= kMostPickled) bad(as_text("has more than ", kMostPickled, " values"));
  values_.push_back(std::make_unique<PickleValue>());
  values_.back()->kind = kind;
  return values_.back().get();
}

PickleValue* Unpickler::pop() {
  if (stack_.empty() || (!marks_.empty() && marks_.back() == stack_.size()))
    bad("takes a value where there is none");
  PickleValue* value = stack_.back();
  stack_.pop_back();
  return value;
}

PickleValue* Unpickler::top(Kind kind, const char* what) {
  if (stack_.empty() || stack_.back()->kind != kind) bad(as_text("has no ", what, " to change"));
  return stack_.back();
}

std::vector<PickleValue*> Unpickler::pop_to_mark() {
  if (marks_.empty()) bad("has no mark where one belongs");
  const auto first = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
  std::vector<PickleValue*> items(first, stack_.end());
  stack_.erase(first, stack_.end());
  marks_.pop_back();
  return items;
}

void Unpickler::make_tuple(const std::vector<PickleValue*>& items) {
  PickleValue* tuple = make(Kind::kTuple);
  tuple->items.assign(items.begin(), items.end());
  push(tuple);
}

void Unpickler::push_text(uint64_t size) {
  const char* text = take(size);
  PickleValue* value = make(Kind::kText);
  value->text.assign(text, size);
  push(value);
}

void Unpickler::push_integer(int64_t integer) {
  PickleValue* value = make(Kind::kInt);
  value->integer = integer;
  push(value);
}

void Unpickler::push_long() {
  const uint64_t size = number(1);
  if (size > 8) bad("has an integer of more than 64 bits");
  uint64_t value = number(size);
  if (size > 0 && size < 8 && value >> (8 * size - 1)) value |= ~uint64_t{0} << (8 * size);
  push_integer(static_cast<int64_t>(value));
}

void Unpickler::push_global(const std::string& module, const std::string& name) {
  const std::string text = module + " " + name;
  if (text.starts_with("__torch__") && !is_archive(text))
    source_.fail(
        "it is a compiled TorchScript module, a program. [save its tensors, in Python: "
        "torch.save(torch.jit.load(path).state_dict(), other_path)]");
  if (text != "collections OrderedDict" && text != "torch._utils _rebuild_tensor_v2" &&
      text != "torch._utils _rebuild_tensor_v3" && text != "torch._utils _rebuild_parameter" &&
      text != "torch Size" && !is_type(text) && !is_archive(text))
    source_.fail(as_text("at byte ", at_, " the pickle names '", module, ".", name,
                         "', which is neither a tensor nor a dictionary; nothing else is read, and "
                         "nothing is run. [save a dictionary of tensors, such as "
                         "model.state_dict()]"));
  PickleValue* value = make(Kind::kGlobal);
  value->text = text;
  push(value);
}

void Unpickler::memoize(uint64_t at) {
  if (stack_.empty()) bad("remembers a value where there is none");
  if (at > memo_.size()) bad("remembers a value in too high a place");
  if (at == memo_.size()) memo_.push_back(nullptr);
  memo_[at] = stack_.back();
}

void Unpickler::append(const std::vector<PickleValue*>& items) {
  PickleValue* list = top(Kind::kList, "list");
  list->items.insert(list->items.end(), items.begin(), items.end());
}

void Unpickler::set_items(const std::vector<PickleValue*>& items) {
  PickleValue* dict = top(Kind::kDict, "dictionary");
  if (items.size() % 2) bad("has a key without a value");
  for (size_t i = 0; i < items.size(); i += 2) dict->entries.emplace_back(items[i], items[i + 1]);
}

void Unpickler::call() {
  const PickleValue* arguments = pop();
  const PickleValue* callee = pop();
  if (callee->kind != Kind::kGlobal || arguments->kind != Kind::kTuple)
    bad("calls something that is no function, or not with a tuple");
  const auto& items = arguments->items;
  const auto item = [&](size_t i) { return i < items.size() ? items[i] : nullptr; };
  const auto push_tensor = [&](const PickleValue* dtype, const PickleValue* metadata) {
    PickleValue* tensor = make(Kind::kTensor);
    tensor->items = {items[0], items[1], items[2], items[3], dtype, metadata};
    push(tensor);
  };
  if (callee->text == "collections OrderedDict" && items.empty()) {
    push(make(Kind::kDict));
  } else if (is_archive(callee->text) && items.empty()) {
    push(make(Kind::kDict));
    stack_.back()->integer = kTakesState;
  } else if (callee->text == "torch._utils _rebuild_tensor_v2" && items.size() >= 6) {
    push_tensor(nullptr, item(6));
  } else if (callee->text == "torch._utils _rebuild_tensor_v3" && items.size() >= 7) {
    push_tensor(item(6), item(7));
  } else if (callee->text == "torch._utils _rebuild_parameter" && !items.empty() &&
             items[0]->kind == Kind::kTensor) {
    push(const_cast<PickleValue*>(items[0]));
  } else if (callee->text == "torch Size" && items.size() == 1 && items[0]->kind == Kind::kTuple) {
    push(const_cast<PickleValue*>(items[0]));
  } else {
    bad(as_text("calls '", callee->text, "' with ", items.size(), " arguments that do not fit"));
  }
}

// The attributes of an archive are what it holds; those of a dictionary (state_dict's _metadata)
// are of no use here.
void Unpickler::build() {
  const PickleValue* state = pop();
  if (state->kind != Kind::kDict) bad("sets a state that is no dictionary");
  PickleValue* dict = top(Kind::kDict, "dictionary");
  if (dict->integer == kTakesState) dict->entries = state->entries;
}

void Unpickler::load_persistent() {
  const PickleValue* id = pop();
  if (id->kind != Kind::kTuple || id->items.size() != 5 || id->items[0]->text != "storage" ||
      id->items[1]->kind != Kind::kGlobal || id->items[2]->kind != Kind::kText ||
      id->items[4]->kind != Kind::kInt)
    bad("refers to something that is no storage");
  PickleValue* storage = make(Kind::kStorage);
  storage->items = id->items;
  push(storage);
}

// Whether the pickle goes on.
bool Unpickler::step(unsigned char op) {
  switch (op) {
    case 0x80: {  // PROTO
      if (const uint64_t version = number(1); version > 5)
        bad(as_text("has protocol ", version, "; up to 5 are known"));
      return true;
    }
    case 0x95:  // FRAME
      number(8);
      return true;
    case '.':
      return false;
    case '(':
      marks_.push_back(stack_.size());
      return true;
    case '0':
      return pop(), true;
    case '1':
      return pop_to_mark(), true;
    case 'N':
      return push(make(Kind::kNone)), true;
    case 0x88:
    case 0x89: {
      PickleValue* value = make(Kind::kBool);
      value->integer = op == 0x88;
      return push(value), true;
    }
    case 'K':
      return push_integer(static_cast<int64_t>(number(1))), true;
    case 'M':
      return push_integer(static_cast<int64_t>(number(2))), true;
    case 'J':
      return push_integer(static_cast<int32_t>(number(4))), true;
    case 0x8a:
      return push_long(), true;
    case 'G': {
      PickleValue* value = make(Kind::kFloat);
      value->real = std::bit_cast<double>(__builtin_bswap64(number(8)));
      return push(value), true;
    }
    case 0x8c:
      return push_text(number(1)), true;
    case 'X':
      return push_text(number(4)), true;
    case 0x8d:
      return push_text(number(8)), true;
    case ')':
      return make_tuple({}), true;
    case 0x85:
    case 0x86:
    case 0x87: {
      std::vector<PickleValue*> items(op - size_t{0x84});
      for (size_t i = items.size(); i-- > 0;) items[i] = pop();
      return make_tuple(items), true;
    }
    case 't':
      return make_tuple(pop_to_mark()), true;
    case ']':
      return push(make(Kind::kList)), true;
    case 'a': {
      PickleValue* item = pop();
      return append({item}), true;
    }
    case 'e':
      return append(pop_to_mark()), true;
    case '}':
      return push(make(Kind::kDict)), true;
    case 's': {
      PickleValue *value = pop(), *key = pop();
      return set_items({key, value}), true;
    }
    case 'u':
      return set_items(pop_to_mark()), true;
    case 'c': {
      const std::string module = line();
      return push_global(module, line()), true;
    }
    case 0x93: {  // STACK_GLOBAL
      const PickleValue *name = pop(), *module = pop();
      if (name->kind != Kind::kText || module->kind != Kind::kText) bad("names no text");
      return push_global(module->text, name->text), true;
    }
    case 'R':
    case 0x81:  // NEWOBJ, which calls a class
      return call(), true;
    case 'b':
      return build(), true;
    case 'Q':
      return load_persistent(), true;
    case 'q':
      return memoize(number(1)), true;
    case 'r':
      return memoize(number(4)), true;
    case 0x94:
      return memoize(memo_.size()), true;
    case 'h':
    case 'j': {
      const uint64_t at = number(op == 'h' ? 1 : 4);
      if (at >= memo_.size() || !memo_[at]) bad("recalls a value that it did not remember");
      return push(memo_[at]), true;
    }
    default:
      bad(as_text("has the instruction ", int{op}, ", which no dictionary of tensors needs"));
  }
}

const PickleValue& Unpickler::read() {
  while (step(static_cast<unsigned char>(*take(1)))) {
  }
  if (stack_.size() != 1 || !marks_.empty()) bad("does not end with one value");
  return *stack_[0];
}

}  // namespace reel::io
