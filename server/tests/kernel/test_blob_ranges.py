from __future__ import annotations

import io
from typing import Any
from uuid import uuid4

import pytest
from django.test import RequestFactory

from didimdol.kernel import blobs
from didimdol.kernel.action import audit, writing
from didimdol.kernel.actor import SYSTEM
from didimdol.kernel.models import Blob
from didimdol.kernel.problems import BadInput

pytestmark = pytest.mark.django_db
CONTENT = bytes(range(256)) * 5


def stored(content: bytes = CONTENT, organisation: Any = None) -> Blob:
    with writing("test", SYSTEM):
        blob = blobs.store(io.BytesIO(content), organisation=organisation or uuid4(), most_bytes=10_000)
        audit("test_blob.stored", blob)
    return blob


def fetch(blob: Blob, asked: str = "", method: str = "get") -> Any:
    request = getattr(RequestFactory(), method)("/", **({"HTTP_RANGE": asked} if asked else {}))
    return blobs.serve(request, blob, filename="모델 1.onnx")


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content)


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=10-19", 10, 19),
        ("bytes=1200-", 1200, 1279),
        ("bytes=-5", 1275, 1279),
        ("bytes=0-99999", 0, 1279),
    ],
)
def test_a_range_is_answered_with_exactly_those_bytes(asked: str, first: int, last: int) -> None:
    response = fetch(stored(), asked)
    assert response.status_code == 206
    assert response["Content-Range"] == f"bytes {first}-{last}/1280"
    assert body(response) == CONTENT[first : last + 1]


@pytest.mark.parametrize("asked", ["bytes=1280-", "bytes=9-3", "bytes=-0"])
def test_a_range_outside_is_refused(asked: str) -> None:
    response = fetch(stored(), asked)
    assert response.status_code == 416
    assert response["Content-Range"] == "bytes */1280"


@pytest.mark.parametrize("asked", ["", "bytes=-", "lines=1-2", "bytes=0-1,4-5"])
def test_anything_else_is_answered_whole(asked: str) -> None:
    response = fetch(stored(), asked)
    assert response.status_code == 200
    assert body(response) == CONTENT


def test_a_download_never_runs_in_the_browser() -> None:
    response = fetch(stored(b"<script>alert(1)</script>"))
    assert response["Content-Type"] == "application/octet-stream"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Disposition"].startswith("attachment;")


def test_head_gives_the_length_only() -> None:
    response = fetch(stored(), method="head")
    assert response["Content-Length"] == "1280" and response.content == b""


def test_the_same_bytes_are_one_blob_in_one_organisation_and_two_in_two() -> None:
    ours, theirs = uuid4(), uuid4()
    assert stored(organisation=ours).pk == stored(organisation=ours).pk
    assert stored(organisation=ours).pk != stored(organisation=theirs).pk


@pytest.mark.parametrize(("content", "code"), [(b"", "file_empty"), (b"x" * 10_001, "file_too_large")])
def test_nothing_and_too_much_are_refused(content: bytes, code: str) -> None:
    with pytest.raises(BadInput) as refused:
        stored(content)
    assert refused.value.code == code
    assert not Blob.objects.unscoped(why="test").exists()
