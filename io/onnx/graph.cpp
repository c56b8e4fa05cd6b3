#include <reel/autograd/grad_mode.h>
#include <reel/core/creation.h>
#include <reel/core/layout.h>
#include <reel/io/onnx/graph.h>

#include <algorithm>

namespace reel::io::onnx {

namespace {

// Whether both handles are to the same elements, in row-major order, whatever their shapes.
bool shows_the_same(const Tensor& a, const Tensor& b) {
  const TensorImpl &x = *a.impl(), &y = *b.impl();
  const bool same = x.storage == y.storage && x.offset == y.offset && x.numel == y.numel;
  return same && ((x.row_major && y.row_major) || (x.sizes == y.sizes && x.strides == y.strides));
}

bool equal_values(const Tensor& a, const Tensor& b) {
  const NoGradGuard no_grad;
  return a.sizes() == b.sizes() && a.dtype() == b.dtype() && a.to_vector() == b.to_vector();
}

// Whether all elements are the same number.
bool is_uniform(const Tensor& x) {
  const std::vector<double> v = x.to_vector();
  return std::all_of(v.begin(), v.end(), [&](double e) { return e == v[0]; });
}

}  // namespace

Graph::Graph(const Pass& a, const Pass& b, std::vector<std::string> input_names,
             const OrderedDict<std::string, Tensor>& state)
    : first(a), second(b), input_names_(std::move(input_names)) {
  for (size_t i = 0; i < input_names_.size(); ++i) {
    known_.push_back({input_names_[i], a.inputs[i], b.inputs[i], true});
    names_.insert(input_names_[i]);
    given_.insert(input_names_[i]);
  }
  for (const auto& item : state) {
    known_.push_back({item.key(), item.value(), item.value(), false});
    names_.insert(item.key());
  }
}

void Graph::fail(const std::string& problem) const {
  const std::string where = module_path ? as_text(" of module '", module_path, "'") : std::string();
  throw_argument_error(as_text("export_onnx: ", operation, where, ": ", problem));
}

std::string Graph::unique(const std::string& name) {
  std::string tried = name;
  for (int64_t i = 1; !names_.insert(tried).second; ++i) tried = as_text(name, "_", i);
  return tried;
}

std::string Graph::add(const char* op, std::vector<std::string> inputs,
                       std::vector<Attribute> attributes, size_t outputs) {
  std::string path = module_path ? as_text("/", module_path, "/", op) : as_text("/", op);
  std::replace(path.begin(), path.end(), '.', '/');
  Node node{op, unique(path), std::move(inputs), {}, std::move(attributes)};
  for (size_t i = 0; i < outputs; ++i) node.outputs.push_back(as_text(node.name, "_output_", i));
  nodes_.push_back(std::move(node));
  return nodes_.back().outputs[0];
}

std::string Graph::sibling(const std::string& value, size_t i) {
  return as_text(value.substr(0, value.size() - 1), i);
}

void Graph::add_initializer(const std::string& name, const Tensor& x) {
  if (!given_.insert(name).second) return;
  initializers_.emplace_back(name, x);
  initializer_bytes_ += static_cast<int64_t>(x.nbytes());
}

std::string Graph::constant(const Tensor& x) {
  std::string bytes = tensor("", x).bytes();
  std::string& name = constants_[std::move(bytes)];
  if (name.empty()) {
    name = unique(as_text("constant_", num_constants_++));
    add_initializer(name, x.detach().clone());
  }
  return name;
}

std::string Graph::number(double v, Dtype dtype) { return constant(full({}, v, dtype)); }

std::string Graph::integers(const std::vector<int64_t>& v) {
  const Tensor x = empty({static_cast<int64_t>(v.size())}, kInt64);
  std::copy(v.begin(), v.end(), x.data_ptr<int64_t>());
  return constant(x);
}

Dim Graph::dim(int64_t a, int64_t b) const {
  if (a == b) return {a, 0};
  const int64_t m = first.batch, n = second.batch;
  if (m == n || a % m != 0 || a / m * n != b)
    fail(as_text("a size is ", a, " for a batch of ", m, " and ", b, " for one of ", n,
                 "; it must be fixed, or proportional to the batch. [dynamic_batch(false) exports "
                 "for the batch of the example]"));
  return {0, a / m};
}

std::vector<Dim> Graph::dims(const Tensor& a, const Tensor& b) const {
  if (a.dim() != b.dim())
    fail(as_text("its shape is ", a.sizes(), " in one pass and ", b.sizes(),
                 " in another; the number of dimensions must not vary."));
  std::vector<Dim> found;
  for (size_t d = 0; d < a.sizes().size(); ++d) found.push_back(dim(a.sizes()[d], b.sizes()[d]));
  return found;
}

std::string Graph::sizes(const std::vector<Dim>& dims, bool for_reshape) {
  const auto varying =
      std::count_if(dims.begin(), dims.end(), [](const Dim& d) { return d.per_batch > 0; });
  if (varying == 0 || (for_reshape && varying == 1)) {
    std::vector<int64_t> numbers;
    for (const Dim& d : dims) numbers.push_back(d.per_batch > 0 ? -1 : d.number);
    return integers(numbers);
  }
  if (batch_.empty()) {
    const auto source = std::find_if(first.inputs.begin(), first.inputs.end(),
                                     [](const Tensor& x) { return x.dim() > 0; });
    batch_ = add("Shape", {input_names_[static_cast<size_t>(source - first.inputs.begin())]},
                 {integer("start", 0), integer("end", 1)});
  }
  std::vector<std::string> parts;
  for (const Dim& d : dims)
    parts.push_back(d.per_batch == 0   ? integers({d.number})
                    : d.per_batch == 1 ? batch_
                                       : add("Mul", {batch_, integers({d.per_batch})}));
  return parts.size() == 1 ? parts[0] : add("Concat", parts, {integer("axis", 0)});
}

const Graph::Known* Graph::find_known(const Tensor& a, const Tensor& b) const {
  for (const Known& known : known_)
    if (shows_the_same(known.a, a) && shows_the_same(known.b, b)) return &known;
  return nullptr;
}

std::string Graph::given(const Tensor& a, const Tensor& b) {
  if (const Known* known = find_known(a, b)) {
    if (!known->is_input) add_initializer(known->name, known->a);
    if (known->a.sizes() == a.sizes() && known->b.sizes() == b.sizes()) return known->name;
    return add("Reshape", {known->name, sizes(dims(a, b), true)});
  }
  if (equal_values(a, b)) return constant(a);
  const std::vector<Dim> shape = dims(a, b);
  if (is_uniform(a) && is_uniform(b) && a.to_vector()[0] == b.to_vector()[0])
    return add("Expand", {number(a.to_vector()[0], a.dtype()), sizes(shape)});
  fail(
      as_text("an operand ", a,
              " is computed from the network's input, or drawn at random, by operations that the "
              "tape does not hold (comparisons, integers, detach, no-grad); only what is recorded, "
              "and constants, can be exported."));
}

bool Graph::is_used(const std::string& value) const {
  return std::any_of(nodes_.begin(), nodes_.end(), [&](const Node& node) {
    return std::find(node.inputs.begin(), node.inputs.end(), value) != node.inputs.end();
  });
}

bool Graph::is_same(const Graph& other) const {
  return constants_ == other.constants_ && given_ == other.given_ &&
         std::equal(nodes_.begin(), nodes_.end(), other.nodes_.begin(), other.nodes_.end(),
                    [](const Node& a, const Node& b) {
                      return a.message().bytes() == b.message().bytes();
                    });
}

Message Graph::message(const std::map<std::string, std::string>& names) const {
  const auto renamed = [&](std::vector<std::string> list) {
    for (std::string& value : list)
      if (const auto found = names.find(value); found != names.end()) value = found->second;
    return list;
  };
  Message m;
  for (Node node : nodes_) {
    node.inputs = renamed(node.inputs);
    node.outputs = renamed(node.outputs);
    m.message(1, node.message());
  }
  for (const auto& [name, x] : initializers_) m.message(5, tensor(name, x));
  return m;
}

}  // namespace reel::io::onnx
