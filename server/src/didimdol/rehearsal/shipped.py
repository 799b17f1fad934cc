"""Real models that packages ship, found without importing the packages (their imports pull in gigabytes)."""

from __future__ import annotations

import importlib.util
import io
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

#: how magika 1.0 looks at a file: the first and the last bytes, without white space, padded (its config file says so)
EDGE, PADDING = 1024, 256
READ = 4096


class ModelMissing(RuntimeError):
    """A package that ships a model for the demo is not installed."""


@dataclass(frozen=True)
class ShippedModel:
    """``inputs``: how to feed it, as an application's upload form takes it."""

    package: str
    file: str
    name: str
    inputs: dict[str, dict[str, Any]]

    @property
    def path(self) -> Path:
        return _folder(self.package) / self.file


def _folder(package: str) -> Path:
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise ModelMissing(
            f"the package {package!r} is not installed: run 'make run', which installs requirements/models.txt"
        )
    return Path(found.submodule_search_locations[0])


_SPEECH: dict[str, dict[str, Any]] = {
    "input": {"shape": [1, 576], "fill": "random"},
    "state": {"shape": [2, 1, 128], "fill": "zeros"},
    "sr": {"shape": [], "fill": 16000},
}

VOICE = ShippedModel("silero_vad", "data/silero_vad_16k_op15.onnx", "silero_vad_16k_op15.onnx", _SPEECH)
VOICE_HALF = ShippedModel(
    "silero_vad", "data/silero_vad_half.onnx", "silero_vad_half.onnx", {k: v for k, v in _SPEECH.items() if k != "sr"}
)
VOICE_BIG = ShippedModel("silero_vad", "data/silero_vad.onnx", "silero_vad.onnx", _SPEECH)
FILE_TYPE = ShippedModel(
    "magika",
    "models/standard_v3_3/model.onnx",
    "file-type-v3.onnx",
    {"bytes": {"shape": [1, 2 * EDGE], "fill": "random"}},
)

#: file name endings whose label in magika's list has the same meaning
LABELS = {
    ".py": "python", ".js": "javascript", ".css": "css", ".html": "html", ".json": "json", ".c": "c", ".h": "c", ".png": "png",
    ".woff2": "woff2", ".toml": "toml", ".svg": "svg", ".pyi": "python", ".po": "po", ".zip": "zip", ".csv": "csv",
}  # fmt: skip


def file_type_dataset(folders: list[Path], *, each: int = 40) -> bytes:
    """A labelled data set (.npz) for the file-type model, from files on this machine; the name's ending is the label."""
    config = json.loads((_folder("magika") / "models/standard_v3_3/config.min.json").read_text())
    labels: list[str] = config["target_labels_space"]
    taken: dict[str, int] = {}
    rows: list[np.ndarray[Any, Any]] = []
    truth: list[int] = []
    for path in sorted(p for folder in folders for p in folder.rglob("*")):
        label = LABELS.get(path.suffix)
        if (
            label is None
            or label not in labels
            or taken.get(label, 0) >= each
            or not path.is_file()
            or path.is_symlink()
        ):
            continue
        if not 200 <= path.stat().st_size <= 300_000:
            continue
        rows.append(_features(path.read_bytes()))
        truth.append(labels.index(label))
        taken[label] = taken.get(label, 0) + 1
    packed = io.BytesIO()
    arrays: dict[str, np.ndarray[Any, Any]] = {
        "bytes": np.stack(rows).astype(np.int32),
        "labels": np.array(truth, dtype=np.int64),
    }
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            part = io.BytesIO()
            np.save(part, array, allow_pickle=False)
            # A fixed date, so that the same files give the same bytes.
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", (2025, 1, 1, 0, 0, 0)), part.getvalue())
    return packed.getvalue()


def _features(content: bytes) -> np.ndarray[Any, Any]:
    first = content[:READ].lstrip()[:EDGE]
    last = content[-READ:].rstrip()[-EDGE:]
    row = np.full(2 * EDGE, PADDING, dtype=np.int32)
    row[: len(first)] = np.frombuffer(first, dtype=np.uint8)
    row[2 * EDGE - len(last) :] = np.frombuffer(last, dtype=np.uint8)
    return row
