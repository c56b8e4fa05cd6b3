"""The tensors that exchange.cpp makes too, by name: "<dtype>_<number of the shape>"."""

import numpy

SHAPES = [(), (0, 4), (2, 3), (3, 1, 5), (17,)]
DTYPES = ["bool", "uint8", "int8", "int16", "int32", "int64", "float32", "float64"]


def sample(dtype, shape):
    count = int(numpy.prod(shape))
    values = (numpy.arange(count) * 37 + 11) % 101
    if dtype == "bool":
        values = values % 2 == 1
    elif dtype.startswith("float") or dtype == "bfloat16":
        values = values / 8 - 3
    return values.reshape(shape).astype(dtype)


def samples(dtypes=DTYPES):
    return {f"{d}_{i}": sample(d, s) for d in dtypes for i, s in enumerate(SHAPES)}


def check(found, where, expected=None):
    expected = samples() if expected is None else expected
    assert set(found) == set(expected), f"{where}: {sorted(set(found) ^ set(expected))}"
    for name, array in expected.items():
        got = found[name]
        assert got.dtype == array.dtype and got.shape == array.shape, f"{where}: {name}: {got.dtype} {got.shape}"
        assert numpy.array_equal(got, array), f"{where}: {name}"
