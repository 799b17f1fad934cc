"""Look into a zip or tar and copy entries out. Nothing is extracted by name, so no entry can choose a path."""

from __future__ import annotations

import contextlib
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Entry:
    """A plain file in an archive: its path as written there, its size as declared, and how to read it."""

    path: PurePosixPath
    size: int
    open: Callable[[], IO[bytes]]

    def copy(self, writer: IO[bytes], room: int) -> int:
        """Append the content to `writer`; its size. Raises Refused(archive_bomb) beyond `room` bytes or the
        declared size, Refused(archive_invalid) below it."""
        size = 0
        with self.open() as reader:
            while chunk := reader.read(_CHUNK):
                size += len(chunk)
                if size > min(room, self.size):
                    raise refuse("archive_bomb", limit=room, name=self.path)
                writer.write(chunk)
        if size != self.size:
            raise refuse("archive_invalid", error=f"{self.path} is cut off")
        return size


def _tar_reader(bundle: tarfile.TarFile, entry: tarfile.TarInfo) -> Callable[[], IO[bytes]]:
    def reader() -> IO[bytes]:
        stream = bundle.extractfile(entry)
        if stream is None:
            raise refuse("archive_link", name=entry.name)
        return stream

    return reader


def _zip_reader(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Callable[[], IO[bytes]]:
    return lambda: archive.open(entry)


@contextlib.contextmanager
def opened(path: Path, container: Container) -> Iterator[list[Entry]]:
    """The archive's plain files, readable until it is left. Raises Refused for whatever is wrong with it."""
    with contextlib.ExitStack() as stack:
        try:
            if container == "zip":
                _require_small_directory(path)
                archive = stack.enter_context(zipfile.ZipFile(path))
                entries = [
                    Entry(PurePosixPath(entry.filename), entry.file_size, _zip_reader(archive, entry))
                    for entry in _zip_entries(archive, path.stat().st_size)
                ]
            else:
                bundle = stack.enter_context(tarfile.open(path, "r:"))
                entries = [
                    Entry(PurePosixPath(entry.name), entry.size, _tar_reader(bundle, entry))
                    for entry in _tar_entries(bundle)
                ]
            if len({entry.path for entry in entries}) < len(entries):
                raise refuse("archive_invalid", error="two entries have the same name")
            yield entries
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
