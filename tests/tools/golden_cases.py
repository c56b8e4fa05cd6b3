#!/usr/bin/env python3
"""Records what PyTorch computes for cases of new shapes and numbers, in the format of tests/golden/README.md.

Usage: golden_cases.py DIR [SEED]

Writes DIR/*.safetensors, for `golden_runner DIR`. Another seed makes other shapes, arguments and numbers. It needs PyTorch;
no test runs it.
"""

import json
import pathlib
import random
import struct
import sys

import torch
import torch.nn.functional as F

DTYPES = {torch.float64: "F64", torch.int64: "I64", torch.bool: "BOOL"}
folder, seed = pathlib.Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0
random.seed(seed)
torch.manual_seed(seed)
torch.set_default_dtype(torch.float64)


class Family:
    """The cases of one file."""

    def __init__(self, name):
        self.name, self.cases, self.tensors = name, [], {}

    def keep(self, key, tensor):
        self.tensors[key] = tensor.detach().contiguous().clone()
        return key

    def add(self, op, args, inputs, function, second=True, fixed=(), state=None):
        """Runs function(**inputs) and records outputs, gradients and, if asked to, gradients of gradients."""
        case = f"{self.name}/{len(self.cases):03d}"
        record = {"id": case, "op": op, "args": args, "inputs": {}, "outputs": [], "cotangents": [], "grads": {}}
        leaves = {}
        for name, x in inputs.items():
            record["inputs"][name] = self.keep(f"{case}/{name}", x)
            if x.is_floating_point() and name not in fixed:
                leaves[name] = inputs[name] = x.clone().requires_grad_()
        if state:
            record["state_in"] = {k: self.keep(f"{case}/in.{k}", v) for k, v in state.items()}
        outputs = function(**inputs)
        outputs = list(outputs) if isinstance(outputs, (tuple, list)) else [outputs]
        if state:
            record["state_out"] = {k: self.keep(f"{case}/out.{k}", v) for k, v in state.items()}
        cotangents, taken = [], []
        for i, y in enumerate(outputs):
            record["outputs"].append(self.keep(f"{case}/y{i}", y))
            if y.requires_grad:
                cotangents.append(torch.randn_like(y).requires_grad_())
                record["cotangents"].append(self.keep(f"{case}/ct{i}", cotangents[-1]))
                taken.append(y)
        if taken:
            total = sum((y * c).sum() for y, c in zip(taken, cotangents))
            grads = torch.autograd.grad(total, list(leaves.values()), create_graph=second, allow_unused=True)
            found = {k: g for k, g in zip(leaves, grads) if g is not None}
            record["grads"] = {k: self.keep(f"{case}/d{k}", g) for k, g in found.items()}
            if second:
                self.add_second(case, record, leaves, found, cotangents)
        self.cases.append(record)

    def add_second(self, case, record, leaves, grads, cotangents):
        moving = {k: g for k, g in grads.items() if g.requires_grad}
        if not moving:
            return
        weights = {k: torch.randn_like(g) for k, g in moving.items()}
        record["grad_cotangents"] = {k: self.keep(f"{case}/gct.{k}", w) for k, w in weights.items()}
        total = sum((moving[k] * weights[k]).sum() for k in moving)
        by = {**leaves, **{f"ct{i}": c for i, c in enumerate(cotangents)}}
        again = torch.autograd.grad(total, list(by.values()), allow_unused=True)
        record["grad_of_grads"] = {
            k: self.keep(f"{case}/gg.{k}", g) for k, g in zip(by, again) if g is not None
        }

    def write(self):
        header, data = {"__metadata__": {"format": "1", "source": "PyTorch " + torch.__version__, "cases": json.dumps(self.cases)}}, b""
        for key, x in self.tensors.items():
            raw = x.numpy().tobytes()
            header[key] = {"dtype": DTYPES[x.dtype], "shape": list(x.shape), "data_offsets": [len(data), len(data) + len(raw)]}
            data += raw
        text = json.dumps(header).encode()
        (folder / f"{self.name}.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + data)
        print(f"{self.name}: {len(self.cases)} cases")


def size(low=1, high=9):
    return random.randint(low, high)


def shape(dims):
    return tuple(size() for _ in range(dims))


def any_shape():
    return shape(random.randint(1, 4))


def normal(*sizes):
    return torch.randn(*sizes)


def activations():
    f = Family("activation")
    plain = {
        "relu": F.relu, "sigmoid": torch.sigmoid, "tanh": torch.tanh, "selu": F.selu, "silu": F.silu, "relu6": F.relu6,
        "hardswish": F.hardswish, "mish": F.mish, "softsign": F.softsign, "logsigmoid": F.logsigmoid,
    }  # fmt: skip
    for name, op in plain.items():
        for _ in range(2):
            f.add(name, {}, {"x": 3 * normal(any_shape())}, lambda x, op=op: op(x))
    f.add("hardsigmoid", {}, {"x": 3 * normal(any_shape())}, lambda x: F.hardsigmoid(x), second=False)
    with_args = {
        "leaky_relu": [{"negative_slope": 0.05}], "elu": [{"alpha": 0.4}], "gelu": [{"approximate": "none"}, {"approximate": "tanh"}],
        "softplus": [{"beta": 0.5, "threshold": 3.0}], "hardtanh": [{"min_val": -0.2, "max_val": 1.5}],
        "softmax": [{"dim": 0}, {"dim": -1}], "log_softmax": [{"dim": 1}, {"dim": -2}],
    }  # fmt: skip
    for name, choices in with_args.items():
        for args in choices:
            f.add(name, args, {"x": 2 * normal(shape(3))}, lambda x, name=name, args=args: getattr(F, name)(x, **args))
    C = size(2)
    f.add("prelu", {}, {"x": normal(2, C, 5), "weight": normal(C)}, lambda x, weight: F.prelu(x, weight))
    f.add("prelu", {}, {"x": normal(7), "weight": normal(1)}, lambda x, weight: F.prelu(x, weight))
    f.write()


def arithmetic():
    f = Family("arithmetic")
    pairs = [((17,), (17,)), ((3, 1, 5), (4, 1)), ((), (2, 3)), ((2, 33), (33,)), ((0, 3), (3,))]
    for name in ("add", "sub", "mul", "div", "pow", "maximum", "minimum"):
        for a, b in pairs:
            x, y = normal(a), normal(b)
            if name == "pow":
                x = x.abs() + 0.5
            if name == "div":
                y = y + torch.sign(y)
            f.add(name, {}, {"a": x, "b": y}, lambda a, b, name=name: getattr(torch, name)(a, b))
    for name in "exp log sqrt rsqrt abs neg sin cos square reciprocal log1p expm1 erf sign floor".split():
        x = normal(any_shape())
        if name in ("log", "sqrt", "rsqrt", "log1p"):
            x = x.abs() + 0.1
        f.add(name, {}, {"x": x}, lambda x, name=name: getattr(torch, name)(x), second=name not in ("sign", "floor"))
    f.add("clamp", {"min": None, "max": 0.3}, {"x": normal(2, 9)}, lambda x: x.clamp(max=0.3))
    f.add("clamp", {"min": -0.1, "max": None}, {"x": normal(2, 9)}, lambda x: x.clamp(min=-0.1))
    c = torch.rand(4, 1, 6) > 0.5
    f.add("where", {}, {"c": c, "a": normal(3, 6), "b": normal(4, 3, 1)}, lambda c, a, b: torch.where(c, a, b))
    f.write()


def convolutions():
    for D in (1, 2, 3):
        f, t = Family(f"conv{D}d"), Family(f"conv_transpose{D}d")
        for _ in range(16 if D < 3 else 8):
            groups = random.choice([1, 1, 2, 3])
            depthwise = random.random() < 0.2
            C = groups * size(1, 5)
            if depthwise:
                groups = C
            K = groups * size(1, 4)
            kernel = [size(1, 4) for _ in range(D)]
            stride, dilation = [size(1, 3) for _ in range(D)], [size(1, 2) for _ in range(D)]
            padding = [size(0, 2) for _ in range(D)]
            spatial = [dilation[d] * (kernel[d] - 1) + 1 + size(0, 6) for d in range(D)]
            bias = {"bias": normal(K)} if random.random() < 0.5 else {}
            args = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
            if random.random() < 0.2:
                args.update(stride=1, padding="same")
            conv = getattr(F, f"conv{D}d")
            f.add(f"conv{D}d", args, {"x": normal(size(1, 3), C, *spatial), "weight": normal(K, C // groups, *kernel), **bias},
                  lambda args=args, conv=conv, **k: conv(k["x"], k["weight"], k.get("bias"), **args), second=random.random() < 0.5)  # fmt: skip
            K = groups * size(1, 4)
            bias = {"bias": normal(K)} if random.random() < 0.5 else {}
            more = [random.randint(0, max(stride[d], dilation[d]) - 1) for d in range(D)]
            padding = [min(padding[d], dilation[d] * (kernel[d] - 1)) for d in range(D)]
            args = {"stride": stride, "padding": padding, "output_padding": more, "groups": groups, "dilation": dilation}
            transposed = getattr(F, f"conv_transpose{D}d")
            spatial = [size(2, 6) for _ in range(D)]
            f2 = lambda args=args, conv=transposed, **k: conv(k["x"], k["weight"], k.get("bias"), **args)  # noqa: E731
            t.add(f"conv_transpose{D}d", args, {"x": normal(size(1, 3), C, *spatial), "weight": normal(C, K // groups, *kernel), **bias},
                  f2, second=random.random() < 0.5)  # fmt: skip
        f.write()
        t.write()


def norms():
    f = Family("batch_norm")
    for D in (1, 2, 3):
        for training in (True, False):
            for affine in (True, False):
                C, sizes = size(1, 17), [size(2, 5) for _ in range(D)]
                m = getattr(torch.nn, f"BatchNorm{D}d")(C, eps=1e-3, momentum=0.3, affine=affine).train(training)
                state = {"running_mean": normal(C), "running_var": torch.rand(C) + 0.5}
                args = {"num_features": C, "eps": 1e-3, "momentum": 0.3, "affine": affine, "track_running_stats": True, "training": training}
                inputs = {"x": normal(size(2, 5), C, *sizes)}
                if affine:
                    inputs.update(weight=normal(C), bias=normal(C))

                def run(state=state, training=training, **k):
                    return F.batch_norm(k["x"], state["running_mean"], state["running_var"], k.get("weight"), k.get("bias"), training, 0.3, 1e-3)

                full = dict(state, num_batches_tracked=torch.tensor(int(5)))
                before = {k: v.clone() for k, v in full.items()}
                state.update({k: full[k] for k in state})
                f.add(f"BatchNorm{D}d", args, inputs, run, state=before_after(before, state, training))
    f.write()
    f = Family("layer_norm")
    for normalized in ([1], [33], [3, 5], [2, 3, 4], [16]):
        x = normal(size(1, 4), *shape(1), *normalized)
        f.add("layer_norm", {"normalized_shape": normalized, "eps": 1e-4}, {"x": x, "weight": normal(normalized), "bias": normal(normalized)},
              lambda x, weight, bias, n=normalized: F.layer_norm(x, n, weight, bias, 1e-4))  # fmt: skip
        f.add("layer_norm", {"normalized_shape": normalized, "eps": 1e-5}, {"x": x}, lambda x, n=normalized: F.layer_norm(x, n))
    f.write()
    f = Family("group_norm")
    for groups, C in ((1, 7), (3, 9), (4, 16), (5, 5)):
        sizes = shape(random.randint(1, 3))
        f.add("group_norm", {"num_groups": groups, "eps": 1e-3}, {"x": normal(2, C, 3, *sizes), "weight": normal(C), "bias": normal(C)},
              lambda x, weight, bias, g=groups: F.group_norm(x, g, weight, bias, 1e-3))  # fmt: skip
    f.write()
    f = Family("instance_norm")
    for D in (1, 2, 3):
        C = size(1, 9)
        f.add("instance_norm", {"eps": 1e-4}, {"x": normal(3, C, *[size(2, 5) for _ in range(D)]), "weight": normal(C), "bias": normal(C)},
              lambda x, weight, bias: F.instance_norm(x, weight=weight, bias=bias, eps=1e-4))  # fmt: skip
    f.write()


class before_after(dict):
    """State whose values before and after a call are in different tensors."""

    def __init__(self, before, after, training):
        super().__init__(before)
        self.before, self.after, self.training, self.asked = before, after, training, 0

    def items(self):
        self.asked += 1
        if self.asked == 1:
            return self.before.items()
        count = self.before["num_batches_tracked"] + int(self.training)
        return {**self.after, "num_batches_tracked": count}.items()

    def __bool__(self):
        return True


def losses():
    f = Family("loss")
    for reduction in ("none", "mean", "sum"):
        x, t = normal(3, 7), normal(3, 7)
        r = {"reduction": reduction}
        f.add("mse_loss", r, {"x": x, "target": t}, lambda x, target: F.mse_loss(x, target, **r))
        f.add("l1_loss", r, {"x": x, "target": t}, lambda x, target: F.l1_loss(x, target, **r))
        f.add("smooth_l1_loss", {**r, "beta": 0.3}, {"x": x, "target": t}, lambda x, target: F.smooth_l1_loss(x, target, beta=0.3, **r))
        f.add("huber_loss", {**r, "delta": 1.7}, {"x": x, "target": t}, lambda x, target: F.huber_loss(x, target, delta=1.7, **r))
        p = torch.rand(5, 3)
        f.add("binary_cross_entropy", r, {"x": torch.rand(5, 3), "target": p}, lambda x, target: F.binary_cross_entropy(x, target, **r),
              fixed=("target",))  # fmt: skip
        f.add("binary_cross_entropy_with_logits", r, {"x": normal(5, 3), "target": p, "pos_weight": torch.rand(3) + 0.5},
              lambda x, target, pos_weight: F.binary_cross_entropy_with_logits(x, target, pos_weight=pos_weight, **r),
              fixed=("target", "pos_weight"))  # fmt: skip
        q = torch.softmax(normal(4, 6), 1)
        f.add("kl_div", {**r, "log_target": False}, {"x": F.log_softmax(normal(4, 6), 1), "target": q},
              lambda x, target: F.kl_div(x, target, **r), fixed=("target",))  # fmt: skip
        for smoothing in (0.0, 0.2):
            for sizes in ((5, 4), (2, 9, 3), (3, 17, 2, 2)):
                target = torch.randint(0, sizes[1], (sizes[0], *sizes[2:]))
                target.view(-1)[0] = -1
                args = {**r, "ignore_index": -1, "label_smoothing": smoothing}
                f.add("cross_entropy", args, {"x": normal(sizes), "target": target, "weight": torch.rand(sizes[1]) + 0.2},
                      lambda x, target, weight, args=args: F.cross_entropy(x, target, weight, **args), fixed=("weight",))  # fmt: skip
        target = torch.randint(0, 8, (6,))
        f.add("nll_loss", {**r, "ignore_index": -100}, {"x": F.log_softmax(normal(6, 8), 1), "target": target, "weight": torch.rand(8)},
              lambda x, target, weight: F.nll_loss(x, target, weight, **r), fixed=("weight",))  # fmt: skip
        f.add("cross_entropy_probabilities", {**r, "label_smoothing": 0.1}, {"x": normal(3, 6, 2), "target": torch.softmax(normal(3, 6, 2), 1)},
              lambda x, target: F.cross_entropy(x, target, label_smoothing=0.1, **r), fixed=("target",))  # fmt: skip
    f.write()


def pools():
    f = Family("pool")
    for D in (1, 2, 3):
        for _ in range(4):
            kernel = [size(1, 3) for _ in range(D)]
            args = {"kernel_size": kernel, "stride": [size(1, 3) for _ in range(D)], "padding": [random.randint(0, k // 2) for k in kernel]}
            x = normal(2, size(1, 17), *[size(6, 9) for _ in range(D)])
            m = {**args, "dilation": [size(1, 2) for _ in range(D)], "ceil_mode": random.random() < 0.5}
            f.add(f"max_pool{D}d", m, {"x": x}, lambda x, D=D, m=m: getattr(F, f"max_pool{D}d")(x, **m))
            a = {**args, "ceil_mode": random.random() < 0.5, "count_include_pad": random.random() < 0.5}
            f.add(f"avg_pool{D}d", a, {"x": x}, lambda x, D=D, a=a: getattr(F, f"avg_pool{D}d")(x, **a))
            out = [size(1, 5) for _ in range(D)]
            for kind in ("avg", "max"):
                name = f"adaptive_{kind}_pool{D}d"
                f.add(name, {"output_size": out}, {"x": x}, lambda x, name=name, out=out: getattr(F, name)(x, out))
    f.write()


def reductions():
    f = Family("reduction")
    for name in "sum mean var std amax amin norm".split():
        for dim in (None, [1], [0, 2], [-1]):
            for keepdim in (False, True):
                if dim is None and keepdim:
                    continue
                kwargs = {} if dim is None else {"dim": dim, "keepdim": keepdim}
                f.add(name, {"dim": dim, "keepdim": keepdim}, {"x": normal(size(2), size(2), size(2))},
                      lambda x, name=name, kwargs=kwargs: getattr(torch, name)(x, **kwargs), second=name != "norm")  # fmt: skip
    for name in ("prod", "max", "min"):
        for dim in (None, 0, 2):
            def run(x, name=name, dim=dim):
                y = getattr(torch, name)(x) if dim is None else getattr(torch, name)(x, dim, True)
                return y if isinstance(y, torch.Tensor) else y.values
            f.add(name, {"dim": dim, "keepdim": dim is not None}, {"x": normal(3, size(2), 4)}, run)
    f.add("logsumexp", {"dim": [0, 1], "keepdim": True}, {"x": normal(3, 4, 2)}, lambda x: torch.logsumexp(x, (0, 1), True))
    f.write()


def shapes():
    f = Family("view")
    x = lambda: normal(4, 3, 6)  # noqa: E731
    f.add("reshape", {"shape": [2, -1]}, {"x": x()}, lambda x: x.reshape(2, -1))
    f.add("view", {"shape": [12, 6]}, {"x": x()}, lambda x: x.view(12, 6))
    f.add("flatten", {"start_dim": 0, "end_dim": 1}, {"x": x()}, lambda x: x.flatten(0, 1))
    f.add("transpose", {"dim0": -1, "dim1": 1}, {"x": x()}, lambda x: x.transpose(-1, 1))
    f.add("permute", {"dims": [1, 2, 0]}, {"x": x()}, lambda x: x.permute(1, 2, 0))
    f.add("unsqueeze", {"dim": -1}, {"x": x()}, lambda x: x.unsqueeze(-1))
    f.add("expand", {"shape": [4, 7, -1]}, {"x": normal(4, 1, 6)}, lambda x: x.expand(4, 7, -1))
    f.add("slice", {"dim": 2, "start": 1, "end": 6, "step": 3}, {"x": x()}, lambda x: x[:, :, 1:6:3])
    f.add("select", {"dim": 0, "index": 2}, {"x": x()}, lambda x: x.select(0, 2))
    f.add("narrow", {"dim": 0, "start": 1, "length": 3}, {"x": x()}, lambda x: x.narrow(0, 1, 3))
    f.add("flip", {"dims": [1]}, {"x": x()}, lambda x: x.flip(1))
    f.add("roll", {"shifts": [-2], "dims": [2]}, {"x": x()}, lambda x: x.roll(-2, 2))
    f.add("repeat", {"repeats": [1, 3, 2]}, {"x": x()}, lambda x: x.repeat(1, 3, 2))
    f.add("cumsum", {"dim": 0}, {"x": x()}, lambda x: x.cumsum(0))
    f.add("tril", {"diagonal": -1}, {"x": x()}, lambda x: x.tril(-1))
    f.add("diagonal", {"offset": -1, "dim1": 2, "dim2": 0}, {"x": x()}, lambda x: x.diagonal(-1, 2, 0))
    f.add("chunk", {"chunks": 4, "dim": 2}, {"x": x()}, lambda x: x.chunk(4, 2))
    f.add("split", {"split_size": 2, "dim": 1}, {"x": x()}, lambda x: x.split(2, 1))
    f.add("unbind", {"dim": 1}, {"x": x()}, lambda x: x.unbind(1))
    f.add("squeeze", {"dim": -2}, {"x": normal(2, 1, 5)}, lambda x: x.squeeze(-2))
    f.add("cat", {"dim": 0}, {"a": normal(2, 3), "b": normal(1, 3)}, lambda a, b: torch.cat([a, b], 0))
    f.add("stack", {"dim": 2}, {"a": normal(2, 3), "b": normal(2, 3), "c": normal(2, 3)}, lambda a, b, c: torch.stack([a, b, c], 2))
    f.write()
    f = Family("indexing")
    index = torch.tensor([3, 0, 3, 1, 2])
    f.add("index_select", {"dim": 1}, {"x": normal(3, 5), "index": index}, lambda x, index: x.index_select(1, index))
    pick = torch.randint(0, 6, (2, 4))
    f.add("gather", {"dim": 0}, {"x": normal(6, 4), "index": pick}, lambda x, index: x.gather(0, index))
    f.add("index", {}, {"x": normal(5, 2, 3), "index": torch.tensor([-1, 2, 2])}, lambda x, index: x[index])
    mask = torch.rand(4, 6) > 0.6
    f.add("masked_select", {}, {"x": normal(4, 6), "mask": mask}, lambda x, mask: x.masked_select(mask))
    f.add("masked_fill", {"value": 7.5}, {"x": normal(4, 6), "mask": mask}, lambda x, mask: x.masked_fill(mask, 7.5))
    where = torch.randint(0, 5, (4, 3))
    f.add("scatter_add", {"dim": 1}, {"x": normal(4, 5), "index": where, "src": normal(4, 3)}, lambda x, index, src: x.scatter_add(1, index, src))
    f.add("embedding", {}, {"index": torch.randint(0, 9, (2, 7)), "weight": normal(9, 4)}, lambda index, weight: F.embedding(index, weight))
    f.add("one_hot", {"num_classes": 11}, {"index": torch.randint(0, 11, (3, 2))}, lambda index: F.one_hot(index, 11))
    f.add("topk", {"k": 3, "dim": 0}, {"x": normal(7, 4)}, lambda x: x.topk(3, 0))
    f.add("argmax", {"dim": 0}, {"x": normal(6, 5)}, lambda x: x.argmax(0))
    f.add("sort", {"dim": 0, "descending": False}, {"x": normal(9, 3)}, lambda x: x.sort(0))
    f.write()
    f = Family("pad")
    for pads, mode in (([2, 1], "reflect"), ([1, 3], "replicate"), ([2, 2], "circular"), ([0, 3, 1, 0], "constant"), ([-1, 2], "constant")):
        args = {"pad": pads, "mode": mode}
        kwargs = {"value": -1.5} if mode == "constant" else {}
        f.add("pad", {**args, **kwargs}, {"x": normal(2, 3, 7)}, lambda x, pads=pads, mode=mode, kwargs=kwargs: F.pad(x, pads, mode, **kwargs))
    f.write()
    f = Family("linear")
    for lead in ((), (1,), (33,), (2, 3)):
        f.add("linear", {}, {"x": normal(*lead, 9), "weight": normal(4, 9), "bias": normal(4)}, lambda x, weight, bias: F.linear(x, weight, bias))
    f.write()
    f = Family("matmul")
    for a, b in (((17,), (17,)), ((9,), (9, 3)), ((2, 9), (9,)), ((2, 1, 3, 4), (5, 4, 2)), ((33, 16), (16, 15))):
        f.add("matmul", {}, {"a": normal(a), "b": normal(b)}, lambda a, b: a @ b)
    f.add("mm", {}, {"a": normal(1, 8), "b": normal(8, 7)}, lambda a, b: a.mm(b))
    f.add("bmm", {}, {"a": normal(3, 1, 5), "b": normal(3, 5, 9)}, lambda a, b: a.bmm(b))
    f.add("addmm", {"beta": 1.5, "alpha": -0.5}, {"c": normal(4, 3), "a": normal(4, 6), "b": normal(6, 3)},
          lambda c, a, b: torch.addmm(c, a, b, beta=1.5, alpha=-0.5))  # fmt: skip
    f.write()


folder.mkdir(parents=True, exist_ok=True)
for make in (activations, arithmetic, convolutions, norms, losses, pools, reductions, shapes):
    make()
