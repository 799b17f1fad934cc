"""A sealed record as a file, byte for byte what anyone can check."""

from __future__ import annotations

from django.http import JsonResponse

from didimdol.kernel.problems import Invisible
from didimdol.records.models import SealedRecord


def sealed_file(sealed: SealedRecord | None, filename: str) -> JsonResponse:
    """The document as a download; never kept by a cache. The caller has checked the access. Raises Invisible for none."""
    if sealed is None:
        raise Invisible("sealed record")
    headers = {"Content-Disposition": f'attachment; filename="{filename}"', "Cache-Control": "no-store"}
    return JsonResponse(sealed.document, json_dumps_params={"ensure_ascii": False, "indent": 1}, headers=headers)
