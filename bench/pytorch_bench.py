#!/usr/bin/env python3
"""Times the cases of reel_bench in PyTorch, with the same options and the same lines of JSON.

Usage: pytorch_bench.py [--list] [--only REGEX] [--threads N] [--budget SECONDS] [--mode eager|channels_last|compile]
"""
import argparse
import json
import re
import time

import torch
import torch.nn.functional as F
from torch import nn


def conv3x3(inputs, outputs, stride=1):
    return nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False)


def norm(channels, group_norm):
    return nn.GroupNorm(8, channels) if group_norm else nn.BatchNorm2d(channels)


class ResidualBlock(nn.Module):
    def __init__(self, inputs, outputs, stride, group_norm):
        super().__init__()
        self.branch = nn.Sequential(conv3x3(inputs, outputs, stride), norm(outputs, group_norm), nn.ReLU(),
                                    conv3x3(outputs, outputs), norm(outputs, group_norm))
        self.shortcut = nn.Sequential()
        if inputs != outputs or stride != 1:
            self.shortcut = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride=stride, bias=False),
                                          norm(outputs, group_norm))

    def forward(self, x):
        return torch.relu(self.branch(x) + self.shortcut(x))


class ChannelNorm(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.norm = nn.LayerNorm(channels)

    def forward(self, x):
        return self.norm(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class ConvNextBlock(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.spatial = nn.Conv2d(channels, channels, 7, padding=3, groups=channels)
        self.norm = nn.LayerNorm(channels)
        self.mlp = nn.Sequential(nn.Linear(channels, 4 * channels), nn.GELU(), nn.Linear(4 * channels, channels))

    def forward(self, x):
        rows = self.norm(self.spatial(x).permute(0, 2, 3, 1))
        return x + self.mlp(rows).permute(0, 3, 1, 2)


def head2d(channels):
    return [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 10)]


def lenet5():
    return nn.Sequential(nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(),
                         nn.MaxPool2d(2), nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(),
                         nn.Linear(84, 10))


def mnistnet():
    return nn.Sequential(nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
                         nn.Dropout(0.25), nn.Flatten(), nn.Linear(9216, 128), nn.ReLU(), nn.Dropout(0.5),
                         nn.Linear(128, 10))


def resnet20(group_norm=False):
    layers = [conv3x3(3, 16), norm(16, group_norm), nn.ReLU()]
    inputs = 16
    for width in (16, 32, 64):
        for i in range(3):
            layers.append(ResidualBlock(inputs, width, 2 if i == 0 and width > 16 else 1, group_norm))
            inputs = width
    return nn.Sequential(*layers, *head2d(64))


def vggsmall():
    layers = []
    inputs = 3
    for outputs in (64, 64, 'pool', 128, 128, 'pool', 256, 256):
        if outputs == 'pool':
            layers.append(nn.MaxPool2d(2))
            continue
        layers += [conv3x3(inputs, outputs), nn.BatchNorm2d(outputs), nn.ReLU()]
        inputs = outputs
    return nn.Sequential(*layers, *head2d(256))


def mobile():
    layers = [conv3x3(3, 32), nn.BatchNorm2d(32), nn.ReLU()]
    inputs = 32
    for width, stride in ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1)):
        layers += [nn.Conv2d(inputs, inputs, 3, stride=stride, padding=1, groups=inputs, bias=False),
                   nn.BatchNorm2d(inputs), nn.ReLU(),
                   nn.Conv2d(inputs, width, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU()]
        inputs = width
    return nn.Sequential(*layers, *head2d(inputs))


def convnext():
    return nn.Sequential(nn.Conv2d(3, 48, 4, stride=4), ChannelNorm(48), ConvNextBlock(48), ConvNextBlock(48),
                         nn.Conv2d(48, 96, 2, stride=2), ConvNextBlock(96), ConvNextBlock(96), *head2d(96))


def m5():
    layers = []
    for inputs, outputs, kernel, stride in ((1, 32, 80, 4), (32, 32, 3, 1), (32, 64, 3, 1), (64, 64, 3, 1)):
        layers += [nn.Conv1d(inputs, outputs, kernel, stride=stride), nn.BatchNorm1d(outputs), nn.ReLU(),
                   nn.MaxPool1d(4)]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(64, 10))


def vox():
    layers = []
    for inputs, outputs in ((1, 16), (16, 32), (32, 64)):
        layers += [nn.Conv3d(inputs, outputs, 3, padding=1), nn.GroupNorm(8, outputs), nn.ReLU(), nn.MaxPool3d(2)]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool3d(1), nn.Flatten(), nn.Linear(64, 10))


def mlp():
    return nn.Sequential(nn.Linear(32, 64), nn.ReLU(), nn.Linear(64, 64), nn.Sigmoid(), nn.LayerNorm(64),
                         nn.Linear(64, 10))


NETWORKS = {
    'lenet5_b1': (lenet5, (1, 1, 28, 28)),
    'lenet5_b64': (lenet5, (64, 1, 28, 28)),
    'mnistnet_b64': (mnistnet, (64, 1, 28, 28)),
    'resnet20_b128': (resnet20, (128, 3, 32, 32)),
    'resnet20gn_b8': (lambda: resnet20(True), (8, 3, 32, 32)),
    'vggsmall_b32': (vggsmall, (32, 3, 32, 32)),
    'mobile_b32': (mobile, (32, 3, 32, 32)),
    'convnext_b32': (convnext, (32, 3, 32, 32)),
    'm5_b32': (m5, (32, 1, 8000)),
    'vox_b4': (vox, (4, 1, 32, 32, 32)),
    'mlp_b8': (mlp, (8, 32)),
}


def conv(channels, outputs, kernel, size, padding=0, stride=1, groups=1):
    """A convolution of as many dimensions as `size` has after the batch."""
    dims = len(size) - 1
    function = (F.conv1d, F.conv2d, F.conv3d)[dims - 1]
    x = torch.randn(size[0], channels, *size[1:])
    w, b = torch.randn(outputs, channels // groups, *[kernel] * dims) * 0.1, torch.randn(outputs)
    return (lambda x, w, b: function(x, w, b, stride, padding, 1, groups)), [x, w, b]


def linear(rows, inputs, outputs):
    return F.linear, [torch.randn(rows, inputs), torch.randn(outputs, inputs) * 0.1, torch.randn(outputs)]


def batch_norm(*sizes):
    mean, var = torch.zeros(sizes[1]), torch.ones(sizes[1])
    return ((lambda x, w, b: F.batch_norm(x, mean, var, w, b, True)),
            [torch.randn(sizes), torch.ones(sizes[1]), torch.zeros(sizes[1])])


OPERATIONS = {
    'conv2d_64_64_k3_56_b16': lambda: conv(64, 64, 3, (16, 56, 56), 1),
    'conv2d_16_16_k3_32_b128': lambda: conv(16, 16, 3, (128, 32, 32), 1),
    'conv2d_3_64_k7s2_224_b8': lambda: conv(3, 64, 7, (8, 224, 224), 3, 2),
    'conv2d_256_64_k1_56_b16': lambda: conv(256, 64, 1, (16, 56, 56)),
    'conv2d_128_128_k3s2_28_b32': lambda: conv(128, 128, 3, (32, 28, 28), 1, 2),
    'conv2d_dw64_k3_56_b16': lambda: conv(64, 64, 3, (16, 56, 56), 1, 1, 64),
    'conv2d_1_32_k3_28_b64': lambda: conv(1, 32, 3, (64, 28, 28)),
    'conv2d_256_256_k3_8_b32': lambda: conv(256, 256, 3, (32, 8, 8), 1),
    'conv1d_64_64_k3_1024_b16': lambda: conv(64, 64, 3, (16, 1024), 1),
    'conv3d_16_32_k3_16_b8': lambda: conv(16, 32, 3, (8, 16, 16, 16), 1),
    'linear_1024_1024_b256': lambda: linear(256, 1024, 1024),
    'linear_128_10_b64': lambda: linear(64, 128, 10),
    'batchnorm2d_64_56_b32': lambda: batch_norm(32, 64, 56, 56),
    'groupnorm8_64_56_b32': lambda: ((lambda x, w, b: F.group_norm(x, 8, w, b)),
                                     [torch.randn(32, 64, 56, 56), torch.ones(64), torch.zeros(64)]),
    'layernorm_768_4096': lambda: ((lambda x, w, b: F.layer_norm(x, (768,), w, b)),
                                   [torch.randn(4096, 768), torch.ones(768), torch.zeros(768)]),
    'relu_6M': lambda: (torch.relu, [torch.randn(6400000)]),
    'sigmoid_6M': lambda: (torch.sigmoid, [torch.randn(6400000)]),
    'maxpool2_64_56_b32': lambda: ((lambda x: F.max_pool2d(x, 2)), [torch.randn(32, 64, 56, 56)]),
    'relu_tiny': lambda: (torch.relu, [torch.randn(4, 4)]),
    'linear_tiny': lambda: linear(4, 4, 4),
    'conv2d_tiny': lambda: conv(2, 2, 3, (1, 5, 5)),
    'batchnorm_tiny': lambda: batch_norm(2, 2, 3, 3),
}


def measure(budget, function):
    """Median and least time of a run in ms, as bench/timing.h takes them."""
    start, runs = time.perf_counter(), 0
    while runs < 2 or time.perf_counter() - start < budget / 4:
        function()
        runs += 1
    each = (time.perf_counter() - start) / runs
    batch = int(1e-4 / each) + 1 if each < 1e-4 else 1
    samples, start = [], time.perf_counter()
    while len(samples) < 5 or time.perf_counter() - start < budget:
        begin = time.perf_counter()
        for _ in range(batch):
            function()
        samples.append((time.perf_counter() - begin) / batch * 1e3)
    samples.sort()
    return samples[len(samples) // 2], samples[0]


def images_last(x):
    formats = {4: torch.channels_last, 5: torch.channels_last_3d}
    return x.to(memory_format=formats[x.dim()]) if x.dim() in formats else x


def status(name):
    """A line of what Linux says of the memory of this process, in bytes."""
    for line in open('/proc/self/status'):
        if line.startswith(name + ':'):
            return int(line.split()[1]) << 10
    return 0


class PeakMemory:
    """As in peak_memory.h: the most that is held beyond what it began with, without mapped files."""

    def __init__(self):
        with open('/proc/self/clear_refs', 'w') as file:
            file.write('5')
        self.before = status('RssAnon')

    def bytes(self):
        return status('VmHWM') - status('RssFile') - self.before


def time_network(name, mode, budget):
    memory = PeakMemory()
    make, size = NETWORKS[name]
    model, x, target = make(), torch.randn(size), torch.randint(0, 10, (size[0],))
    if mode == 'channels_last':
        x = images_last(x)
        for p in model.parameters():
            p.data = images_last(p.data)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    run = torch.compile(model) if mode == 'compile' else model

    def step():
        optimizer.zero_grad()
        F.cross_entropy(run(x), target).backward()
        optimizer.step()

    median, least = measure(budget, step)
    return {'ms': median, 'min_ms': least, 'memory': memory.bytes()}


def time_operation(name, mode, budget):
    function, tensors = OPERATIONS[name]()
    if mode == 'channels_last':
        tensors = [images_last(t) for t in tensors]
    for t in tensors:
        t.requires_grad_(True)
    run = torch.compile(function) if mode == 'compile' else function
    grad = torch.randn_like(function(*tensors))

    def forward():
        with torch.no_grad():
            run(*tensors)

    def both():
        for t in tensors:
            t.grad = None
        run(*tensors).backward(grad)

    return {'fwd_ms': measure(budget / 2, forward)[0], 'fwdbwd_ms': measure(budget / 2, both)[0]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--list', action='store_true')
    parser.add_argument('--only', default='.*')
    parser.add_argument('--threads', type=int, default=1)
    parser.add_argument('--budget', type=float, default=1)
    parser.add_argument('--mode', default='eager', choices=('eager', 'channels_last', 'compile'))
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    for names, kind, timed in ((NETWORKS, 'train', time_network), (OPERATIONS, 'op', time_operation)):
        for name in names:
            if not re.search(args.only, name):
                continue
            if args.list:
                print(name)
                continue
            row = {'case': name, 'kind': kind, 'threads': args.threads, 'mode': args.mode}
            print(json.dumps(row | timed(name, args.mode, args.budget)), flush=True)


if __name__ == '__main__':
    main()
