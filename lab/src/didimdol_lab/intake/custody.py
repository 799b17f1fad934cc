"""Take a handed-in file into a private folder: plain file, size, hash, archive, magic; nothing parsed yet."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import tempfile
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..contract.plan import Limits
from ..refusals import refuse
from . import archives
from .archives import Container
from .choosing import Format, choose
from .packing import pack

_CHUNK = 1 << 20


@dataclass(frozen=True)
class Custody:
    """A private copy. `files`: as the sandbox sees them, `model.onnx`, with `model.data` where its weights stand
    there, or `model.tflite`, or `model.xml` with `model.bin`. `sha256` is that of the file as handed in;
    `size_bytes` the model's own size, all its files together."""

    files: Mapping[str, Path]
    sha256: str
    size_bytes: int
    container: Container

    @property
    def format(self) -> Format:
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


def _recognise(path: Path) -> Literal["onnx", "tflite"]:
    """By its first bytes, not by its name. Raises Refused(unsupported_format | ir_incomplete)."""
    with open(path, "rb") as reader:
        head = reader.read(512)
    if head[4:8] == b"TFL3":
        return "tflite"
    # With or without a byte order mark: an IR's .xml, which says where the weights are but holds none.
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith((b"<?xml", b"<net")):
        raise refuse("ir_incomplete", file=path.name)
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
    return "onnx"


def _named(path: Path, kind: str) -> dict[str, Path]:
    model = path.with_name(f"model.{kind}")
    path.rename(model)
    return {model.name: model}


@dataclass(frozen=True)
class _Packing:
    """What the sandbox needs where an archive's ONNX is rewritten."""

    max_bytes: int
    limits: Limits
    cancel: threading.Event | None
    use_bubblewrap: bool | None


def _unpack(handed: Path, container: Container, how: _Packing) -> tuple[dict[str, Path], int]:
    """The model's files out of an archive, and their size together."""
    with archives.opened(handed, container) as entries:
        chosen = choose(entries)
        main = handed.with_name("main")
        with open(main, "xb") as writer:
            size = chosen.main.copy(writer, how.max_bytes)
        if chosen.format == "openvino":
            weights = handed.with_name("model.bin")
            with open(weights, "xb") as writer:
                size += chosen.beside[0].copy(writer, how.max_bytes - size)
            return {**_named(main, "xml"), "model.bin": weights}, size
        files = _named(main, _recognise(main))
        if "model.onnx" in files and chosen.beside:
            packed = pack(
                files["model.onnx"], chosen.beside, how.max_bytes, how.limits, how.cancel, how.use_bubblewrap
            )
            if packed is not None:
                data, copied = packed
                files |= {"model.data": data}
                size = files["model.onnx"].stat().st_size + copied
        return files, size


@contextlib.contextmanager
def hold(
    path: str | os.PathLike[str],
    *,
    max_bytes: int,
    declared_sha256: str | None = None,
    limits: Limits | None = None,
    cancel: threading.Event | None = None,
    use_bubblewrap: bool | None = None,
) -> Iterator[Custody]:
    """A private copy of the model in `path`, gone on leaving. Raises Refused (lab.md 6.3, 1-3).

    `limits`, `cancel` and `use_bubblewrap` are for the sandbox that an ONNX with external data is rewritten in.
    """
    with tempfile.TemporaryDirectory(prefix="didimdol-lab-") as folder:
        handed = Path(folder) / "handed-in"
        digest, size = _copy(Path(path), handed, max_bytes)
        if declared_sha256 is not None and digest != declared_sha256.lower():
            raise refuse("hash_mismatch", declared=declared_sha256, found=digest)
        container = archives.kind(handed)
        if container == "none":
            files = _named(handed, _recognise(handed))
        else:
            packing = _Packing(max_bytes, limits or Limits(), cancel, use_bubblewrap)
            files, size = _unpack(handed, container, packing)
            handed.unlink()
        for each in files.values():
            each.chmod(0o400)
        yield Custody(files, digest, size, container)


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
