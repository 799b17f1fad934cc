"""The whole way of a startup through the pages, from the open call to the receipt."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from didimdol.applications.models import Application, ClaimedDemand, Measured
from didimdol.notices.models import Message
from didimdol.records import keys
from didimdol_decide.sealing import verify
from server.tests.applications.conftest import Call
from server.tests.applications.samples import MODEL, PDF


def url(name: str, *args: Any) -> str:
    return reverse(f"applications:{name}", args=args)


def test_from_the_call_to_the_receipt(call: Call) -> None:
    client = call.client("ceo")
    page = client.get(url("list"))
    assert page.status_code == 200 and "신청 시험 챌린지" in page.content.decode()

    started = client.post(url("start", "apply-2025"), {"startup": str(call.startup.pk), "idempotency_key": "k1"})
    application = Application.objects.within(startup=call.startup).get()
    assert started.status_code == 302 and started["Location"] == url("field", application.pk)

    check = client.get(url("check", application.pk)).content.decode()
    for missing in ("신청 분야", "자가진단", "과제명", "과제 요약", "사업계획서", "모델 파일"):
        assert missing in check
    assert f"{url('form', application.pk)}#id_q-summary" in check
    assert f"{url('files', application.pk)}#document-plan" in check

    chosen = client.post(url("field", application.pk), {"field": str(call.field().pk)})
    assert chosen["Location"] == url("field", application.pk)  # the demands of the field are shown next
    assert "받아쓰기" in client.get(chosen["Location"]).content.decode()
    wrong = client.post(url("claim", application.pk, call.demand.pk), {"f-latency_p99": "빠름"})
    assert wrong.status_code == 422 and "숫자(ms)" in wrong.content.decode()
    client.post(url("claim", application.pk, call.demand.pk), {"f-latency_p99": "8.50"})
    assert ClaimedDemand.objects.within(application=application).get().claims == {"latency_p99": "8.5"}

    stays = client.post(url("eligibility", application.pk), {"e-taxes": "no", "e-same-grant": "no"})
    assert stays["Location"] == url("eligibility", application.pk)
    outcome = client.get(url("eligibility", application.pk)).content.decode()
    assert "체납이 있으면 지원할 수 없습니다." in outcome and "운영요령 §6③" in outcome
    goes = client.post(url("eligibility", application.pk), {"e-taxes": "yes", "e-same-grant": "no"})
    assert goes["Location"] == url("form", application.pk)

    version = call.again(application).row_version
    answers = {
        "title": "손안의 받아쓰기",
        "q-summary": "노트북에서",
        "q-stage": "pilot",
        "q-truth": "on",
        "version": version,
    }
    saved = client.post(url("autosave", application.pk), answers, headers={"accept": "application/json"})
    assert saved.status_code == 200 and saved.json()["version"] == version + 1
    assert client.post(url("form", application.pk), {**answers, "version": version + 1})["Location"] == url(
        "files", application.pk
    )

    plan = SimpleUploadedFile("계획.pdf", PDF, "application/pdf")
    assert client.post(url("attach", application.pk, "plan"), {"file": plan}).status_code == 302
    bad = {"file": SimpleUploadedFile("model.onnx", MODEL), "inputs": "input 1x576"}
    refused = client.post(url("model", application.pk), bad)
    assert refused.status_code == 422 and "1번째 줄" in refused.content.decode()
    good = {"file": SimpleUploadedFile("model.onnx", MODEL), "inputs": "input: 1x576\nmask: 1x4 zeros"}
    assert client.post(url("model", application.pk), good).status_code == 302
    files = client.get(url("files", application.pk)).content.decode()
    assert "계획.pdf" in files and "mask: 1x4 zeros" in files

    check = client.get(url("check", application.pk)).content.decode()
    assert "빠진 항목이 없습니다" in check and "개인정보 수집" in check
    version = call.again(application).row_version
    without = client.post(url("check", application.pk), {"version": version})
    assert without.status_code == 422 and "동의해야 제출할 수 있습니다." in without.content.decode()
    done = client.post(url("check", application.pk), {"version": version, "c-personal": "on"})
    assert done["Location"] == url("receipt", application.pk)

    application = call.again(application)
    assert (application.state, application.number) == ("submitted", "apply-2025-0001")
    assert application.consents == {"personal": "1"}
    page = client.get(url("receipt", application.pk)).content.decode()
    assert "apply-2025-0001" in page and application.content_digest in page and "10:00:" in page

    content = client.get(url("content_file", application.pk)).content
    assert hashlib.sha256(content).hexdigest() == application.content_digest
    receipt = json.loads(client.get(url("receipt_file", application.pk)).content)
    payload = verify(receipt, keys.published())
    assert payload["number"] == "apply-2025-0001" and payload["content_digest"] == application.content_digest
    assert str(payload["submitted_at"]).startswith("2025-03-03T10:00:") and str(payload["submitted_at"]).endswith(
        "+09:00"
    )
    mails = Message.objects.unscoped(why="test").filter(subject__contains="apply-2025-0001")
    assert {mail.person_id for mail in mails} == {call.people["ceo"].pk, call.people["staff"].pk}
    assert application.content_digest in mails[0].body
    # the field's criterion and the claimed demand's, frozen and queued
    frozen = Measured.objects.within(application=application, final=True)
    assert {row.demand_id for row in frozen} == {None, call.demand.pk}
    assert client.get(url("application", application.pk)).status_code == 200


def test_english_reader_gets_english(call: Call) -> None:
    application = call.start()
    client = call.client("ceo")
    client.post(reverse("set_language"), {"language": "en", "next": "/"})
    for name in ("field", "eligibility", "form", "files", "check"):
        page = client.get(url(name, application.pk))
        assert page.status_code == 200, name
    text = client.get(url("check", application.pk)).content.decode()
    assert "What is missing" in text and "Business plan" in text


def test_two_tabs_conflict_keeps_what_was_typed(call: Call) -> None:
    application = call.start()
    client = call.client("ceo")
    read = application.row_version
    first = {"title": "하나", "q-summary": "첫 번째 창", "version": read}
    second = {"title": "하나", "q-summary": "두 번째 창에서 쓴 글", "version": read}
    json_ = {"accept": "application/json"}
    assert client.post(url("autosave", application.pk), first, headers=json_).status_code == 200
    stale = client.post(url("autosave", application.pk), second, headers=json_)
    assert stale.status_code == 409 and stale.json()["code"] == "stale_version"
    assert call.again(application).answers["summary"] == "첫 번째 창"

    page = client.post(url("form", application.pk), second)
    text = page.content.decode()
    assert page.status_code == 409
    assert "두 번째 창에서 쓴 글" in text and "첫 번째 창" in text
    version = call.again(application).row_version
    assert f'name="version" value="{version}"' in text
    client.post(url("form", application.pk), {**second, "version": version})
    assert call.again(application).answers["summary"] == "두 번째 창에서 쓴 글"


def test_saving_another_step_does_not_make_the_form_stale(call: Call) -> None:
    application = call.start()
    client = call.client("ceo")
    read = application.row_version
    client.post(url("eligibility", application.pk), {"e-taxes": "yes"})
    client.post(url("attach", application.pk, "plan"), {"file": SimpleUploadedFile("a.pdf", PDF)})
    saved = client.post(
        url("autosave", application.pk), {"q-summary": "글", "version": read}, headers={"accept": "application/json"}
    )
    assert saved.status_code == 200


def test_autosave_keeps_what_can_be_read_and_says_what_cannot(call: Call) -> None:
    application = call.start()
    sent = {"q-summary": "가" * 600, "q-people": "many", "version": application.row_version}
    saved = call.client("staff").post(url("autosave", application.pk), sent, headers={"accept": "application/json"})
    assert saved.status_code == 200 and "읽을 수 없는 값 1개" in saved.json()["text"]
    stored = call.again(application).answers
    assert stored["summary"] == "가" * 600 and "people" not in stored
    check = call.client("staff").get(url("check", application.pk)).content.decode()
    assert "최대 500자까지" in check


def test_changed_after_it_was_read_is_not_submitted(call: Call) -> None:
    application = call.fill(call.start())
    client = call.client("ceo")
    read = application.row_version
    call.attach(application, "staff", content=PDF + b"new")
    answer = client.post(url("check", application.pk), {"version": read, "c-personal": "on"})
    assert answer.status_code == 409 and "신청 내용이 바뀌어 제출하지 않았습니다" in answer.content.decode()
    assert call.again(application).state == "draft"
    version = call.again(application).row_version
    assert client.post(url("check", application.pk), {"version": version, "c-personal": "on"}).status_code == 302


def test_the_way_in_from_the_call(call: Call, client: Any) -> None:
    address, start = call.challenge.get_absolute_url(), url("start", "apply-2025")
    assert start in client.get(address).content.decode()
    assert client.get(start)["Location"].startswith(reverse("account_login"))  # a visitor signs in first
    assert start in call.client("ceo").get(address).content.decode()
    assert start not in call.client("lead").get(address).content.decode()
    application = call.start()
    page = call.client("staff").get(address).content.decode()
    assert application.get_absolute_url() in page and start not in page
    manage = call.client("manager").get(call.challenge.manage_url).content.decode()
    assert "접수 0건" in manage
