"""Reads a folder of event files by TensorBoard's own reader and prints what it found as JSON.

usage: read.py FOLDER
"""

import base64
import json
import sys

from tensorboard.backend.event_processing import event_accumulator

events = event_accumulator.EventAccumulator(
    sys.argv[1], size_guidance={kind: 0 for kind in event_accumulator.DEFAULT_SIZE_GUIDANCE}  # 0: keep all
)
events.Reload()
tags = events.Tags()


def histogram(event):
    value = event.histogram_value
    numbers = [value.min, value.max, value.num, value.sum, value.sum_squares]
    return [event.step, numbers, list(value.bucket_limit), list(value.bucket)]


def image(event):
    return [event.step, event.width, event.height, base64.b64encode(event.encoded_image_string).decode()]


print(
    json.dumps(
        {
            "scalars": {tag: [[event.step, event.value] for event in events.Scalars(tag)] for tag in tags["scalars"]},
            "images": {tag: [image(event) for event in events.Images(tag)] for tag in tags["images"]},
            "histograms": {tag: [histogram(event) for event in events.Histograms(tag)] for tag in tags["histograms"]},
        }
    )
)
