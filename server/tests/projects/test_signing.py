"""Three ways to sign: in the system, by a mailed link without an account, on paper. The third signature binds."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from didimdol.kernel import blobs, clock
from didimdol.kernel.actor import PUBLIC
from didimdol.kernel.problems import AccessDenied, BadInput, Invisible, TooMany, WrongState
from didimdol.notices.models import Message, Todo
from didimdol.projects import tasks
from didimdol.projects.actions import agreements, signing
from didimdol.projects.actions.signing import decide_by_link, record_paper_signature, send_signing_link, sign_agreement
from didimdol.projects.models import Agreement, Milestone, SigningLink
from didimdol.projects.signals import project_signed
from didimdol.projects.signing_links import secret_of
from didimdol.records.models import AuditEvent
from server.tests.projects.standing import standing
from server.tests.projects.worlds import DECISION, ENDS, GRANT, STARTS, Poc, offered_agreement

pytestmark = pytest.mark.django_db


@standing.world
def offered() -> tuple[Poc, Agreement]:
    return offered_agreement()


def sign(poc: Poc, agreement: Agreement, who: str) -> Agreement:
    return sign_agreement(actor=poc.actor(who), agreement=agreement, sha256=agreement.sha256)


def link_to(poc: Poc, agreement: Agreement, **more: Any) -> tuple[SigningLink, str]:
    values = {"address": poc.people["owner"].email, "name": "김책임", **more}
    link = send_signing_link(actor=poc.lead, agreement=agreement, **values)
    return link, secret_of(link.pk)


# --- in the system -------------------------------------------------------------------------------------------------


def test_three_signatures_start_the_project(offered: tuple[Poc, Agreement]) -> None:
    poc, agreement = offered
    heard: list[str] = []

    def hear(sender: object, **facts: Any) -> None:
        heard.append(facts["project"].state)

    project_signed.connect(hear)
    try:
        for who, state in (("ceo", "preparing"), ("owner", "preparing"), ("manager", "active")):
            sign(poc, agreement, who)
            assert poc.again().state == state
    finally:
        project_signed.disconnect(hear)
    project = poc.project
    assert heard == ["active"]
    assert (project.starts_on, project.ends_on, project.grant) == (STARTS, ENDS, GRANT)
    agreement.refresh_from_db()
    assert (agreement.state, agreement.decision_on) == ("signed", DECISION)
    steps = Milestone.objects.within(project=project).order_by("position")
    assert [(m.amount, m.gate, m.state) for m in steps] == [
        (24_000_000, "verification", "planned"),
        (36_000_000, "witnessed", "planned"),
    ]
    assert not Todo.objects.within(subject_id=agreement.pk, closed_at=None).exists()


def test_each_waits_until_they_signed(offered: tuple[Poc, Agreement]) -> None:
    poc, agreement = offered

    def waiting() -> list[str]:
        found = Todo.objects.within(subject_id=agreement.pk, closed_at=None)
        return sorted(todo.person.name if todo.person else todo.role for todo in found)

    owner = poc.people["owner"].name
    assert waiting() == sorted(["ceo", "manager", owner])
    sign(poc, agreement, "ceo")
    assert waiting() == sorted(["manager", owner])


def test_signed_twice_is_signed_once(offered: tuple[Poc, Agreement]) -> None:
    poc, agreement = offered
    sign(poc, agreement, "ceo")
    sign(poc, agreement, "ceo")
    assert agreement.signatures.count() == 1
    events = AuditEvent.objects.within(subject_id=agreement.pk, type__startswith="agreement.signed")
    assert sorted(events.values_list("type", flat=True)) == ["agreement.signed_again", "agreement.signed_by_party"]


def test_only_the_text_that_was_shown_is_signed(offered: tuple[Poc, Agreement]) -> None:
    poc, agreement = offered
    for other in ("", "0" * 64):
        with pytest.raises(BadInput) as refused:
            sign_agreement(actor=poc.ceo, agreement=agreement, sha256=other)
        assert refused.value.code == "other_text"
    assert not agreement.signatures.exists()


def test_others_of_the_parties_do_not_sign(offered: tuple[Poc, Agreement]) -> None:
    poc, agreement = offered
    for who in ("staff", "lead", "coordinator", "auditor"):
        with pytest.raises(AccessDenied) as refused:
            sign(poc, agreement, who)
        assert refused.value.code == "not_a_signer"


def test_rivals_do_not_sign(offered: tuple[Poc, Agreement]) -> None:
    poc, agreement = offered
    for who in ("ceo", "owner"):
        with pytest.raises(AccessDenied):
            sign(poc.rivals[0], agreement, who)


def test_a_draft_is_not_signed() -> None:
    poc, agreement = offered_agreement()
    agreements.take_back_agreement(actor=poc.manager, agreement=agreement, reason="기간을 고칩니다.")
    with pytest.raises(WrongState):
        sign(poc, agreement, "ceo")


def test_declined_goes_back_to_the_manager(offered: tuple[Poc, Agreement]) -> None:
    poc, agreement = offered
    sign(poc, agreement, "ceo")
    with pytest.raises(BadInput):
        signing.decline_agreement(actor=poc.owner, agreement=agreement, reason="")
    signing.decline_agreement(actor=poc.owner, agreement=agreement, reason="성공 기준을 다시 정해야 합니다.")
    agreement.refresh_from_db()
    assert (agreement.state, agreement.ended_reason) == ("declined", "성공 기준을 다시 정해야 합니다.")
    (todo,) = Todo.objects.within(subject_id=agreement.pk, closed_at=None)
    assert (todo.role, todo.organisation) == ("manager", poc.world.operator)
    with pytest.raises(WrongState):
        sign(poc, agreement, "manager")
    assert Message.objects.within(person=poc.people["manager"], body="성공 기준을 다시 정해야 합니다.").exists()


# --- by link -------------------------------------------------------------------------------------------------------


def test_a_link_signs_without_an_account(offered: tuple[Poc, Agreement]) -> None:
    poc, agreement = offered
    _link, secret = link_to(poc, agreement)
    decide_by_link(actor=PUBLIC, secret=secret, accept=True, name="김책임", title="사업부장")
    signature = agreement.signatures.get()
    assert (signature.party, signature.method, signature.name, signature.title, signature.person) == (
        "company", "link", "김책임", "사업부장", None,
    )  # fmt: skip
    assert signature.sha256 == agreement.sha256
    for who in ("ceo", "manager"):
        sign(poc, agreement, who)
    assert poc.again().state == "active"


def test_a_link_works_once(offered: tuple[Poc, Agreement]) -> None:
    poc, agreement = offered
    _, secret = link_to(poc, agreement)
    decide_by_link(actor=PUBLIC, secret=secret, accept=True, name="김책임")
    for accept in (True, False):
        with pytest.raises(WrongState) as refused:
            decide_by_link(actor=PUBLIC, secret=secret, accept=accept, name="김책임", reason="-")
        assert refused.value.code == "link_used"
    assert agreement.signatures.count() == 1


def test_a_link_expires_by_the_real_clock(offered: tuple[Poc, Agreement], monkeypatch: pytest.MonkeyPatch) -> None:
    poc, agreement = offered
    link, secret = link_to(poc, agreement)
    with clock.moved(clock.now() + timedelta(days=400)):  # the challenge's clock has nothing to say here
        assert signing.why_not_open(link) is None
    late = link.expires_at
    monkeypatch.setattr(clock, "real", lambda: late)
    with pytest.raises(WrongState) as refused:
        decide_by_link(actor=PUBLIC, secret=secret, accept=True, name="김책임")
    assert refused.value.code == "link_expired"


def test_a_new_link_ends_the_one_before(offered: tuple[Poc, Agreement]) -> None:
    poc, agreement = offered
    first, secret = link_to(poc, agreement)
    second, _ = link_to(poc, agreement)
    first.refresh_from_db()
    assert (first.state, second.state) == ("revoked", "sent")
    with pytest.raises(WrongState) as refused:
        decide_by_link(actor=PUBLIC, secret=secret, accept=True, name="김책임")
    assert refused.value.code == "link_ended"


def test_signing_otherwise_ends_the_link(offered: tuple[Poc, Agreement]) -> None:
    poc, agreement = offered
    _link, secret = link_to(poc, agreement)
    sign(poc, agreement, "owner")
    with pytest.raises(WrongState):
        decide_by_link(actor=PUBLIC, secret=secret, accept=True, name="김책임")
    with pytest.raises(WrongState):
        link_to(poc, agreement)


def test_taking_back_ends_the_link(offered: tuple[Poc, Agreement]) -> None:
    poc, agreement = offered
    link, _ = link_to(poc, agreement)
    agreements.take_back_agreement(actor=poc.manager, agreement=agreement, reason="고칩니다.")
    link.refresh_from_db()
    assert link.state == "revoked"


def test_the_link_goes_to_the_address_in_the_agreement_only(offered: tuple[Poc, Agreement]) -> None:
    """Whoever may send a link cannot sign in the owner's place by sending it to themselves."""
    poc, agreement = offered
    with pytest.raises(BadInput) as refused:
        link_to(poc, agreement, address=poc.people["lead"].email)
    assert refused.value.code == "other_address"
    for who in ("ceo", "staff", "owner", "coordinator", "auditor"):
        with pytest.raises(AccessDenied):
            send_signing_link(
                actor=poc.actor(who), agreement=agreement, address=poc.people["owner"].email, name="김책임"
            )


def test_only_a_hash_of_the_secret_is_kept_and_the_mail_holds_it(offered: tuple[Poc, Agreement]) -> None:
    poc, agreement = offered
    link, secret = link_to(poc, agreement)
    assert secret not in str([getattr(link, f.attname) for f in link._meta.concrete_fields])
    tasks.send_signing_link(str(link.pk))
    (letter,) = [m for m in mail.outbox if secret in m.body]
    assert letter.to == [poc.people["owner"].email]
    assert poc.project.number in letter.subject
    signing.revoke_signing_link(actor=poc.manager, link=link)
    tasks.send_signing_link(str(link.pk))
    assert len([m for m in mail.outbox if secret in m.body]) == 1


def test_declined_by_link_needs_a_reason_and_goes_back(offered: tuple[Poc, Agreement]) -> None:
    poc, agreement = offered
    link, secret = link_to(poc, agreement)
    with pytest.raises(BadInput):
        decide_by_link(actor=PUBLIC, secret=secret, accept=False, name="김책임", reason="  ")
    decide_by_link(actor=PUBLIC, secret=secret, accept=False, name="김책임", reason="예산이 확정되지 않았습니다.")
    agreement.refresh_from_db()
    link.refresh_from_db()
    assert (agreement.state, link.state, link.declined_reason) == (
        "declined",
        "declined",
        "예산이 확정되지 않았습니다.",
    )
    (todo,) = Todo.objects.within(subject_id=agreement.pk, closed_at=None)
    assert todo.role == "manager"


def test_an_unknown_secret_is_not_there() -> None:
    with pytest.raises(Invisible):
        decide_by_link(actor=PUBLIC, secret="0" * 64, accept=True, name="김책임")


def test_the_page_of_a_link(offered: tuple[Poc, Agreement]) -> None:
    poc, agreement = offered
    _link, secret = link_to(poc, agreement)
    client, url = Client(), f"/projects/sign/{secret}/"
    page = client.get(url)
    assert page.status_code == 200
    assert page["Referrer-Policy"] == "same-origin"
    shown = page.content.decode()
    assert agreement.sha256 in shown
    # the sheet, and no way further into the system
    assert not re.findall(rf'href="/projects/(?!sign/{secret})', shown)
    file = b"".join(client.get(f"{url}agreement.pdf").streaming_content)
    assert file == original(agreement)
    assert client.get(f"{url}sheet.pdf").content.startswith(b"%PDF-")
    assert client.get(poc.project.get_absolute_url()).status_code == 302
    assert client.get(f"/projects/agreements/{agreement.pk}/agreement.pdf").status_code == 302
    refused = client.post(url, {"name": "김책임", "decline": "1"})
    assert refused.status_code == 422
    done = client.post(url, {"name": "김책임", "title": "사업부장", "accept": "1"}, follow=True)
    assert done.status_code == 410
    assert "서명이 끝났습니다" in done.content.decode()
    assert agreement.signatures.get().method == "link"
    for path in (f"{url}agreement.pdf", f"{url}sheet.pdf"):
        assert client.get(path).status_code == 409


def test_guessing_secrets_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    from didimdol.projects.views import links

    monkeypatch.setattr(links, "TRIES_AN_HOUR", 3)
    client = Client()
    tries = [client.get(f"/projects/sign/{n:064d}/").status_code for n in range(4)]
    assert tries == [404, 404, 404, 429]


def test_mails_are_limited(offered: tuple[Poc, Agreement], monkeypatch: pytest.MonkeyPatch) -> None:
    poc, agreement = offered
    monkeypatch.setattr(signing, "LINKS_A_DAY", 1)
    link_to(poc, agreement)
    with pytest.raises(TooMany):
        link_to(poc, agreement)


# --- on paper ------------------------------------------------------------------------------------------------------


def paper(poc: Poc, agreement: Agreement, content: bytes, **more: Any) -> Agreement:
    values = {"party": "company", "name": "김책임", "title": "사업부장", "filename": "../서명본.pdf", **more}
    actor = values.pop("actor", None) or poc.manager
    return record_paper_signature(actor=actor, agreement=agreement, stream=BytesIO(content), **values)


def original(agreement: Agreement) -> bytes:
    assert agreement.pdf is not None
    with blobs.open_blob(agreement.pdf) as handle:
        return bytes(handle.read())


def test_a_digital_signature_is_added_to_the_very_file(offered: tuple[Poc, Agreement]) -> None:
    poc, agreement = offered
    paper(poc, agreement, original(agreement) + b"\n%% signature appended")
    signature = agreement.signatures.get()
    assert (signature.method, signature.compared, signature.filename) == ("paper", "bytes", "서명본.pdf")
    assert signature.sha256 == agreement.sha256
    assert signature.blob is not None
    assert signature.blob.sha256 != agreement.sha256


def test_a_scan_is_known_by_the_code_on_its_pages(offered: tuple[Poc, Agreement]) -> None:
    poc, agreement = offered
    paper(poc, agreement, b"%PDF-1.4 a scan", code=agreement.code.lower().replace("-", " "))
    assert agreement.signatures.get().compared == "code"


def test_other_files_are_refused(offered: tuple[Poc, Agreement]) -> None:
    poc, agreement = offered
    for content, code, refusal in (
        (b"PK\x03\x04", "", "not_a_pdf"),
        (b"%PDF-1.4 a scan", "", "other_paper"),
        (b"%PDF-1.4 a scan", "0000-0000-0000-0000", "other_paper"),
        (original(agreement), "", "unsigned_copy"),
        (original(agreement), agreement.code, "unsigned_copy"),
    ):
        with pytest.raises(BadInput) as refused:
            paper(poc, agreement, content, code=code)
        assert refused.value.code == refusal
    assert not agreement.signatures.exists()


def test_a_changed_file_is_refused(offered: tuple[Poc, Agreement]) -> None:
    poc, agreement = offered
    changed = original(agreement).replace(b"\n", b"\r", 1) + b"\n%% signature"
    with pytest.raises(BadInput):
        paper(poc, agreement, changed)


def test_the_code_of_an_earlier_version_is_refused(offered: tuple[Poc, Agreement]) -> None:
    from server.tests.projects.worlds import drafted_agreement

    poc, first = offered
    agreements.take_back_agreement(actor=poc.manager, agreement=first, reason="성공 기준을 고칩니다.")
    second = agreements.offer_agreement(actor=poc.manager, agreement=drafted_agreement(poc, success="더 엄격한 기준"))
    assert (second.version, second.code != first.code) == (2, True)
    with pytest.raises(BadInput):
        paper(poc, second, b"%PDF-1.4 a scan", code=first.code)


def test_who_files_paper(offered: tuple[Poc, Agreement]) -> None:
    poc, agreement = offered
    scan = {"content": b"%PDF-1.4 a scan", "code": agreement.code}
    for who in ("staff", "ceo", "coordinator", "auditor"):
        with pytest.raises(AccessDenied):
            paper(poc, agreement, actor=poc.actor(who), **scan)  # type: ignore[arg-type]
    with pytest.raises(AccessDenied):
        paper(poc, agreement, actor=poc.rivals[0].lead, **scan)  # type: ignore[arg-type]
    paper(poc, agreement, actor=poc.lead, **scan)  # type: ignore[arg-type]
    paper(poc, agreement, actor=poc.ceo, party="startup", **scan)  # type: ignore[arg-type]
    paper(poc, agreement, party="operator", **scan)  # type: ignore[arg-type]
    assert poc.again().state == "active"


def test_the_parties_read_the_paper_and_rivals_do_not(offered: tuple[Poc, Agreement], signed_in: Any) -> None:
    poc, agreement = offered
    paper(poc, agreement, b"%PDF-1.4 a scan", code=agreement.code)
    url = f"/projects/signatures/{agreement.signatures.get().pk}/file/"
    for who in ("ceo", "lead", "owner", "manager", "auditor"):
        assert signed_in(poc.people[who]).get(url).status_code == 200
    for who in ("ceo", "lead", "owner"):
        assert signed_in(poc.rivals[0].people[who]).get(url).status_code == 404


def test_all_ways_come_to_one_agreement(offered: tuple[Poc, Agreement]) -> None:
    poc, agreement = offered
    sign(poc, agreement, "ceo")
    _, secret = link_to(poc, agreement)
    decide_by_link(actor=PUBLIC, secret=secret, accept=True, name="김책임")
    paper(poc, agreement, b"%PDF-1.4 a scan", party="operator", code=agreement.code)
    assert poc.again().state == "active"
    methods = dict(agreement.signatures.values_list("party", "method"))
    assert methods == {"startup": "system", "company": "link", "operator": "paper"}
    assert set(agreement.signatures.values_list("sha256", flat=True)) == {agreement.sha256}
