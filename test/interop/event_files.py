"""Everything that TensorBoard's own reader finds in the event files of a folder."""

import logging

from peer import serve
from tensorboard.backend.event_processing.event_accumulator import SCALARS, TENSORS, EventAccumulator
from tensorboard.util import tensor_util

EVERYTHING = {SCALARS: 0, TENSORS: 0}


def found(folder):
    reader = EventAccumulator(folder, size_guidance=EVERYTHING)
    reader.Reload()
    tags = reader.Tags()
    return {
        "scalars": {tag: [[event.step, event.value] for event in reader.Scalars(tag)] for tag in tags["scalars"]},
        "texts": {tag: [text(event) for event in reader.Tensors(tag)] for tag in tags["tensors"]},
        "plugins": {tag: reader.SummaryMetadata(tag).plugin_data.plugin_name for tag in tags["tensors"]},
    }


def text(event):
    return tensor_util.make_ndarray(event.tensor_proto).item().decode("utf-8")


def answer(request, folder):
    logging.disable(logging.WARNING)
    return [found(each) for each in request["folders"]]


serve(answer)
