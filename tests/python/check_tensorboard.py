"""TensorBoard's own reader reads what SummaryWriter writes.

Usage: check_tensorboard.py EXCHANGE FOLDER
"""

import io
import pathlib
import shutil
import subprocess
import sys

import numpy
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

exchange, folder = sys.argv[1], pathlib.Path(sys.argv[2])
shutil.rmtree(folder, ignore_errors=True)
folder.mkdir(parents=True)
subprocess.run([exchange, "events", folder], check=True)

events = EventAccumulator(str(folder), size_guidance={"scalars": 0, "histograms": 0, "images": 0, "tensors": 0})
events.Reload()
tags = events.Tags()
assert tags["scalars"] == ["loss"] and tags["histograms"] == ["values"], tags
assert sorted(tags["images"]) == ["grey", "ramp"] and sorted(tags["tensors"]) == [
    "model/text_summary",
    "note/text_summary",
], tags
scalars = events.Scalars("loss")
assert [s.step for s in scalars] == list(range(5)), scalars
assert numpy.array_equal(numpy.float32([s.value for s in scalars]), 1 / numpy.float32([1, 2, 3, 4, 5])), scalars

values = (numpy.arange(100) - 20) / 8
histogram = events.Histograms("values")[0].histogram_value
assert (histogram.min, histogram.max, histogram.num) == (values.min(), values.max(), 100), histogram
assert histogram.sum == values.sum() and histogram.sum_squares == (values**2).sum()
limits = numpy.array(histogram.bucket_limit)
assert (numpy.diff(limits) > 0).all()
edges = numpy.concatenate([[-numpy.inf], limits])
assert list(histogram.bucket) == list(numpy.histogram(values, edges)[0]), histogram.bucket
assert histogram.bucket[0] == 0 and histogram.bucket[-1] > 0

ramp = events.Images("ramp")[0]
pixels = numpy.asarray(Image.open(io.BytesIO(ramp.encoded_image_string)))
assert (ramp.height, ramp.width) == (2, 3) and pixels.shape == (2, 3, 3)
expected = numpy.clip(numpy.arange(18).reshape(3, 2, 3) / 16 * 255, 0, 255).astype("uint8").transpose(1, 2, 0)
assert (pixels == expected).all(), pixels
grey = numpy.asarray(Image.open(io.BytesIO(events.Images("grey")[0].encoded_image_string)))
assert (grey == numpy.arange(6).reshape(2, 3)).all(), grey


def text(tag):
    event = events.Tensors(tag)[0]
    assert events.SummaryMetadata(tag).plugin_data.plugin_name == "text"
    return event.tensor_proto.string_val[0].decode()


assert text("note/text_summary") == "# A note\nwith *emphasis*, ä"
assert text("model/text_summary").startswith("    Linear(in_features=2, out_features=3")
