"""The pages of the memory: who reads which part of it, and that reading leaves a line."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import reverse

from didimdol.kernel.access import Access, Denied
from didimdol.kernel.action import action, audit
from didimdol.kernel.actor import PUBLIC, SYSTEM, Actor
from didimdol.kernel.pages import access_logged, frame
from didimdol.kernel.problems import AccessDenied, Invisible
from didimdol.kernel.words import text
from didimdol.people.ports import ChallengeFacts, challenge_facts
from didimdol.records import actions, queries, rules, sealing, spreadsheet
from didimdol.records.models import AccessEntry, AuditEvent, PersonalNote
from didimdol.records.verifying import verify
from server.tests.records.conftest import link


@pytest.fixture
def two_operators(make_organisation: Any, monkeypatch: Any) -> dict[str, Any]:
    """Two operators with a challenge each."""
    ours, theirs = make_organisation("operator", "우리 기관"), make_organisation("operator", "다른 기관")
    facts = [
        ChallengeFacts(uuid4(), ours.id, text("우리 챌린지", "Ours")),
        ChallengeFacts(uuid4(), theirs.id, text("다른 챌린지", "Theirs")),
    ]

    def answer(ids: Any, operators: Any) -> list[ChallengeFacts]:
        return [f for f in facts if f.id in ids or f.operator in operators]

    monkeypatch.setattr(challenge_facts, "_answer", answer)
    return {"ours": ours, "theirs": theirs, "our": facts[0].id, "their": facts[1].id}


@pytest.fixture
def reader(two_operators: Any, make_person: Any, grant: Any, signed_in: Any) -> Callable[..., tuple[Actor, Client]]:
    def make(role: str = "manager", organisation: str = "ours", **more: Any) -> tuple[Actor, Client]:
        person = make_person(f"{role} 김하늘")
        return grant(person, two_operators[organisation], role, **more), signed_in(person)

    return make


def test_a_manager_reads_the_chains_of_the_own_challenges(two_operators: Any, reader: Any) -> None:
    link(two_operators["our"], type="test.ours")
    link(two_operators["their"], type="test.theirs")
    actor, client = reader()
    page = client.get(reverse("records:log")).content.decode()
    assert "test.ours" in page
    assert "우리 챌린지" in page
    assert "test.theirs" not in page
    assert "다른 챌린지" not in page
    [event] = AuditEvent.objects.within(chain=str(two_operators["their"]))
    assert client.get(reverse("records:event", args=[event.id])).status_code == 404
    with pytest.raises(Invisible):
        queries.access_event(actor, event.id)


def test_a_role_in_one_challenge_reads_that_one(two_operators: Any, reader: Any) -> None:
    other = uuid4()
    link(two_operators["our"])
    link(other)
    actor, _ = reader("auditor", challenge=two_operators["our"])
    assert set(queries.chains_read_by(actor)) == {"site", str(two_operators["our"])}
    actor, _ = reader("auditor", challenge=other)
    assert set(queries.chains_read_by(actor)) == {"site"}


def test_of_the_sites_chain_one_reads_what_the_own_people_did(two_operators: Any, reader: Any) -> None:
    ours, _ = reader("manager")
    theirs, _ = reader("manager", "theirs")
    for actor, kind in ((ours, "test.by_ours"), (theirs, "test.by_theirs")):
        link(actor=actor, type=kind, by=actor.grants[0])
    seen = set(queries.events_visible_to(ours).values_list("type", flat=True))
    assert "test.by_ours" in seen
    assert "test.by_theirs" not in seen


@pytest.mark.parametrize("role", ["coordinator", "verifier"])
@pytest.mark.parametrize("name", ["records:log", "records:access"])
def test_others_are_refused_with_the_reason_and_it_is_logged(reader: Any, role: str, name: str) -> None:
    actor, client = reader(role)
    answer = client.get(reverse(name))
    assert answer.status_code == 403
    assert "사업 담당과 감사만" in answer.content.decode()
    [line] = AccessEntry.objects.within(person=actor.person)
    assert (line.outcome, line.reason, line.what) == ("denied", "records_readers_only", reverse(name))


def test_a_visitor_signs_in_first(client: Client, db: None) -> None:
    answer = client.get(reverse("records:log"))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))


def test_reading_the_log_leaves_a_line(reader: Any) -> None:
    actor, client = reader("auditor")
    client.get(reverse("records:log") + "?type=device")
    [line] = AccessEntry.objects.within(person=actor.person)
    assert (line.outcome, line.what, line.purpose, line.ip) == ("opened", "audit log", "type=device", "127.0.0.1")


def test_filters(two_operators: Any, reader: Any) -> None:
    subject = uuid4()
    actor, client = reader()
    link(two_operators["our"], type="test.one", subject=subject)
    link(two_operators["our"], type="test.two", actor=actor)

    def page(query: str) -> str:
        return client.get(f"{reverse('records:log')}?{query}").content.decode()

    assert "test.one" in page("type=one")
    assert "test.two" not in page("type=one")
    assert "test.two" in page("person=김하늘")
    assert "test.one" not in page("person=김하늘")
    assert "test.one" in page(f"subject={subject}")
    assert "test.two" not in page(f"subject={subject}")
    assert "test.one" not in page("subject=nonsense")
    assert "test.one" in page(f"chain={two_operators['our']}")
    assert "test.one" not in page("chain=site")
    assert client.get(f"{reverse('records:log')}?after=rubbish").status_code == 422


def test_english(reader: Any, two_operators: Any) -> None:
    link(two_operators["our"], type="records.sealed")
    _, client = reader()
    page = client.get(reverse("records:log"), headers={"Accept-Language": "en"}).content.decode()
    assert "Record sealed" in page
    assert "Ours" in page


@pytest.mark.parametrize("rows", [1, 50])
def test_the_lists_cost_the_same_with_one_row_and_fifty(
    reader: Any, two_operators: Any, rows: int, queries: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(frame, "_answer", lambda request: {})  # its cost belongs to the site
    actor, client = reader()
    for _ in range(rows):
        link(two_operators["our"], actor=actor, by=actor.grants[0])
        actions.opened(actor, "document", uuid4())
    client.get(reverse("records:log"))
    for name in ("log", "access"):
        with queries(COSTS[name]):
            assert client.get(reverse(f"records:{name}")).status_code == 200


COSTS = {"log": 11, "access": 10}


# --- one event -----------------------------------------------------------------------------------------------------


def test_the_manager_erases_personal_words_and_the_auditor_does_not(two_operators: Any, reader: Any) -> None:
    link(two_operators["our"], personal={"reason": "홍길동의 사정"})
    note = PersonalNote.objects.within(name="reason", event__chain=str(two_operators["our"])).get()
    erase, shown = reverse("records:erase", args=[note.id]), reverse("records:event", args=[note.event_id])
    _, auditor = reader("auditor")
    assert "홍길동의 사정" in auditor.get(shown).content.decode()
    assert erase not in auditor.get(shown).content.decode()
    assert auditor.get(erase).status_code == 403
    assert auditor.post(erase, {"reason": "장난"}).status_code == 403
    _, stranger = reader("manager", "theirs")
    assert stranger.post(erase, {"reason": "장난"}).status_code == 404
    _, manager = reader("manager")
    assert erase in manager.get(shown).content.decode()
    assert manager.post(erase, {"reason": ""}).status_code == 422
    assert manager.post(erase, {"reason": "본인의 요청"}).status_code == 302
    page = manager.get(shown).content.decode()
    assert "홍길동의 사정" not in page
    assert "지워짐" in page
    assert verify().holds


def test_platform_staff_erase_and_rotate_only_with_a_session(two_operators: Any, make_person: Any, grant: Any) -> None:
    link(two_operators["our"], personal={"reason": "글"})
    note = PersonalNote.objects.within(name="reason", event__chain=str(two_operators["our"])).get()
    person = Actor(kind="person", person=uuid4())
    for refused in (
        lambda: actions.erase_note(actor=person, note=note, reason="까닭"),
        lambda: actions.rotate_key(actor=person, reason="까닭"),
        lambda: actions.sign_heads(actor=person),
    ):
        with pytest.raises(AccessDenied):
            refused()


# --- the access log ------------------------------------------------------------------------------------------------


def test_a_refused_opening_is_read_by_the_operator_of_the_thing(two_operators: Any, reader: Any) -> None:
    subject = uuid4()
    link(two_operators["our"], subject=subject)
    rival = Actor(kind="person", person=uuid4(), ip="10.0.0.9")
    access_logged.ask(actor=rival, what="application", identity=subject, outcome="not_visible", reason="not_found")
    page = reverse("records:access") + "?outcome=not_visible"
    shown = reader("auditor")[1].get(page).content.decode()
    assert "10.0.0.9" in shown
    assert "볼 수 있는 범위에 없음" in shown
    assert "10.0.0.9" not in reader("auditor", "theirs")[1].get(page).content.decode()


def test_a_name_that_is_no_id_is_kept_in_words(db: None) -> None:
    access_logged.ask(
        actor=PUBLIC, what="challenge", identity="no-such-slug", outcome="not_visible", reason="not_found"
    )
    line = AccessEntry.objects.within(outcome="not_visible").get()
    assert (line.what, line.subject_id) == ("challenge no-such-slug", None)


def test_a_line_stays_when_what_follows_fails(two_operators: Any) -> None:
    subject = uuid4()

    @action
    def open_and_fail(*, actor: Actor) -> None:
        audit("test.failed")
        raise AccessDenied("records_readers_only", Denied("records_readers_only").message)

    actions.opened(SYSTEM, "document", subject)
    with pytest.raises(AccessDenied):
        open_and_fail(actor=SYSTEM)
    access_logged.ask(actor=SYSTEM, what="x", identity=subject, outcome="denied", reason="x")
    assert AccessEntry.objects.within(subject_id=subject).count() == 2


# --- Excel ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["log", "access"])
def test_a_list_is_downloaded_with_a_reason(two_operators: Any, reader: Any, what: str) -> None:
    link(two_operators["our"], type="test.exported")
    link(two_operators["their"], type="test.hidden")
    actor, client = reader("auditor")
    actions.opened(actor, "test.exported", None)
    url = reverse("records:export", args=[what])
    assert client.get(url).status_code == 200
    assert client.post(url, {"reason": " "}).status_code == 422
    answer = client.post(url, {"reason": "정기 감사"})
    assert answer.status_code == 200
    assert answer["Content-Type"] == spreadsheet.CONTENT_TYPE
    with zipfile.ZipFile(BytesIO(answer.content)) as book:
        everything = "".join(book.read(name).decode() for name in book.namelist())
    assert "test.exported" in everything
    assert "test.hidden" not in everything
    line = AccessEntry.objects.within(person=actor.person, what=f"export: {what}").get()
    assert line.purpose == "정기 감사"
    event = AuditEvent.objects.within(type="records.exported", person=actor.person).get()
    assert event.notes.get().value == "정기 감사"


def test_what_a_person_wrote_never_becomes_a_formula() -> None:
    sheet = spreadsheet.workbook(
        "x", ["말"], [['=HYPERLINK("http://evil")'], ["@SUM(1)"], [datetime(2025, 1, 1, tzinfo=UTC)], [7]]
    )
    with zipfile.ZipFile(BytesIO(sheet)) as book:
        content = "".join(book.read(name).decode() for name in book.namelist())
    assert "<f>" not in content
    assert "HYPERLINK" in content


def test_others_do_not_download(reader: Any) -> None:
    _, client = reader("coordinator")
    assert client.post(reverse("records:export", args=["log"]), {"reason": "그냥"}).status_code == 403


# --- published -----------------------------------------------------------------------------------------------------


def test_heads_and_keys_are_public(client: Client, challenge_id: UUID) -> None:
    link(challenge_id)
    heads = actions.sign_heads(actor=SYSTEM)
    page = client.get(reverse("records:heads"))
    assert page.status_code == 200
    assert heads[0].hash in page.content.decode()
    published = client.get(reverse("records:heads_json")).json()
    assert str(challenge_id) in {head["chain"] for head in published["heads"]}
    ring = client.get(reverse("records:keys")).json()
    assert [key["key_id"] for key in ring["keys"]] == [heads[0].key_id]
    assert "private" not in str(ring)


# --- sealed records and the story of a thing -----------------------------------------------------------------------


def sealed(**more: Any) -> Any:
    from didimdol.kernel.action import writing
    from didimdol.records import keys
    from didimdol_decide.sealing import sign

    with writing("tests.seal", SYSTEM):
        key_id, private = keys.current()
        document = sign({"number": "A-1"}, private, key_id)
        return sealing.seal(
            **{
                "kind": "receipt", "tier": "own", "subject_id": uuid4(), "challenge": None, "organisation": uuid4(),
                "document": document, "digest": document["digest"], **more,
            }
        )  # fmt: skip


def test_a_sealed_record_keeps_what_was_signed(db: None) -> None:
    from didimdol.records import keys
    from didimdol_decide.sealing import verify as genuine

    record = sealed()
    record.refresh_from_db()
    assert genuine(record.document, keys.published()) == {"number": "A-1"}
    event = AuditEvent.objects.within(subject_id=record.id, type="records.sealed").get()
    assert event.facts["digest"] == record.digest
    assert list(queries.sealed_of(record.subject_id, "receipt", "own")) == [record]


@pytest.mark.parametrize(
    "wrong", [{"tier": "secret"}, {"organisation": None}, {"tier": "public"}, {"document": {"a": 1}}]
)
def test_what_is_not_sealed(db: None, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"tier|belongs|key_id"):
        sealed(**wrong)


def test_a_timeline_names_colleagues_and_only_the_role_of_others(
    two_operators: Any, reader: Any, make_organisation: Any, make_person: Any, grant: Any
) -> None:
    manager, _ = reader("manager")
    ceo = grant(make_person("나대표"), make_organisation("startup", "기업"), "ceo")
    subject = uuid4()
    link(two_operators["our"], actor=ceo, by=ceo.grants[0], subject=subject, type="test.sent")
    link(two_operators["our"], actor=manager, by=manager.grants[0], subject=subject, type="records.sealed")
    mine = queries.timeline(ceo, subject, "ko")
    assert [(item.what, item.who) for item in mine] == [("test.sent", "나대표 · 대표자"), ("기록 봉인", "사업 담당")]
    theirs = queries.timeline(manager, subject, "en")
    assert [item.who for item in theirs] == ["나대표 · Chief executive", "manager 김하늘 · Programme manager"]
    assert isinstance(rules.may_read_log(manager), Access)
