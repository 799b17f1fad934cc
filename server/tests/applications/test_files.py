"""Uploads that are too large, of the wrong kind, with names that are paths; downloads whole and in parts."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from didimdol.applications.filenames import LONGEST, plain_name, suffix_of
from didimdol.applications.models import Attachment, ModelUpload
from didimdol.kernel.problems import BadInput
from server.tests.applications.conftest import Call
from server.tests.applications.samples import MODEL, PDF

HTML = b"<!doctype html><script>alert(document.cookie)</script>"


def url(name: str, *args: Any) -> str:
    return reverse(f"applications:{name}", args=args)


@pytest.mark.parametrize(
    ("document", "filename", "content", "code"),
    [
        ("plan", "계획.exe", PDF, "file_kind"),
        ("plan", "계획", PDF, "file_kind"),
        ("plan", "화면.pdf", HTML, "file_kind"),
        ("plan", "빈.pdf", b"", "file_empty"),
        ("plan", "큰.pdf", PDF + b"0" * 1_000_000, "file_too_large"),
        ("contract", "협약.pdf", PDF, "document_unknown"),  # asked for before the agreement, not now
        ("../plan", "계획.pdf", PDF, "document_unknown"),
    ],
)
def test_refused_uploads_leave_nothing(call: Call, document: str, filename: str, content: bytes, code: str) -> None:
    application = call.start()
    with pytest.raises(BadInput) as refused:
        call.attach(application, document=document, filename=filename, content=content)
    assert refused.value.code == code
    assert refused.value.message["ko"] and refused.value.message["en"]
    assert not Attachment.objects.within(application=application).exists()


def test_all_documents_together_have_a_limit(call: Call) -> None:
    application = call.start()
    call.attach(application, content=PDF + b"0" * 900_000)
    call.attach(application, document="registration", content=PDF + b"1" * 900_000)
    with pytest.raises(BadInput) as refused:
        call.attach(application, document="chart", content=PDF + b"2" * 900_000)
    assert refused.value.code == "documents_too_large"
    call.attach(application, content=PDF)  # replacing one makes room
    call.attach(application, document="chart", content=PDF + b"2" * 900_000)


def test_the_page_says_what_is_wrong_at_the_document(call: Call) -> None:
    application = call.start()
    client = call.client("ceo")
    page = client.post(url("attach", application.pk, "plan"), {"file": SimpleUploadedFile("계획.exe", PDF)})
    text = page.content.decode()
    assert page.status_code == 422 and "받지 않는 형식입니다" in text and "가능한 형식: .pdf, .hwp" in text
    nothing = client.post(url("attach", application.pk, "plan"), {})
    assert nothing.status_code == 422 and "파일을 골라 주십시오." in nothing.content.decode()
    assert (
        client.post(url("attach", application.pk, "nothing"), {"file": SimpleUploadedFile("a.pdf", PDF)}).status_code
        == 422
    )


def test_too_large_a_model(call: Call) -> None:
    application = call.start()
    with pytest.raises(BadInput) as refused:
        call.upload(application, content=MODEL + b"0" * 1_000_000)
    assert refused.value.code == "file_too_large" and "file" in refused.value.fields
    assert not ModelUpload.objects.within(application=application).exists()


def test_html_is_only_ever_a_download(call: Call) -> None:
    application = call.start()
    attachment = call.attach(application, document="page", filename="page.html", content=HTML)
    served = call.client("ceo").get(url("document", attachment.pk))
    assert served["Content-Disposition"].startswith("attachment;")
    assert served["X-Content-Type-Options"] == "nosniff"
    assert served["Content-Type"] == "application/octet-stream"
    assert "no-store" in served["Cache-Control"]


def test_ranges(call: Call) -> None:
    attachment = call.attach(call.start())
    client, address = call.client("ceo"), url("document", attachment.pk)
    part = client.get(address, headers={"range": "bytes=1-3"})
    assert part.status_code == 206 and b"".join(part.streaming_content) == PDF[1:4]
    assert part["Content-Range"] == f"bytes 1-3/{len(PDF)}"
    tail = client.get(address, headers={"range": "bytes=-5"})
    assert b"".join(tail.streaming_content) == PDF[-5:]
    assert client.get(address, headers={"range": f"bytes={len(PDF)}-"}).status_code == 416
    assert client.head(address)["Content-Length"] == str(len(PDF))
    model = call.upload(call.start())
    assert client.get(url("model_file", model.pk), headers={"range": "bytes=0-0"})["Content-Length"] == "1"


def test_korean_name_and_crafted_name(call: Call) -> None:
    application = call.start()
    attachment = call.attach(application, filename='../../etc/cron.d/\u202eevil\r\nSet-Cookie: x=1;".pdf')
    assert attachment.filename == "evilSet-Cookie_ x=1;_.pdf"
    served = call.client("ceo").get(url("document", attachment.pk))
    assert "\r" not in served["Content-Disposition"] and "/" not in attachment.filename
    decomposed = call.attach(application, filename="계획서.pdf")
    assert decomposed.filename == "계획서.pdf"


@given(st.text(max_size=400))
def test_a_name_is_never_a_path(filename: str) -> None:
    name = plain_name(filename)
    assert 0 < len(name) <= LONGEST
    assert not set(name) & set("/\\\r\n\t\0")
    assert name not in (".", "..") and name == name.strip() and plain_name(name) == name


@given(st.text(alphabet="가나다ab .", min_size=1, max_size=300), st.sampled_from(["pdf", "onnx", "HWP"]))
def test_the_ending_survives(stem: str, suffix: str) -> None:
    assert suffix_of(plain_name(f"{stem}.{suffix}")) == suffix.lower()
