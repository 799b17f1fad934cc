"""Take the one model out of a zip or tar. Nothing is extracted by name, so no entry can choose a path."""

from __future__ import annotations

import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Literal

from ..refusals import Refused, refuse

MAX_ENTRIES = 1000
MAX_RATIO = 200
MAX_DIRECTORY = 1_000_000
_CHUNK = 1 << 20
_END_RECORD = 22
_ZIP64_LOCATOR = 20

Container = Literal["none", "zip", "tar"]


def kind(path: Path) -> Container:
    """By content, not by name."""
    with open(path, "rb") as reader:
        head = reader.read(512)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    return "tar" if head[257:262] == b"ustar" else "none"


def _require_inside(name: str) -> None:
    path = PurePosixPath(name.replace("\\", "/"))
    windows_drive = len(name) > 1 and name[1] == ":"
    if path.is_absolute() or ".." in path.parts or windows_drive or "\0" in name:
        raise refuse("archive_unsafe_path", name=name)


def _copy_out(reader: IO[bytes], target: Path, max_bytes: int) -> int:
    size = 0
    with open(target, "xb") as writer:
        while chunk := reader.read(_CHUNK):
            size += len(chunk)
            if size > max_bytes:
                raise refuse("archive_bomb", limit=max_bytes)
            writer.write(chunk)
    if size == 0:
        raise refuse("empty", file="archive entry")
    return size


def _require_small_directory(path: Path) -> None:
    """Look at a zip's end record before zipfile does: it holds the whole directory in memory, unasked.

    Zip64 is refused too; it is for archives beyond 4 GB or 65,535 entries. Raises Refused(archive_bomb).
    """
    with open(path, "rb") as reader:
        reader.seek(max(0, path.stat().st_size - _END_RECORD - 65_535 - _ZIP64_LOCATOR))
        tail = reader.read()
    at = len(tail) - _END_RECORD
    if at < 0 or tail[at : at + 4] != b"PK\x05\x06" or tail[-2:] != b"\0\0":
        at = tail.rfind(b"PK\x05\x06")  # there is a comment; zipfile looks in the same order
    if at < 0:
        return  # zipfile reports it as broken
    directory = int.from_bytes(tail[at + 12 : at + 16], "little")
    is_zip64 = tail[max(0, at - _ZIP64_LOCATOR) : at].startswith(b"PK\x06\x07")
    if directory > MAX_DIRECTORY or is_zip64:
        raise refuse("archive_bomb", directory_bytes=directory)


def _zip_entries(archive: zipfile.ZipFile, packed: int) -> Iterator[zipfile.ZipInfo]:
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > packed * MAX_RATIO:
        raise refuse("archive_bomb", entries=len(entries))
    for entry in entries:
        _require_inside(entry.filename)
        mode = entry.external_attr >> 16
        if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise refuse("archive_link", name=entry.filename)
        if not entry.is_dir():
            yield entry


def _tar_entries(archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    for count, entry in enumerate(archive, start=1):
        if count > MAX_ENTRIES:
            raise refuse("archive_bomb", entries=count)
        _require_inside(entry.name)
        if entry.isdir():
            continue
        # Hard links, symbolic links, devices, pipes and sparse files: tar can carry them all.
        if not entry.isreg() or entry.issparse():
            raise refuse("archive_link", name=entry.name)
        yield entry


def _is_model(name: str) -> bool:
    path = PurePosixPath(name)
    return path.suffix.lower() == ".onnx" and not path.name.startswith(".") and "__MACOSX" not in path.parts


def extract_model(path: Path, container: Container, target: Path, max_bytes: int) -> int:
    """Write the only .onnx of the archive to `target`; its size. Raises Refused."""
    try:
        if container == "zip":
            _require_small_directory(path)
            with zipfile.ZipFile(path) as archive:
                models = [
                    entry for entry in _zip_entries(archive, path.stat().st_size) if _is_model(entry.filename)
                ]
                if len(models) != 1:
                    raise refuse("archive_model_count", count=len(models))
                if models[0].file_size > max_bytes:
                    raise refuse("archive_bomb", limit=max_bytes)
                with archive.open(models[0]) as reader:
                    return _copy_out(reader, target, max_bytes)
        with tarfile.open(path, "r:") as bundle:
            found = [entry for entry in _tar_entries(bundle) if _is_model(entry.name)]
            if len(found) != 1:
                raise refuse("archive_model_count", count=len(found))
            stream = bundle.extractfile(found[0])
            if stream is None:
                raise refuse("archive_link", name=found[0].name)
            return _copy_out(stream, target, max_bytes)
    except Refused:
        raise
    except (
        zipfile.BadZipFile,
        tarfile.TarError,
        zlib.error,
        OSError,
        EOFError,
        RuntimeError,
        NotImplementedError,
        ValueError,
    ) as problem:
        raise refuse("archive_invalid", error=f"{type(problem).__name__}: {problem}") from None
