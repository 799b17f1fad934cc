"""The deadline, the double click, the failure in the middle, and what nobody may change afterwards."""

from __future__ import annotations

import hashlib
import io
import threading
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import close_old_connections, connections
from django.urls import reverse

from didimdol.applications import actions, rules
from didimdol.applications.models import Application, Attachment, ClaimedDemand, Measured, ModelUpload
from didimdol.applications.receipt import KIND
from didimdol.applications.tasks import ask_for_devices
from didimdol.kernel import clock
from didimdol.kernel.actor import SYSTEM
from didimdol.kernel.problems import AccessDenied, BadInput, Stale, WrongState
from didimdol.notices.models import Message
from didimdol.people.enums import Role
from didimdol.programmes.actions import amend_challenge
from didimdol.records.models import AuditEvent, SealedRecord
from didimdol.verification.actions import register_device, retire_device
from didimdol.verification.models import DeviceJob
from server.tests.applications.conftest import Call
from server.tests.applications.samples import CLOSES, PDF, YAML


def refusal(exception: Any) -> str:
    return str(exception.value.code)


# --- the deadline --------------------------------------------------------------------------------------------------


def test_the_last_microsecond_counts_and_the_deadline_itself_is_late(call: Call, clock_at: Any) -> None:
    deadline = call.challenge.closes_at
    assert deadline is not None
    application = call.fill(call.start())
    assert not rules.may_submit(call.acts("ceo"), application, deadline)
    assert rules.may_submit(call.acts("ceo"), application, deadline - timedelta(microseconds=1))
    assert rules.may_submit(call.acts("ceo"), application, deadline).reason == "applications_closed"


def test_one_second_late_is_refused_by_the_servers_clock(call: Call, clock_at: Any) -> None:
    application = call.fill(call.start())
    clock_at(f"{CLOSES}:01")
    with pytest.raises(AccessDenied) as late:
        call.submit(application)
    assert refusal(late) == "applications_closed"
    page = call.client("ceo").post(
        reverse("applications:check", args=[application.pk]), {"version": application.row_version, "c-personal": "on"}
    )
    assert page.status_code == 403 and "마감" in page.content.decode()
    assert call.again(application).state == "draft"
    assert not SealedRecord.objects.within(subject_id=application.pk).exists()


def test_one_second_before_is_taken(call: Call, clock_at: Any) -> None:
    application = call.fill(call.start())
    clock_at("2025-03-18 15:59:58")
    submitted = call.submit(application)
    assert submitted.submitted_at is not None and submitted.submitted_at < call.challenge.closes_at


def test_what_arrived_in_time_is_not_late_for_having_waited(
    call: Call, clock_at: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The moment of asking counts, not the moment at which a lock was free."""
    application = call.fill(call.start())
    clock_at("2025-03-18 15:59:58")
    waited = actions.locked

    def slow(row: Any) -> Any:
        if isinstance(row, Application):
            clock_at("2025-03-18 16:00:05")
        return waited(row)

    monkeypatch.setattr(actions, "locked", slow)
    submitted = call.submit(application)
    assert submitted.submitted_at.astimezone(clock.KST).strftime("%H:%M:%S") == "15:59:58"


def test_a_draft_cannot_be_written_or_begun_after_the_deadline(call: Call, clock_at: Any) -> None:
    application = call.start()
    clock_at(CLOSES)
    with pytest.raises(AccessDenied) as late:
        actions.save_draft(actor=call.acts("ceo"), application=application, answers={"summary": "늦은 글"})
    assert refusal(late) == "applications_closed"
    with pytest.raises(AccessDenied):
        actions.start_application(actor=call.acts("rival"), challenge=call.challenge, startup=call.rival)


def test_grace_is_for_what_was_begun_in_time(call: Call, clock_at: Any) -> None:
    """예비창업패키지 2025: who had begun by 16:00 could finish until 18:00."""
    application = call.fill(call.start())
    text = YAML.replace("notice:\n", "notice:\n  grace_minutes: 120\n")
    amend_challenge(
        actor=call.acts("manager"), challenge=call.challenge, text=text, filename="a.yaml", reason="제출 여유를 둡니다."
    )
    call.challenge = call.again(application).challenge
    clock_at("2025-03-18 17:59")
    with pytest.raises(AccessDenied):
        actions.start_application(actor=call.acts("rival"), challenge=call.challenge, startup=call.rival)
    application = call.again(application)
    assert rules.may_write(call.acts("staff"), application)
    clock_at("2025-03-18 18:00")
    with pytest.raises(AccessDenied) as late:
        call.submit(application)
    assert refusal(late) == "applications_closed"
    clock_at("2025-03-18 17:59:58")
    assert call.submit(application).state == "submitted"


def test_before_the_call_opens_nobody_begins(call: Call, clock_at: Any) -> None:
    clock_at("2025-02-26 09:59:59")
    with pytest.raises(AccessDenied) as early:
        call.start()
    assert refusal(early) == "applications_not_open"
    clock_at("2025-02-26 10:00")
    assert call.start().state == "draft"


# --- what is missing, and who may ----------------------------------------------------------------------------------


def test_each_gap_is_named_and_nothing_is_done(call: Call) -> None:
    application = call.start()
    with pytest.raises(BadInput) as missing:
        call.submit(application, consents=[])
    gaps = {gap["what"]["ko"] for gap in missing.value.detail["gaps"]}
    assert {"신청 분야", "과제명", "과제 요약", "사업계획서", "모델 파일", "동의: 개인정보 수집·이용"} <= gaps
    assert "소개 화면" not in gaps and "동의: 소식 받기" not in gaps
    assert call.again(application).number == ""


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (lambda c, a: actions.answer_eligibility(actor=c.acts("ceo"), application=a, answers={"taxes": False}), "신청 요건"),
        (lambda c, a: actions.save_draft(actor=c.acts("ceo"), application=a, answers={"truth": None}), "사실임을"),
        (lambda c, a: actions.save_draft(actor=c.acts("ceo"), application=a, answers={"website": "asdf"}), "누리집"),
        (lambda c, a: actions.claim_demand(actor=c.acts("ceo"), application=a, demand=c.demand, claims={}), "자체 수치"),
        (lambda c, a: actions.remove_model(actor=c.acts("ceo"), application=a), "모델 파일"),
        (lambda c, a: actions.save_draft(actor=c.acts("ceo"), application=a, answers={}, title=" "), "과제명"),
    ],
)  # fmt: skip
def test_one_thing_wrong_is_enough(call: Call, spoil: Any, named: str) -> None:
    application = call.fill(call.start())
    spoil(call, application)
    with pytest.raises(BadInput) as missing:
        call.submit(application)
    gaps = [gap["what"]["ko"] for gap in missing.value.detail["gaps"]]
    assert len(gaps) == 1 and named in gaps[0]


def test_too_old_a_startup_is_told_so(call: Call) -> None:
    old = call.make_organisation("startup", "오래된", founded_on=date(2018, 2, 25))
    call.grant(call.people["ceo"], old, Role.CEO)
    application = call.fill(call.start(startup=old))
    with pytest.raises(BadInput) as missing:
        call.submit(application)
    (gap,) = missing.value.detail["gaps"]
    assert "7년" in gap["what"]["ko"] and "2025-02-25" in gap["why"]["ko"]


def test_staff_prepare_and_do_not_submit(call: Call) -> None:
    application = call.fill(call.start("staff"), "staff")
    client = call.client("staff")
    page = client.get(reverse("applications:check", args=[application.pk])).content.decode()
    assert "한대표" in page and "name=&quot;c-personal" not in page and 'name="c-personal"' not in page
    denied = client.post(
        reverse("applications:check", args=[application.pk]), {"version": application.row_version, "c-personal": "on"}
    )
    assert denied.status_code == 403 and "한대표" in denied.content.decode()
    assert call.again(application).state == "draft"
    assert call.submit(application, "ceo").state == "submitted"


def test_stale_submission(call: Call) -> None:
    application = call.fill(call.start())
    actions.save_draft(actor=call.acts("staff"), application=application, answers={"keyword": "새 낱말"})
    with pytest.raises(Stale):
        call.submit(application, version=application.row_version)


# --- twice ---------------------------------------------------------------------------------------------------------


def test_submitted_twice_is_submitted_once(call: Call) -> None:
    first = call.submitted()
    again = call.submit(first, version=1)
    assert (again.number, again.submitted_at) == (first.number, first.submitted_at)
    assert SealedRecord.objects.within(subject_id=first.pk, kind=KIND).count() == 1
    assert Measured.objects.within(application=first, final=True).count() == 2


def at_once(jobs: list[Any]) -> list[Any]:
    """Run each on a connection of its own, all let go at the same moment; their results or exceptions."""
    barrier, results = threading.Barrier(len(jobs)), [None] * len(jobs)

    def run(number: int, job: Any) -> None:
        close_old_connections()
        try:
            barrier.wait(20)
            results[number] = job()
        except Exception as error:  # noqa: BLE001  (handed to the test)
            results[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(n, job)) for n, job in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


@pytest.mark.django_db(transaction=True)
def test_a_double_click_gives_one_receipt(call: Call) -> None:
    application, actor = call.fill(call.start()), call.acts("ceo")

    def click() -> Any:
        return actions.submit_application(
            actor=actor, application=application, version=application.row_version, consents=["personal"]
        )

    results = at_once([click] * 4)
    assert [getattr(result, "number", result) for result in results] == ["apply-2025-0001"] * 4
    assert SealedRecord.objects.within(subject_id=application.pk, kind=KIND).count() == 1
    assert Measured.objects.within(application=application, final=True).count() == 2
    sent = Message.objects.unscoped(why="test").filter(subject__contains="apply-2025-0001")
    assert sent.count() == 2  # the chief executive and the staff member, once each


@pytest.mark.django_db(transaction=True)
def test_many_submit_at_once_and_no_number_repeats(call: Call) -> None:
    filled = []
    for n in range(4):
        startup, name = call.another_startup(f"창업{n}")
        filled.append((call.acts(name), call.fill(call.start(name, startup), name)))

    def submit(actor: Any, application: Any) -> Any:
        return lambda: actions.submit_application(actor=actor, application=application, consents=["personal"])

    results = at_once([submit(*entry) for entry in filled])
    assert sorted(getattr(result, "number", result) for result in results) == [
        f"apply-2025-000{n}" for n in range(1, 5)
    ]


@pytest.mark.django_db(transaction=True)
def test_begun_twice_at_once_is_one_draft(call: Call) -> None:
    people = [call.acts("ceo"), call.acts("staff")]
    results = at_once(
        [
            lambda actor=actor: actions.start_application(actor=actor, challenge=call.challenge, startup=call.startup)
            for actor in people
        ]
    )
    assert len({getattr(result, "pk", result) for result in results}) == 1


def test_a_number_is_never_given_again(call: Call) -> None:
    first = call.submitted()
    actions.withdraw_application(actor=call.acts("ceo"), application=first, reason="다시 쓰려고 합니다.")
    second = call.submit(call.fill(call.start()))
    assert (first.number, second.number) == ("apply-2025-0001", "apply-2025-0002")


# --- a failure in the middle ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["seal_receipt", "_queue_final", "_tell_submitted"])
def test_a_submission_is_whole_or_not_at_all(call: Call, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    application = call.fill(call.start())

    def breaks(*args: Any, **kwargs: Any) -> Any:
        raise RuntimeError("the machine lost its power")

    events = AuditEvent.objects.within(chain=str(call.challenge.pk)).count()
    with monkeypatch.context() as patch:
        patch.setattr(actions, where, breaks)
        with pytest.raises(RuntimeError):
            call.submit(application)
    after = call.again(application)
    assert (after.state, after.number, after.consents, after.content_digest) == ("draft", "", {}, "")
    assert not SealedRecord.objects.within(subject_id=application.pk).exists()
    assert not DeviceJob.objects.within(subject=application.pk).exists()
    assert AuditEvent.objects.within(chain=str(call.challenge.pk)).count() == events
    assert call.submit(after).number == "apply-2025-0001"


def test_a_missing_device_never_stands_in_the_way(call: Call) -> None:
    application = call.fill(call.start())
    retire_device(actor=SYSTEM, device=call.device, reason="고장")
    submitted = call.submit(application)
    assert submitted.state == "submitted" and submitted.awaits_device
    assert not Measured.objects.within(application=submitted).exists()
    told = Message.objects.unscoped(why="test").filter(subject__startswith="측정할 장비가 없습니다")
    assert call.people["verifier"].pk in {message.person_id for message in told}

    register_device(
        actor=SYSTEM, organisation=call.operator, name="새 장비", labels=["arch:x86_64", "runtime:onnxruntime-cpu"]
    )
    ask_for_devices(timestamp=0)
    ask_for_devices(timestamp=0)
    assert Measured.objects.within(application=submitted, final=True).count() == 2
    assert not call.again(submitted).awaits_device
    with pytest.raises(AccessDenied):
        actions.queue_measurements(actor=call.acts("ceo"), application=submitted)


# --- frozen --------------------------------------------------------------------------------------------------------

WRITES = {
    "save_draft": lambda c, a: actions.save_draft(actor=c.acts("ceo"), application=a, answers={"keyword": "x"}),
    "choose_field": lambda c, a: actions.choose_field(actor=c.acts("ceo"), application=a, field=c.field("robot")),
    "claim_demand": lambda c, a: actions.claim_demand(
        actor=c.acts("ceo"), application=a, demand=c.demand, claims={"latency_p99": "1"}
    ),
    "unclaim_demand": lambda c, a: actions.unclaim_demand(actor=c.acts("ceo"), application=a, demand=c.demand),
    "answer_eligibility": lambda c, a: actions.answer_eligibility(
        actor=c.acts("ceo"), application=a, answers={"taxes": True}
    ),
    "give_consents": lambda c, a: actions.give_consents(actor=c.acts("ceo"), application=a, consents=["news"]),
    "attach": lambda c, a: c.attach(a),
    "remove_attachment": lambda c, a: actions.remove_attachment(
        actor=c.acts("ceo"), attachment=Attachment.objects.within(application=a).first()
    ),
    "upload_model": lambda c, a: c.upload(a),
    "set_model_inputs": lambda c, a: actions.set_model_inputs(actor=c.acts("ceo"), application=a, inputs=""),
    "remove_model": lambda c, a: actions.remove_model(actor=c.acts("ceo"), application=a),
    "measure_trial": lambda c, a: actions.measure_trial(actor=c.acts("ceo"), application=a),
}  # fmt: skip


@pytest.mark.parametrize("write", WRITES)
def test_every_write_after_submission_is_refused(call: Call, write: str) -> None:
    application = call.submitted()
    before = Application.objects.within(pk=application.pk).values().get()
    with pytest.raises(AccessDenied) as refused:
        WRITES[write](call, application)
    assert refusal(refused) == "application_frozen"
    assert Application.objects.within(pk=application.pk).values().get() == before
    assert ClaimedDemand.objects.within(application=application).get().claims == {"latency_p99": "8.5"}
    assert Attachment.objects.within(application=application, removed_at=None).count() == 1
    assert ModelUpload.objects.within(application=application, removed_at=None).count() == 1


def test_every_writer_is_in_the_list_above() -> None:
    from didimdol.kernel.action import REGISTERED

    others = {"start_application", "submit_application", "withdraw_application", "queue_measurements", "log_export"}
    names = {name.removeprefix("applications.") for name in REGISTERED if name.startswith("applications.")}
    assert names == set(WRITES) | others


def test_pages_of_a_submitted_application_refuse_to_write(call: Call) -> None:
    application = call.submitted()
    client = call.client("ceo")
    for name, sent in (
        ("field", {"field": str(call.field().pk)}),
        ("form", {"q-keyword": "x"}),
        ("autosave", {"q-keyword": "x"}),
        ("eligibility", {"e-taxes": "yes", "e-same-grant": "no"}),
        ("trial", {}),
    ):
        page = client.post(reverse(f"applications:{name}", args=[application.pk]), sent)
        assert page.status_code == 403, name
    assert client.get(reverse("applications:form", args=[application.pk])).status_code == 302


def test_an_amendment_after_submission_does_not_reach_what_was_submitted(call: Call) -> None:
    application = call.submitted()
    pinned = application.rulebook_id
    changed = YAML.replace("max_length: 500", "max_length: 5")
    amend_challenge(
        actor=call.acts("manager"),
        challenge=call.challenge,
        text=changed,
        filename="a.yaml",
        reason="글자 수를 줄입니다.",
    )
    after = call.again(application)
    assert after.rulebook_id == pinned != after.challenge.rulebook_id
    page = call.client("ceo").get(reverse("applications:content_file", args=[application.pk]))
    assert hashlib.sha256(page.content).hexdigest() == application.content_digest
    told = Message.objects.unscoped(why="test").filter(person=call.people["staff"]).exclude(subject__contains="접수증")
    assert told.exists()


# --- withdrawing ---------------------------------------------------------------------------------------------------


def test_withdrawing_needs_a_reason_and_ends_the_measurements(call: Call) -> None:
    application = call.submitted()
    with pytest.raises(BadInput) as missing:
        actions.withdraw_application(actor=call.acts("ceo"), application=application, reason=" ")
    assert refusal(missing) == "reason_required"
    with pytest.raises(AccessDenied) as staff:
        actions.withdraw_application(actor=call.acts("staff"), application=application, reason="바쁨")
    assert refusal(staff) == "only_the_ceo"
    actions.withdraw_application(actor=call.acts("ceo"), application=application, reason="사정이 바뀌었습니다.")
    assert set(DeviceJob.objects.within(subject=application.pk).values_list("state", flat=True)) == {"cancelled"}
    with pytest.raises(WrongState):
        call.submit(call.again(application))
    assert call.client("ceo").get(reverse("applications:receipt", args=[application.pk])).status_code == 200


def test_a_file_that_breaks_off_leaves_nothing(call: Call) -> None:
    application = call.start()

    class Torn(io.BytesIO):
        reads = 0

        def read(self, size: int | None = -1, /) -> bytes:
            self.reads += 1
            if self.reads > 1:
                raise OSError("connection lost")
            return super().read(size)

    with pytest.raises(OSError, match="lost"):
        actions.attach(
            actor=call.acts("ceo"),
            application=application,
            document="plan",
            stream=Torn(PDF * 100_000),
            filename="a.pdf",
        )
    assert not Attachment.objects.within(application=application).exists()
