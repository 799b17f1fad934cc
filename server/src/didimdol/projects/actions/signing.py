"""Three ways to sign: in the system, by a mailed link without an account, on paper. The third party's makes it binding."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import IO

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from didimdol.applications.filenames import plain_name
from didimdol.kernel import blobs, clock
from didimdol.kernel.access import require
from didimdol.kernel.action import action, audit, defer, locked, notify, save
from didimdol.kernel.actor import SYSTEM, Actor, Grant
from didimdol.kernel.limits import limit
from didimdol.kernel.models import Blob
from didimdol.kernel.problems import BadInput, WrongState
from didimdol.kernel.words import LANGUAGES, Text, normal, text
from didimdol.people.models import Person
from didimdol.people.queries import hash_of, person_of
from didimdol.projects import rules
from didimdol.projects.actions.agreements import held, revoke_links
from didimdol.projects.actions.milestones import create_milestones
from didimdol.projects.actions.opening import managers_of, people_of
from didimdol.projects.content import charter_of
from didimdol.projects.documents import same_code
from didimdol.projects.enums import PARTIES
from didimdol.projects.models import Agreement, Project, Signature, SigningLink
from didimdol.projects.queries import link_by_secret
from didimdol.projects.signals import project_signed
from didimdol.projects.signing_links import LASTS, secret_of
from didimdol.projects.states.agreement import AGREEMENT, LINK
from didimdol.projects.states.project import PROJECT

MOST_PAPER = 30_000_000
LINKS_A_DAY = 20


@action
def sign_agreement(*, actor: Actor, agreement: Agreement, sha256: str) -> Agreement:
    """Sign for one's party exactly the text whose hash the page showed. Raises AccessDenied, WrongState, BadInput."""
    agreement = held(agreement)
    party, access = rules.party_of(actor, agreement)
    by = require(access)
    if sha256 != agreement.sha256 or not sha256:
        raise BadInput("other_text", *_OTHER_TEXT, fields={"sha256": _OTHER_TEXT[0]})
    person = person_of(actor)
    return _sign(actor, agreement, party, "system", person.name, person=person, by=by)


@action
def send_signing_link(
    *, actor: Actor, agreement: Agreement, address: str, name: str, language: str = "ko"
) -> SigningLink:
    """Mail the budget owner a link that works once, for 14 days, without an account. Only to the address that the
    agreement names; an earlier link stops working. Raises AccessDenied, WrongState, BadInput, TooMany."""
    agreement = held(agreement)
    by = require(rules.may_send_link(actor, agreement))
    _require_open(agreement, "company")
    address, name = address.strip().lower(), normal(name.strip())
    try:
        validate_email(address)
    except ValidationError as error:
        raise BadInput("bad_address", _ADDRESS, fields={"address": _ADDRESS}) from error
    if not name:
        raise BadInput("no_name", _NAME, fields={"name": _NAME})
    if address not in addresses_of(agreement):
        raise BadInput("other_address", *_OTHER_ADDRESS, fields={"address": _OTHER_ADDRESS[0]})
    limit(f"signing_links:{agreement.pk}", most=LINKS_A_DAY, per=timedelta(days=1))
    revoke_links(agreement)
    link = SigningLink(
        agreement=agreement,
        address=address,
        name=name[:120],
        language=language if language in LANGUAGES else "ko",
        expires_at=clock.real() + LASTS,
        sent_by=person_of(actor),
    )
    link.secret_hash = hash_of(secret_of(link.pk))
    LINK.enter(actor, link, by=by, facts={"sha256": agreement.sha256}, personal={"address": address, "name": name})
    defer("projects.send_signing_link", link=str(link.pk))
    return link


@action
def revoke_signing_link(*, actor: Actor, link: SigningLink) -> SigningLink:
    """The link stops working. Raises AccessDenied, WrongState."""
    agreement = held(link.agreement)
    link = locked(link)
    link.agreement = agreement
    LINK.move("revoke", actor, link)
    return link


@action
def decide_by_link(
    *, actor: Actor, secret: str, accept: bool, name: str, title: str = "", reason: str = ""
) -> SigningLink:
    """Sign or decline as the budget owner to whom the link was mailed; the secret is the proof. Declining needs a reason
    and hands the agreement back to the programme manager. Raises Invisible, WrongState, BadInput."""
    found = link_by_secret(secret)
    agreement = held(found.agreement)
    link = locked(found)
    link.agreement = agreement
    if refused := why_not_open(link):
        raise refused
    name, title, reason = normal(name.strip()), normal(title.strip()), normal(reason.strip())
    if not name:
        raise BadInput("no_name", _NAME, fields={"name": _NAME})
    if not accept and not reason:
        raise BadInput("reason_required", _REASON, fields={"reason": _REASON})
    link.used_at = clock.real()
    if accept:
        save(link, "used_at")
        LINK.move("sign", SYSTEM, link, facts={"sha256": agreement.sha256})
        _sign(actor, agreement, "company", "link", name, title=title)
        return link
    link.declined_reason = reason
    save(link, "used_at", "declined_reason")
    LINK.move("decline", SYSTEM, link, reason=reason)
    _decline(agreement, "company", reason)
    return link


@action
def decline_agreement(*, actor: Actor, agreement: Agreement, reason: str) -> Agreement:
    """Refuse to sign, with the reason; the programme manager drafts anew. Raises AccessDenied, WrongState, BadInput."""
    agreement = held(agreement)
    party, access = rules.party_of(actor, agreement)
    by = require(access)
    _require_open(agreement, party)
    if not reason.strip():
        raise BadInput("reason_required", _REASON, fields={"reason": _REASON})
    audit("agreement.refused_by_party", agreement, by=by, facts={"party": party})
    _decline(agreement, party, normal(reason.strip()))
    return agreement


@action
def record_paper_signature(
    *,
    actor: Actor,
    agreement: Agreement,
    party: str,
    name: str,
    title: str,
    stream: IO[bytes],
    filename: str,
    code: str = "",
) -> Agreement:
    """File the PDF that came back signed. It counts where it holds the offered file byte for byte with something added
    (a digital signature), or where ``code`` is the document code printed on its pages (a scan).

    Raises AccessDenied, WrongState, BadInput.
    """
    agreement = held(agreement)
    if party not in PARTIES:
        raise BadInput("unknown_party", _PARTY, fields={"party": _PARTY})
    by = require(rules.may_record_paper(actor, agreement, party))
    _require_open(agreement, party)
    name = normal(name.strip())
    if not name:
        raise BadInput("no_name", _NAME, fields={"name": _NAME})
    content = stream.read(MOST_PAPER + 1)
    compared = _compared(agreement, content, code)
    operator = agreement.project.challenge.programme.operator_id
    blob = blobs.store(BytesIO(content), organisation=operator, most_bytes=MOST_PAPER)
    agreement.signed_pdf = blob
    save(agreement, "signed_pdf")
    more = {"blob": blob, "filename": plain_name(filename), "compared": compared}
    return _sign(actor, agreement, party, "paper", name, title=normal(title.strip()), by=by, **more)  # type: ignore[arg-type]


def _compared(agreement: Agreement, content: bytes, code: str) -> str:
    """How the file was recognised as the offered agreement. Raises BadInput."""
    assert agreement.pdf is not None  # an offered agreement has its text
    if not content.startswith(b"%PDF-"):
        raise BadInput("not_a_pdf", *_NOT_PDF, fields={"file": _NOT_PDF[0]})
    with blobs.open_blob(agreement.pdf) as handle:
        offered = handle.read()
    if content == offered:
        raise BadInput("unsigned_copy", *_UNSIGNED, fields={"file": _UNSIGNED[0]})
    if content.startswith(offered):
        return "bytes"
    if same_code(code, agreement.code):
        return "code"
    raise BadInput("other_paper", *_OTHER_PAPER, fields={"code": _OTHER_PAPER[0]})


# --- what every way comes to ---------------------------------------------------------------------------------------


def _sign(
    actor: Actor,
    agreement: Agreement,
    party: str,
    method: str,
    name: str,
    *,
    title: str = "",
    person: Person | None = None,
    by: Grant | None = None,
    blob: Blob | None = None,
    filename: str = "",
    compared: str = "",
) -> Agreement:
    if agreement.signatures.filter(party=party).exists() and agreement.state in ("offered", "signed"):
        audit("agreement.signed_again", agreement, by=by, facts={"party": party})
        return agreement
    _require_open(agreement, party)
    signature = Signature(
        agreement=agreement,
        party=party,
        method=method,
        sha256=agreement.sha256,
        person=person,
        name=name[:120],
        title=title[:120],
        address=actor.ip[:60],
        blob=blob,
        filename=filename,
        compared=compared,
    )
    save(signature)
    audit(
        "agreement.signed_by_link" if method == "link" else "agreement.signed_by_party",
        agreement,
        by=by,
        facts={
            "party": party,
            "method": method,
            "sha256": agreement.sha256,
            **({"file": blob.sha256, "compared": compared} if blob else {}),
        },
        personal={"name": name, "title": title},
    )
    if party == "company":
        revoke_links(agreement)
    if agreement.signatures.count() == len(PARTIES):
        _complete(actor, agreement)
    else:
        AGREEMENT.tell_waits(agreement)
    return agreement


def _complete(actor: Actor, agreement: Agreement) -> None:
    """The third signature: the agreement binds, the project runs, its milestones are there."""
    project, plan, charter = agreement.project, agreement.plan, charter_of(agreement.charter)
    AGREEMENT.move("complete", SYSTEM, agreement, facts={"sha256": agreement.sha256})
    project.signed_at = clock.now()
    project.starts_on, project.ends_on, project.grant = charter.starts_on, charter.ends_on, plan.grant
    save(project, "signed_at", "starts_on", "ends_on", "grant")
    PROJECT.move("sign", SYSTEM, project, facts={"grant": plan.grant, "sha256": agreement.sha256})
    create_milestones(project=project, plan=plan)
    project_signed.send(Project, project=project, actor=actor)
    notify(
        [*people_of(project), *managers_of(project)],
        subject=text(f"협약이 체결되었습니다 · {project.number}", f"The agreement is signed · {project.number}"),
        body=text(
            "세 당사자가 모두 서명했습니다. 과제가 시작됩니다.", "All three parties have signed: the project starts."
        ),
        url=project.get_absolute_url(),
    )


def _decline(agreement: Agreement, party: str, reason: str) -> None:
    agreement.ended_reason = reason
    save(agreement, "ended_reason")
    AGREEMENT.move("decline", SYSTEM, agreement, reason=reason, facts={"party": party})
    revoke_links(agreement)
    project, who = agreement.project, PARTIES[party]
    notify(
        [*managers_of(project), *people_of(project)],
        subject=text(
            f"{who['ko']}이 서명을 거절했습니다 · {project.number}",
            f"Signing was declined ({who['en'].lower()}) · {project.number}",
        ),
        body=text(reason, reason),
        url=agreement.get_absolute_url(),
    )


def _require_open(agreement: Agreement, party: str) -> None:
    """Raises where nobody can sign, or this party has."""
    if agreement.state != "offered":
        raise WrongState("not_offered", *_NOT_OFFERED, state=agreement.state)
    if agreement.signatures.filter(party=party).exists():
        raise WrongState("signed_already", *_SIGNED)


def why_not_open(link: SigningLink) -> WrongState | None:
    """Why a link that exists does not work any more; None while it does."""
    if link.state == "signed":
        return WrongState("link_used", *_USED)
    if link.state != "sent":
        return WrongState("link_ended", *_ENDED)
    if link.expires_at <= clock.real():
        return WrongState("link_expired", *_EXPIRED)
    return WrongState("link_ended", *_ENDED) if link.agreement.state != "offered" else None


def addresses_of(agreement: Agreement) -> list[str]:
    """Where a link may go: the addresses of the budget owner that all parties read in the agreement."""
    owner = charter_of(agreement.charter).owner
    found = [owner.email if owner else "", agreement.budget_owner.email if agreement.budget_owner else ""]
    return list(dict.fromkeys(address.lower() for address in found if address))


_NAME: Text = text("서명하는 분의 이름을 적어 주십시오.", "Give the name of who signs.")
_ADDRESS: Text = text("전자우편 주소를 확인해 주십시오.", "Please check the e-mail address.")
_REASON: Text = text("사유를 적어 주십시오.", "Please give the reason.")
_PARTY: Text = text("누구의 서명인지 고르십시오.", "Say whose signature it is.")
_OTHER_TEXT = (
    text("서명하려는 협약서가 화면에서 본 것과 다릅니다.", "The agreement is not the one that the page showed."),
    text("화면을 새로 고쳐 협약서를 다시 읽고 서명해 주십시오.", "Reload the page, read it again and sign."),
)
_OTHER_ADDRESS = (
    text("협약서에 적힌 사업부 책임자의 주소가 아닙니다.", "Not the address of the budget owner in the agreement."),
    text(
        "주소를 바꾸려면 협약서를 거두고 다시 작성해 주십시오.",
        "To change it, take the agreement back and draft it anew.",
    ),
)
_NOT_PDF = (
    text("PDF 파일이 아닙니다.", "The file is not a PDF."),
    text("서명한 협약서를 PDF로 올려 주십시오.", "Upload the signed agreement as a PDF."),
)
_UNSIGNED = (
    text("제안한 파일 그대로입니다. 서명이 들어 있지 않습니다.", "This is the offered file itself: nobody signed it."),
    text(
        "서명을 넣은 파일이나 서명한 종이의 스캔을 올려 주십시오.", "Upload the file with the signature, or the scan."
    ),
)
_OTHER_PAPER = (
    text(
        "제안한 협약서와 맞지 않습니다. 스캔이라면 쪽 아래에 찍힌 문서 번호를 적어 주십시오.",
        "It does not match the offered agreement. Of a scan, type the document code from the foot of its pages.",
    ),
    text(
        "번호가 다르면 다른 판에 서명한 것입니다. 지금 판을 내려받아 다시 서명해 주십시오.",
        "Another code means that another version was signed: download the present one and sign again.",
    ),
)
_NOT_OFFERED = (
    text("지금은 서명할 수 없는 협약서입니다.", "This agreement cannot be signed now."),
    text("서명을 요청한 협약서에만 서명합니다.", "Only an agreement that was offered is signed."),
)
_SIGNED = (
    text("이 당사자는 이미 서명했습니다.", "This party has signed already."),
    text("할 일이 남아 있지 않습니다.", "There is nothing left to do."),
)
_USED = (
    text("이미 서명이 끝난 링크입니다.", "This link was used: the agreement is signed by you."),
    text("사본이 필요하면 링크를 보낸 사람에게 문의해 주십시오.", "For a copy, ask who sent the link."),
)
_ENDED = (
    text("더 이상 쓸 수 없는 링크입니다.", "This link does not work any more."),
    text("새 링크가 필요하면 보낸 사람에게 문의해 주십시오.", "If you need a new one, ask who sent it."),
)
_EXPIRED = (
    text("기한이 지난 링크입니다.", "This link has expired."),
    text("보낸 사람에게 새 링크를 요청해 주십시오.", "Ask who sent it for a new one."),
)
