"""Bytes: stored once per organisation, streamed out under the permission of the page that owns them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import IO, Any
from urllib.parse import quote
from uuid import UUID

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.core.files.temp import NamedTemporaryFile
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from didimdol.kernel.action import current
from didimdol.kernel.models import Blob
from didimdol.kernel.problems import BadInput
from didimdol.kernel.words import text

CHUNK = 256 * 1024


def store(stream: IO[bytes] | File[bytes], *, organisation: UUID, most_bytes: int) -> Blob:
    """Keep the bytes of ``stream`` for ``organisation``; the same bytes twice are one blob. Inside an action.

    Raises BadInput when there are none, or more than ``most_bytes``.
    """
    current()
    digest, size = hashlib.sha256(), 0
    with NamedTemporaryFile() as spool:
        while chunk := stream.read(CHUNK):
            size += len(chunk)
            if size > most_bytes:
                limit_mb = f"{most_bytes / 1_000_000:,.0f}"
                raise BadInput(
                    "file_too_large",
                    text(f"파일이 {limit_mb} MB를 넘습니다.", f"The file is larger than {limit_mb} MB."),
                    text("더 작은 파일을 올려 주십시오.", "Upload a smaller file."),
                )
            digest.update(chunk)
            spool.write(chunk)
        if not size:
            raise BadInput(
                "file_empty",
                text("빈 파일입니다.", "The file is empty."),
                text("파일을 다시 골라 주십시오.", "Choose the file again."),
            )
        spool.flush()
        spool.seek(0)
        blob, made = Blob.objects.unscoped(why="content of one organisation").get_or_create(
            organisation=organisation, sha256=digest.hexdigest(), defaults={"size": size}
        )
        # The file before the commit: a row without its bytes would be worse than bytes without a row.
        if made and not default_storage.exists(blob.path):
            default_storage.save(blob.path, File(spool))
    return blob


def open_blob(blob: Blob) -> File[bytes]:
    return default_storage.open(blob.path, "rb")


def serve(request: HttpRequest, blob: Blob, *, filename: str) -> HttpResponseBase:
    """Stream ``blob`` as a download, whole or the asked byte range. The caller has checked the permission."""
    headers = {
        "Content-Type": "application/octet-stream",
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(filename, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
        "Accept-Ranges": "bytes",
        "ETag": f'"{blob.sha256}"',
    }
    asked = _range(request.headers.get("Range", ""), blob.size)
    if asked == "unsatisfiable":
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{blob.size}"})
    start, end = (0, blob.size - 1) if asked is None else asked
    if request.method == "HEAD":
        return HttpResponse(headers={**headers, "Content-Length": str(blob.size)})
    response = StreamingHttpResponse(_chunks(blob, start, end), status=200 if asked is None else 206, headers=headers)
    response["Content-Length"] = str(end - start + 1)
    if asked is not None:
        response["Content-Range"] = f"bytes {start}-{end}/{blob.size}"
    return response


def _range(header: str, size: int) -> Any:
    """None: the whole; (first, last): one range, inclusive; "unsatisfiable". Several ranges are answered whole."""
    match = re.fullmatch(r"bytes=(\d*)-(\d*)", header.strip())
    if not match or match.group(0) == "bytes=-":
        return None
    first, last = match.groups()
    if first == "":
        length = int(last)
        return (max(0, size - length), size - 1) if length else "unsatisfiable"
    start, end = int(first), min(int(last), size - 1) if last else size - 1
    return (start, end) if start < size and start <= end else "unsatisfiable"


def _chunks(blob: Blob, start: int, end: int) -> Iterator[bytes]:
    with open_blob(blob) as handle:
        handle.seek(start)
        left = end - start + 1
        while left > 0 and (chunk := handle.read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk
