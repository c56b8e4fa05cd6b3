"""Makes the files beside it, with PyTorch: python make.py. Made with 2.15."""

import os
import pathlib
import subprocess
import tempfile

import torch
from torch import nn
from torch.utils import cpp_extension

HERE = pathlib.Path(__file__).parent
torch.manual_seed(0)


def save(name, value, **options):
    torch.save(value, HERE / name, **options)


# A network as its state, with what it computes.
model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Flatten(), nn.Linear(8, 3))
x = torch.randn(5, 1, 4, 4)
model(x)  # moves the running statistics
model.eval()
with torch.no_grad():
    y = model(x)
save("state.pt", model.state_dict())
optimizer = torch.optim.SGD(model.parameters(), 0.1, momentum=0.9)
model(x).square().mean().backward()
optimizer.step()
save(
    "checkpoint.pt",
    {
        "x": x,
        "y": y,
        "epoch": 3,
        "best": 0.25,
        "done": False,
        "name": "net",
        "nothing": None,
        "history": [1.5, (2, -3)],
        "large": 2**40,
        "optimizer": optimizer.state_dict(),
    },
)

# Views, shared storages, every type.
a = torch.arange(12.0).reshape(3, 4)
save(
    "strided.pt",
    {
        "whole": a,
        "transposed": a.t(),
        "columns": a[:, ::2],
        "offset": a[1:, 1:3],
        "expanded": torch.tensor([[1.5], [2.5]]).expand(2, 3),
        "channels_last": torch.arange(24.0).reshape(1, 2, 3, 4).to(memory_format=torch.channels_last),
        "empty": torch.zeros(0, 3),
        "scalar": torch.tensor(2.5),
        "parameter": nn.Parameter(a * 2),
    },
)
values = torch.tensor([0, 1, 2, 100])
types = ["bool", "uint8", "int8", "int16", "int32", "int64", "float16", "bfloat16", "float32", "float64"]
save("types.pt", {t: values.to(getattr(torch, t)) for t in types})
save("protocol4.pt", {"a": a, "b": "text"}, pickle_protocol=4)
save("tensor.pt", a)
z = torch.tensor([1 + 2j, 3 - 4j])
negative = z.conj().imag
save("negative.pt", {"negative": negative, "plain": z.imag, "parameter": nn.Parameter(negative)})
columns = torch.tensor([[0, 1], [2, 65535]], dtype=torch.uint16).t()
save("unsigned.pt", {"uint16": columns, "uint32": torch.tensor([2**32 - 1], dtype=torch.uint32)})


# What must be refused.
class Command:
    def __reduce__(self):
        return os.system, ("touch /tmp/it-was-run",)


save("malicious.pt", {"weight": a, "more": Command()})
save("module.pt", model)
save("complex.pt", {"z": torch.zeros(2, dtype=torch.complex64)})
save("legacy.pt", {"a": a}, _use_new_zipfile_serialization=False)
torch.jit.script(nn.Linear(2, 2)).save(HERE / "script.pt")

# What libtorch's C++ front end writes: objects whose attributes are the tensors.
LIBTORCH = """
#include <torch/torch.h>

struct Net : torch::nn::Module {
  torch::nn::Conv2d conv{torch::nn::Conv2dOptions(1, 2, 3)};
  torch::nn::BatchNorm2d norm{2};
  torch::nn::Linear fc{8, 3};
  Net() {
    register_module("conv", conv);
    register_module("norm", norm);
    register_module("fc", fc);
    auto x = register_buffer("x", torch::randn({2, 1, 4, 4}));
    norm->train();
    norm(conv(x));  // moves the running statistics
    norm->eval();
    register_buffer("y", fc(norm(conv(x)).flatten(1)).detach());
  }
};

int main() {
  torch::manual_seed(0);
  torch::save(std::make_shared<Net>(), "libtorch.pt");
  torch::serialize::OutputArchive archive;
  archive.write("x", torch::arange(3));
  archive.write("n", c10::IValue(3));
  archive.write("version", c10::IValue("1.5"));
  archive.save_to("libtorch_archive.pt");
}
"""
with tempfile.TemporaryDirectory() as folder:
    source, program = pathlib.Path(folder) / "make.cpp", pathlib.Path(folder) / "make"
    source.write_text(LIBTORCH)
    includes = [f"-I{path}" for path in cpp_extension.include_paths()]
    libraries = [flag for path in cpp_extension.library_paths() for flag in (f"-L{path}", f"-Wl,-rpath,{path}")]
    names = ["-ltorch", "-ltorch_cpu", "-lc10"]
    subprocess.run(["g++", "-std=c++20", source, *includes, *libraries, *names, "-o", program], check=True)
    subprocess.run([program], check=True, cwd=HERE)
