"""The example of docs/onnx.md: runs the model of an ONNX file. Usage: run_onnx.py MODEL"""

import sys

# [run]
import numpy
import onnxruntime

session = onnxruntime.InferenceSession(sys.argv[1])
image = numpy.zeros((8, 1, 28, 28), dtype=numpy.float32)
(logits,) = session.run(None, {"input": image})
print(logits.argmax(axis=1), session.get_modelmeta().custom_metadata_map)
# [/run]
assert logits.shape == (8, 10)
