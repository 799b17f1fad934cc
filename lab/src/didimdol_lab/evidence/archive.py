"""A zip file with exactly one spelling: stored, sorted, without dates, comments or attributes.

Reading writes it again and compares: what differs by a single byte, in the headers too, is no evidence.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping

MOST_BYTES = 64_000_000
"""Of a whole evidence file: raw samples of 20 processes are some megabytes."""
_EPOCH = (1980, 1, 1, 0, 0, 0)


class Broken(ValueError):
    """The bytes are not what this package would have written; `code` says which rule failed."""

    def __init__(self, code: str, ko: str, en: str) -> None:
        super().__init__(en)
        self.code, self.ko, self.en = code, ko, en


def pack(files: Mapping[str, bytes]) -> bytes:
    """The archive of these files (name to content)."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system, entry.external_attr = 3, 0o100644 << 16
            archive.writestr(entry, files[name])
    return out.getvalue()


def unpack(content: bytes, names: frozenset[str], optional: frozenset[str] = frozenset()) -> dict[str, bytes]:
    """The files of an archive that holds exactly `names`, and of `optional` any. Raises Broken."""
    if len(content) > MOST_BYTES:
        raise Broken(
            "evidence_too_large",
            f"증거 파일이 {MOST_BYTES}바이트보다 큽니다.",
            f"The evidence file is larger than {MOST_BYTES} bytes.",
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            found = {entry.filename for entry in entries}
            # Sizes are looked at before anything is read: an archive from a stranger may be a bomb.
            stored = all(
                entry.compress_type == zipfile.ZIP_STORED and entry.file_size <= len(content)
                for entry in entries
            )
            if found - optional != names or len(entries) != len(found) or not stored:
                raise Broken(
                    "evidence_entries",
                    f"증거 파일에는 {', '.join(sorted(names))}만 그대로 들어 있어야 합니다.",
                    f"An evidence file holds exactly {', '.join(sorted(names))}, uncompressed.",
                )
            files = {entry.filename: archive.read(entry) for entry in entries}
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        NotImplementedError,
        RuntimeError,
        ValueError,
    ) as problem:
        if isinstance(problem, Broken):
            raise
        raise Broken(
            "not_an_archive",
            "증거 파일(zip)로 읽을 수 없습니다.",
            "It cannot be read as an evidence file (zip).",
        ) from problem
    if pack(files) != content:
        raise Broken(
            "archive_changed",
            "파일의 바이트가 처음 만들어진 것과 다릅니다.",
            "The file's bytes are not as they were written.",
        )
    return files
