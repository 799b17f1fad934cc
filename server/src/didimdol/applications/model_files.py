"""Keeping an uploaded model: its name, its format, its bytes."""

from __future__ import annotations

from typing import IO
from uuid import UUID

from django.conf import settings

from didimdol.applications.filenames import check_kind, plain_name
from didimdol.kernel import blobs
from didimdol.kernel.models import Blob
from didimdol.programmes.rulebook import Rulebook


def keep_model(rulebook: Rulebook, stream: IO[bytes], filename: str, *, startup: UUID) -> tuple[Blob, str]:
    """The stored bytes and the plain name. Inside an action. Raises BadInput (format, size, empty)."""
    rule, name = rulebook.model_file, plain_name(filename)
    check_kind(name, stream, rule.formats)
    most = min(rule.max_size_mb * 1_000_000, settings.DIDIMDOL_UPLOAD_BYTES)
    return blobs.store(stream, organisation=startup, most_bytes=most), name
