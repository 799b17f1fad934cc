"""Names and first bytes of uploads. Bytes are never executed or shown by the server; the check is for the sender."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import IO

from didimdol.kernel.problems import BadInput
from didimdol.kernel.words import normal, text

LONGEST, LONGEST_SUFFIX = 200, 12
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
#: how files of these kinds begin
BEGINS: dict[str, tuple[bytes, ...]] = {
    "pdf": (b"%PDF-",),
    "png": (b"\x89PNG",),
    "jpg": (b"\xff\xd8\xff",),
    "jpeg": (b"\xff\xd8\xff",),
    "zip": (ZIP, b"PK\x05\x06"),
    "docx": (ZIP,),
    "xlsx": (ZIP,),
    "pptx": (ZIP,),
    "hwpx": (ZIP,),
    "hwp": (OLE, b"HWP Document File"),
    "doc": (OLE,),
    "xls": (OLE,),
    "ppt": (OLE,),
}


def plain_name(filename: str) -> str:
    """The last part of ``filename``, in NFC, without control and direction characters: a name, never a path.

    >>> plain_name("..\\\\..\\\\etc/passwd.pdf")
    'passwd.pdf'
    """
    last = re.split(r"[/\\]", normal(filename))[-1]
    kept = "".join(c for c in last if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp"))
    kept = re.sub(r'[<>:"|?*]', "_", kept).rstrip()
    stem, dot, suffix = kept.rpartition(".")
    suffix = suffix.strip()
    if not dot or not suffix or len(suffix) > LONGEST_SUFFIX:
        return _trimmed(_trimmed(kept)[:LONGEST]) or "file"
    stem = _trimmed(_trimmed(stem)[: LONGEST - 1 - len(suffix)])
    return f"{stem or 'file'}.{suffix}"


def _trimmed(value: str) -> str:
    return re.sub(r"^[\s.]+|[\s.]+$", "", value)


def suffix_of(filename: str) -> str:
    _, dot, suffix = filename.rpartition(".")
    return suffix.lower() if dot else ""


def check_kind(filename: str, stream: IO[bytes], formats: Sequence[str]) -> None:
    """Does the name end as one of ``formats``, and do the bytes begin so? Leaves the stream at its start.

    Raises BadInput.
    """
    allowed = ", ".join(f".{entry}" for entry in formats)
    suffix = suffix_of(filename)
    if suffix not in formats:
        raise BadInput(
            "file_kind",
            text(f"받지 않는 형식입니다: {filename}", f"Files of this kind are not taken: {filename}"),
            text(f"가능한 형식: {allowed}", f"Taken: {allowed}"),
        )
    begins = BEGINS.get(suffix)
    if begins is None:
        return
    first = stream.read(max(map(len, begins)))
    stream.seek(0)
    if first and not first.startswith(begins):
        raise BadInput(
            "file_kind",
            text(
                f"이름은 .{suffix}이지만 내용은 {suffix.upper()} 파일이 아닙니다.",
                f"It is named .{suffix}, but is no {suffix.upper()} file.",
            ),
            text(
                "프로그램에서 이 형식으로 다시 저장해 올려 주십시오.", "Save it in this format again and upload that."
            ),
        )
