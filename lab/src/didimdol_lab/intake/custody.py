"""Take a handed-in file into a private folder: plain file, size, hash, archive, magic; nothing parsed yet."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..refusals import refuse
from . import archives

_CHUNK = 1 << 20


@dataclass(frozen=True)
class Custody:
    """A private copy. `files`: as the sandbox sees them, `model.onnx`, or `model.tflite`, or `model.xml` with
    `model.bin`. `sha256` is that of the file as handed in; `size_bytes` the model's own size."""

    files: Mapping[str, Path]
    sha256: str
    size_bytes: int
    container: Literal["none", "zip", "tar"]

    @property
    def format(self) -> Literal["onnx", "openvino", "tflite"]:
        if "model.onnx" in self.files:
            return "onnx"
        return "tflite" if "model.tflite" in self.files else "openvino"


def _copy(source: Path, target: Path, max_bytes: int) -> tuple[str, int]:
    """Copy bytes, not names: a link or device is refused, and swapping the file meanwhile gains nothing."""
    try:
        handle = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as problem:
        if source.is_symlink():
            raise refuse("not_regular_file", kind="symbolic link", file=source.name) from None
        raise refuse("not_found", file=source.name, error=problem.strerror) from None
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode):
        os.close(handle)
        raise refuse("not_regular_file", kind="not a regular file", file=source.name)
    with os.fdopen(handle, "rb") as reader:
        if status.st_nlink > 1:
            raise refuse("not_regular_file", kind=f"{status.st_nlink} hard links", file=source.name)
        if status.st_size > max_bytes:
            raise refuse("too_large", size=status.st_size, limit=max_bytes)
        digest = hashlib.sha256()
        size = 0
        with open(target, "xb") as writer:
            while chunk := reader.read(_CHUNK):
                size += len(chunk)
                if size > max_bytes:
                    raise refuse("too_large", size=f"> {max_bytes}", limit=max_bytes)
                digest.update(chunk)
                writer.write(chunk)
    if size == 0:
        raise refuse("empty", file=source.name)
    return digest.hexdigest(), size


def _require_onnx_start(path: Path) -> None:
    """A protobuf starts with a field tag; name the common other formats."""
    with open(path, "rb") as reader:
        head = reader.read(512)
    if head[4:8] == b"TFL3":
        raise refuse("unsupported_format", found="LiteRT / TFLite")
    for start, name in (
        (b"\x1f\x8b", "gzip"),
        (b"\x89HDF", "Keras / HDF5"),
        (b"7z\xbc\xaf", "7z"),
        (b"\x80", "pickle"),
        (b"<", "XML"),
        (b"GGUF", "GGUF"),
        (b"PK\x03\x04", "zip in an archive"),
    ):
        if head.startswith(start):
            raise refuse("unsupported_format", found=name)
    # Fields of ModelProto are numbered 1 to 25, as varint (0) or length-delimited (2).
    if not 1 <= head[0] >> 3 <= 25 or head[0] & 7 not in (0, 2):
        raise refuse("unsupported_format", found="unknown")


@contextlib.contextmanager
def hold(
    path: str | os.PathLike[str], *, max_bytes: int, declared_sha256: str | None = None
) -> Iterator[Custody]:
    """A private copy of the model in `path`, gone on leaving. Raises Refused (lab.md 6.3, 1-3)."""
    with tempfile.TemporaryDirectory(prefix="didimdol-lab-") as folder:
        private = Path(folder)
        handed = private / "handed-in"
        digest, size = _copy(Path(path), handed, max_bytes)
        if declared_sha256 is not None and digest != declared_sha256.lower():
            raise refuse("hash_mismatch", declared=declared_sha256, found=digest)
        model = private / "model.onnx"
        container = archives.kind(handed)
        if container == "none":
            handed.rename(model)
        else:
            size = archives.extract_model(handed, container, model, max_bytes)
            handed.unlink()
        _require_onnx_start(model)
        model.chmod(0o400)
        yield Custody({"model.onnx": model}, digest, size, container)


@contextlib.contextmanager
def take_dataset(
    path: str | os.PathLike[str], *, max_bytes: int, declared_sha256: str | None
) -> Iterator[Path]:
    """A private copy of a data set, gone again on leaving: data sets are sealed. Raises Refused."""
    with tempfile.TemporaryDirectory(prefix="didimdol-lab-") as folder:
        target = Path(folder) / "dataset.npz"
        digest, _ = _copy(Path(path), target, max_bytes)
        if declared_sha256 is not None and digest != declared_sha256:
            raise refuse("hash_mismatch", declared=declared_sha256, found=digest)
        target.chmod(0o400)
        yield target
