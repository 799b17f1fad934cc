"""Who sees what; what is not visible does not exist, and asking for it stands in the access log."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db.models import Q
from django.urls import reverse

from didimdol.applications import actions, ports
from didimdol.applications.models import Attachment
from didimdol.applications.queries import applicants_of, applications_visible_to
from didimdol.kernel.access import Allowed, Denied, reasons
from didimdol.kernel.problems import AccessDenied
from didimdol.kernel.words import text
from didimdol.people.enums import Role
from didimdol.records.models import AccessEntry
from server.tests.applications.conftest import Call
from server.tests.applications.samples import PDF

STEPS = ("field", "eligibility", "form", "files", "check", "application")


def url(name: str, *args: Any) -> str:
    return reverse(f"applications:{name}", args=args)


@pytest.mark.parametrize("who", ["rival", "manager", "coordinator", "auditor", "lead", "verifier"])
def test_a_draft_exists_for_its_own_startup_only(call: Call, who: str) -> None:
    application = call.fill(call.start())
    attachment = Attachment.objects.within(application=application).get()
    client = call.client(who)
    for step in STEPS:
        assert client.get(url(step, application.pk)).status_code == 404, step
    assert client.get(url("document", attachment.pk)).status_code == 404
    assert client.post(url("autosave", application.pk), {"q-summary": "x"}).status_code == 404
    assert client.post(url("check", application.pk), {"c-personal": "on"}).status_code == 404
    lines = AccessEntry.objects.within(subject_id=application.pk, person=call.people[who].pk)
    assert {(line.what, line.outcome) for line in lines} == {("application", "not_visible")}
    assert lines.count() == len(STEPS) + 2
    assert call.again(application).answers["summary"] != "x"


@pytest.mark.parametrize("who", ["rival", "lead", "verifier"])
def test_another_company_never_sees_a_submission(call: Call, who: str) -> None:
    application = call.submitted()
    attachment = Attachment.objects.within(application=application).get()
    client = call.client(who)
    for name, identity in (("application", application.pk), ("receipt", application.pk), ("document", attachment.pk)):
        assert client.get(url(name, identity)).status_code == 404
    assert AccessEntry.objects.within(subject_id=attachment.pk, outcome="not_visible").count() == 1


def test_without_signing_in_there_is_nothing(call: Call, client: Any) -> None:
    application = call.submitted()
    assert client.get(url("application", application.pk)).status_code == 302
    assert client.get(url("list")).status_code == 302


@pytest.mark.parametrize("who", ["manager", "coordinator", "auditor"])
def test_the_operator_reads_what_was_submitted_and_every_opening_is_logged(call: Call, who: str) -> None:
    application = call.submitted()
    attachment = Attachment.objects.within(application=application).get()
    client = call.client(who)
    page = client.get(url("application", application.pk))
    assert page.status_code == 200 and "한빛에이아이" in page.content.decode()
    download = client.get(url("document", attachment.pk))
    assert b"".join(download.streaming_content) == PDF
    assert client.get(url("receipt", application.pk)).status_code == 403
    assert client.post(url("withdraw", application.pk), {"reason": "x"}).status_code == 403
    opened = AccessEntry.objects.within(person=call.people[who].pk, outcome="opened")
    assert {(line.what, line.subject_id, line.challenge) for line in opened} == {
        ("application", application.pk, call.challenge.pk),
        ("attachment", attachment.pk, call.challenge.pk),
    }


def test_a_startups_own_people_are_no_strangers(call: Call) -> None:
    application = call.submitted()
    assert call.client("staff").get(url("application", application.pk)).status_code == 200
    assert call.client("staff").get(url("receipt", application.pk)).status_code == 200


def test_a_role_for_another_challenge_opens_nothing(call: Call, make_person: Any, grant: Any) -> None:
    import uuid

    application = call.submitted()
    person = make_person("다른 챌린지 간사")
    actor = grant(person, call.operator, Role.COORDINATOR, challenge=uuid.uuid4())
    assert not applications_visible_to(actor).filter(pk=application.pk).exists()


@pytest.fixture
def evaluator(call: Call, monkeypatch: pytest.MonkeyPatch, make_organisation: Any) -> Iterator[dict[str, Any]]:
    """An expert whom evaluation lets see everything, and open what the test says."""
    reasons({"test_declare_first": text("먼저 신고해 주십시오.", "Declare first.")})
    answers: dict[str, Any] = {"sees": Q(pk__isnull=False), "opens": Allowed}
    monkeypatch.setattr(ports.evaluator_sees, "_answer", lambda actor: answers["sees"])
    monkeypatch.setattr(ports.evaluator_may_open, "_answer", lambda actor, application: answers["opens"])
    call.people["expert"] = call.make_person("전문가")
    call.grant(call.people["expert"], make_organisation("expert_body", "대학"), Role.EXPERT, challenge=call.challenge)
    yield answers


def test_an_evaluator_sees_and_opens_as_evaluation_says(call: Call, evaluator: dict[str, Any]) -> None:
    application = call.fill(call.start())
    call.attach(application, document="registration", filename="한빛에이아이_등록증.pdf")
    actions.save_draft(
        actor=call.acts("ceo"), application=application, answers={"website": "https://hanbit.example/secret"}
    )
    client = call.client("expert")
    assert client.get(url("application", application.pk)).status_code == 404  # a draft, whatever evaluation says
    application = call.submit(application)
    page = client.get(url("application", application.pk)).content.decode()
    assert "노트북에서 도는 한국어 받아쓰기" in page
    assert "hanbit.example" not in page and "등록증" not in page and "계획.pdf" not in page

    kept = {row.document: row for row in Attachment.objects.within(application=application)}
    served = client.get(url("document", kept["plan"].pk))
    assert served.status_code == 200 and "apply-2025-0001-plan.pdf" in served["Content-Disposition"]
    assert client.get(url("document", kept["registration"].pk)).status_code == 404  # the rulebook hides it

    evaluator["opens"] = Denied("test_declare_first")
    refused = client.get(url("document", kept["plan"].pk))
    assert refused.status_code == 403 and "먼저 신고해 주십시오." in refused.content.decode()
    evaluator["sees"] = Q(pk__in=[])
    assert client.get(url("document", kept["plan"].pk)).status_code == 404
    assert client.get(url("application", application.pk)).status_code == 404


def test_a_removed_document_is_gone(call: Call) -> None:
    application = call.start()
    first = call.attach(application)
    call.attach(application, content=PDF + b"second")
    assert call.client("ceo").get(url("document", first.pk)).status_code == 404


def test_everybody_who_applies_is_told_of_changes(call: Call) -> None:
    call.start()
    assert set(applicants_of(call.challenge)) == {call.people["ceo"].pk, call.people["staff"].pk}
    submitted = call.submit(call.fill(call.start("rival", call.rival), "rival"), "rival")
    assert call.people["rival"].pk in applicants_of(call.challenge)
    actions.withdraw_application(actor=call.acts("rival"), application=submitted, reason="사정")
    assert call.people["rival"].pk not in applicants_of(call.challenge)


def test_only_startups_apply(call: Call) -> None:
    with pytest.raises(AccessDenied) as refused:
        actions.start_application(actor=call.acts("lead"), challenge=call.challenge, startup=call.startup)
    assert refused.value.code == "only_the_startup"
    page = call.client("manager").get(url("start", call.challenge.slug))
    assert page.status_code == 200 and "먼저 창업기업을 등록해야 합니다" in page.content.decode()


def test_one_application_a_startup(call: Call) -> None:
    first = call.start("ceo")
    assert call.start("staff").pk == first.pk
