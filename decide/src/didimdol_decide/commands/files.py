"""Files that are there whole or not at all, and what is wrong with a path, in words."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from didimdol_decide.plain import Text

OUTPUTS = ("out", "csv", "chart", "xlsx", "html")
"""Names of the options that name a file to be written."""
REASONS: dict[int, tuple[str, str]] = {
    errno.ENOENT: ("그런 파일이나 폴더가 없습니다", "no such file or folder"),
    errno.EACCES: ("권한이 없습니다", "permission denied"),
    errno.EPERM: ("권한이 없습니다", "permission denied"),
    errno.EISDIR: ("파일이 아니라 폴더입니다", "it is a folder"),
    errno.ENOTDIR: ("경로 가운데가 폴더가 아닙니다", "a part of the path is no folder"),
    errno.ENOSPC: ("디스크에 자리가 없습니다", "no space is left on the disk"),
    errno.EROFS: ("읽기 전용입니다", "it is read-only"),
    errno.ENAMETOOLONG: ("이름이 너무 깁니다", "the name is too long"),
}


class WrongUse(Exception):
    """The command cannot do what was asked; `text` says why."""

    def __init__(self, ko: str, en: str) -> None:
        super().__init__(en)
        self.text = Text(ko=ko, en=en)


def _why(error: OSError) -> tuple[str, str]:
    said = error.strerror or type(error).__name__
    return REASONS.get(error.errno or 0, (said, said))


def cannot_read(path: object, error: OSError) -> WrongUse:
    ko, en = _why(error)
    return WrongUse(f"파일을 읽을 수 없습니다: {path} ({ko})", f"Cannot read {path}: {en}")


def cannot_write(path: object, error: OSError) -> WrongUse:
    ko, en = _why(error)
    return WrongUse(f"파일을 쓸 수 없습니다: {path} ({ko})", f"Cannot write {path}: {en}")


def check_outputs(options: dict[str, object]) -> None:
    """Before anything is computed: can every file be written, and is none of them what is read? Raises
    WrongUse."""
    source = options.get("file")
    for name in OUTPUTS:
        path = options.get(name)
        if not isinstance(path, str):
            continue
        target = Path(path)
        if isinstance(source, str) and target.is_file() and _same(target, Path(source)):
            raise WrongUse(
                f"읽는 파일 위에는 쓰지 않습니다. 다른 이름을 주십시오: --{name} {path}",
                f"The file that is read is not overwritten; give another name: --{name} {path}",
            )
        number = errno.EISDIR if target.is_dir() else 0
        if not target.exists():
            folder = target.parent
            number = 0 if folder.is_dir() else errno.ENOTDIR if folder.exists() else errno.ENOENT
        if not number and not os.access(target if target.exists() else target.parent, os.W_OK):
            number = errno.EACCES
        if number:
            raise cannot_write(path, OSError(number, os.strerror(number)))


def _same(one: Path, other: Path) -> bool:
    return other.exists() and one.samefile(other)


@contextmanager
def replaced(path: str) -> Iterator[Path]:
    """Where to write: a new file beside it, which takes its place once all is written. So an earlier file
    stays until then, and after Ctrl-C there is no half one. What is no file (a pipe) is written as it is.
    Raises WrongUse."""
    target = Path(os.path.realpath(path))
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    direct = target.exists() and not target.is_file()
    try:
        yield target if direct else beside
        if not direct:
            if target.exists():
                beside.chmod(target.stat().st_mode)
            beside.replace(target)
    except OSError as error:
        raise cannot_write(path, error) from error
    finally:
        if not direct:
            beside.unlink(missing_ok=True)


@contextmanager
def written(path: str, *, encoding: str = "utf-8", newline: str | None = None) -> Iterator[TextIO]:
    """As `replaced`, open for text. Raises WrongUse."""
    with replaced(path) as place, place.open("w", encoding=encoding, newline=newline) as file:
        yield file
