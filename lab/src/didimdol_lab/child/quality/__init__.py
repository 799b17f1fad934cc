"""What the model does with each example of a sealed data set: counts and errors, by the data set's task."""

from __future__ import annotations

from typing import Any

from .. import runtimes
from ..channel import Channel
from ..instruments import Instruments
from . import dataset
from .answers import Answers
from .classes import Binary, Classification
from .detection import Detection
from .feeding import batches
from .numbers import Regression, Similarity
from .transcription import Transcription

_TASKS: dict[str, type[Answers]] = {
    "classification": Classification,
    "binary": Binary,
    "detection": Detection,
    "transcription": Transcription,
    "regression": Regression,
    "similarity": Similarity,
}


def run(
    request: dict[str, Any], files: dict[str, str], channel: Channel, instruments: Instruments
) -> dict[str, Any]:
    channel.progress("accuracy", 0, 0)
    loaded = runtimes.load(files, runtimes.Wanted.of(request))
    task = request["task"]
    own, fed = dataset.split(dataset.read(files["dataset.npz"], task), task, loaded.inputs)
    total = len(next(iter(fed.values())))
    answers = _TASKS[task](own, total, [each.name for each in loaded.outputs])
    for start, rows, outputs, size in batches(loaded, fed, request, one_by_one=answers.one_by_one):
        answers.add(start, rows, outputs, size)
        channel.progress("accuracy", start + rows, total)
    told = answers.report()
    return {"quality": None if told is None else {"task": task, **told}, "right": answers.counted()}
