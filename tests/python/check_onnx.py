"""onnx checks what export_onnx writes, and onnxruntime computes the same from it.

Usage: check_onnx.py ONNX_ZOO FOLDER
"""

import pathlib
import shutil
import subprocess
import sys

import numpy
import onnx
import onnxruntime

zoo, folder = sys.argv[1], pathlib.Path(sys.argv[2])
shutil.rmtree(folder, ignore_errors=True)
folder.mkdir(parents=True)
written = subprocess.run([zoo, folder], check=False)


def check(path):
    onnx.checker.check_model(str(path), full_check=True)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    values = numpy.load(path.with_suffix(".npz"))
    inputs = {put.name: values[f"input_{i}"] for i, put in enumerate(session.get_inputs())}
    differences = []
    for i, (output, value) in enumerate(zip(session.run(None, inputs), session.get_outputs(), strict=True)):
        expected = values[f"output_{i}"]
        assert output.dtype == expected.dtype and output.shape == expected.shape, (output.shape, expected.shape)
        assert all(isinstance(a, str) or a == b for a, b in zip(value.shape, expected.shape, strict=True)), value.shape
        differences.append(abs(output - expected).max() / max(1, abs(expected).max()))
    return max(differences)


failed = []
paths = sorted(folder.glob("*.onnx"))
for path in paths:
    try:
        difference = check(path)
        print(f"{path.stem}: {difference:.1e}")
        if not difference <= 1e-5:
            failed.append(f"{path.stem}: differs by {difference:.1e}")
    except Exception as error:  # pylint: disable=broad-except
        failed.append(f"{path.stem}: {error}")
model = onnx.load(folder / "lenet_batch.onnx")
parameters = {tensor.name for tensor in model.graph.initializer}
assert {"0.weight", "1.running_mean", "1.weight", "13.bias"} <= parameters, parameters
assert (model.producer_name, model.opset_import[0].version, model.ir_version) == ("reel", 20, 9), model
example = pathlib.Path(__file__).parent / "run_onnx.py"
subprocess.run([sys.executable, example, folder / "lenet_batch.onnx"], check=True)
print("\n".join(failed), file=sys.stderr)
assert written.returncode == 0 and not failed and len(paths) > 100, f"{len(failed)} of {len(paths)} failed"
