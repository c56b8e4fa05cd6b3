"""A network's state goes from reel to PyTorch and back, and computes the same on both sides.

Usage: check_torch.py EXCHANGE FOLDER
"""

import json
import pathlib
import shutil
import struct
import subprocess
import sys

import numpy
import torch
from torch import nn

exchange, folder = sys.argv[1], pathlib.Path(sys.argv[2])
shutil.rmtree(folder, ignore_errors=True)
folder.mkdir(parents=True)


def make_net():
    return nn.Sequential(nn.Conv2d(2, 4, 3, groups=2), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(16, 3))


def read_safetensors(path):
    """As the package does; so that this test needs PyTorch alone."""
    data = path.read_bytes()
    (size,) = struct.unpack("<Q", data[:8])
    types = {"F32": torch.float32, "I64": torch.int64}
    state = {}
    for name, entry in json.loads(data[8 : 8 + size]).items():
        begin, end = (8 + size + offset for offset in entry["data_offsets"])
        flat = torch.frombuffer(bytearray(data[begin:end]), dtype=types[entry["dtype"]])
        state[name] = flat.reshape(entry["shape"])
    return state


subprocess.run([exchange, "write-net", folder], check=True)
net = make_net()
state = read_safetensors(folder / "reel.safetensors")
assert list(state) == list(net.state_dict()), list(state)
net.load_state_dict(state, strict=True)
assert net[1].num_batches_tracked == 1
data = numpy.load(folder / "reel.npz")
with torch.no_grad():
    y = net.eval()(torch.from_numpy(data["x"])).numpy()
assert numpy.allclose(y, data["y"], rtol=1e-4, atol=1e-5), abs(y - data["y"]).max()

torch.manual_seed(1)
net, x = make_net(), torch.randn(5, 2, 4, 4)
net(x)
net.eval()
torch.save(net.state_dict(), folder / "torch.pt")
torch.save(net.state_dict(), folder / "torch-protocol4.pt", pickle_protocol=4)
with torch.no_grad():
    numpy.savez(folder / "torch.npz", x=x.numpy(), y=net(x).numpy())
subprocess.run([exchange, "read-net", folder], check=True)
