"""Writes of programmes: rulebooks are loaded, announced, amended; the challenge walks on."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from didimdol.kernel import clock
from didimdol.kernel.access import require
from didimdol.kernel.action import action, audit, locked, notify, save
from didimdol.kernel.actor import Actor, Grant
from didimdol.kernel.problems import BadInput, WrongState
from didimdol.kernel.words import Text, text
from didimdol.notices.closing import close_all_of
from didimdol.people.models import Organisation
from didimdol.programmes import rules
from didimdol.programmes.late import check_late, is_late
from didimdol.programmes.loading import as_text, changes_between, read_rulebook, window_of
from didimdol.programmes.models import Amendment, Challenge, Field, Party, Programme
from didimdol.programmes.models import Rulebook as StoredRulebook
from didimdol.programmes.organisations import organisation_of
from didimdol.programmes.ports import applicants_of
from didimdol.programmes.rulebook import Rulebook, beyond_loosening
from didimdol.programmes.rulebooks import rules_of
from didimdol.programmes.signals import evaluation_started
from didimdol.programmes.states import CHALLENGE


@action
def create_programme(*, actor: Actor, operator: Organisation, key: str, name: Text) -> Programme:
    """What an operator runs. The second time it is the first one. Raises AccessDenied."""
    by = require(rules.may_load(actor, operator))
    programme, made = _programme(operator, key, name)
    audit("programmes.programme_created" if made else "programmes.programme_kept", programme, by=by, facts={"key": key})
    return programme


@action
def load_rulebook(
    *,
    actor: Actor,
    operator: Organisation,
    text: str,
    filename: str,
    opens: date | datetime | None = None,
    example: bool = False,
) -> Challenge:
    """Make the challenge of a rulebook, or load a newer version into its draft. ``opens`` moves the whole calendar.

    Raises AccessDenied, BadInput (each problem with its line and remedy), WrongState (announced rules are frozen).
    """
    rulebook, source = read_rulebook(text, filename, opens)
    challenge = Challenge.objects.within(slug=rulebook.key).select_for_update(of=("self",)).first()
    if challenge is None:
        by = require(rules.may_load(actor, operator))
        programme, _ = _programme(operator, rulebook.programme.key, as_text(rulebook.programme.name))
        challenge = Challenge(
            programme=programme, slug=rulebook.key, name=as_text(rulebook.name), example=example or rulebook.example
        )
        CHALLENGE.enter(actor, challenge, by=by, facts={"slug": rulebook.key})
    else:
        if challenge.programme.operator_id != operator.id:
            raise BadInput("challenge_key_taken", *_taken(rulebook.key))
        by = require(rules.may_change_draft(actor, challenge))
        _require_draft(challenge)
        programme, _ = _programme(operator, rulebook.programme.key, as_text(rulebook.programme.name))
        challenge.programme, challenge.name = programme, as_text(rulebook.name)
        challenge.example = example or rulebook.example
        save(challenge, "programme", "name", "example")
    _store(actor, challenge, rulebook, source, by, "programmes.rulebook_loaded")
    CHALLENGE.tell_waits(challenge)
    return challenge


@action
def announce_challenge(*, actor: Actor, challenge: Challenge) -> Challenge:
    """Publish the notice. From now on the rules are frozen. Raises AccessDenied (also for what is missing), WrongState."""
    challenge = locked(challenge)
    digest = challenge.rulebook.digest if challenge.rulebook else ""
    if CHALLENGE.move("announce", actor, challenge, facts={"digest": digest}):
        challenge.announced_at = clock.now()
        save(challenge, "announced_at")
    return challenge


@action
def amend_challenge(*, actor: Actor, challenge: Challenge, text: str, filename: str, reason: str) -> Amendment:
    """Change announced rules: drafts follow them, submissions keep the version they were made under, everybody is told.
    After the closing only panels that are not assigned yet change (``late``); once the result is out only the
    matching's budgets and group reserves, and they are loosened only.

    Raises AccessDenied (also when it is not
    announced), BadInput (a broken rulebook; no reason; nothing changed; what would harm those who already apply).
    """
    challenge = locked(challenge)
    by = require(rules.may_amend(actor, challenge))
    if not reason.strip():
        raise BadInput("reason_required", _REASON, fields={"reason": _REASON})
    before, stored_before = rules_of(challenge), challenge.rulebook
    assert stored_before is not None
    after, source = read_rulebook(text, filename, None)
    check_amendment(challenge, before, after)
    changes = changes_between(before, after)
    effect = _effect(challenge, after)
    _store(actor, challenge, after, source, by, "programmes.rulebook_amended")
    assert challenge.rulebook is not None
    amendment = Amendment(
        challenge=challenge,
        before=stored_before,
        after=challenge.rulebook,
        reason=reason.strip(),
        changes=changes,
        effect=effect,
        made_by_id=actor.person,
    )
    save(amendment)
    audit(
        "programmes.challenge_amended",
        challenge,
        by=by,
        facts={
            "before": stored_before.digest,
            "after": challenge.rulebook.digest,
            "paths": [c["path"] for c in changes],
        },
    )
    _tell_applicants(challenge, _AMENDED, reason.strip())
    return amendment


@action
def start_evaluation(*, actor: Actor, challenge: Challenge) -> Challenge:
    """After the application window. Raises AccessDenied (also while it is open), WrongState."""
    challenge = locked(challenge)
    if CHALLENGE.move("start_evaluation", actor, challenge):
        evaluation_started.send(Challenge, challenge=challenge)
    return challenge


@action
def close_challenge(*, actor: Actor, challenge: Challenge) -> Challenge:
    """The results are out."""
    challenge = locked(challenge)
    CHALLENGE.move("close", actor, challenge)
    return challenge


@action
def cancel_challenge(*, actor: Actor, challenge: Challenge, reason: str) -> Challenge:
    """Stop it, with the reason; applicants are told, and nothing in it waits for anybody any more. Raises AccessDenied,
    WrongState, BadInput (no reason)."""
    challenge = locked(challenge)
    if CHALLENGE.move("cancel", actor, challenge, reason=reason):
        close_all_of(challenge.pk)
        if challenge.announced_at:
            _tell_applicants(challenge, _CANCELLED, reason.strip())
    return challenge


def _effect(challenge: Challenge, after: Rulebook) -> str:
    """What becomes of drafts, submissions and decisions."""
    if challenge.state == "closed":
        return "matching_only"
    if is_late(challenge, *window_of(after)):
        return "panels"
    started = challenge.opens_at is not None and clock.now() >= challenge.opens_at
    return "drafts_follow" if started else "before_opening"


def check_amendment(challenge: Challenge, before: Rulebook, after: Rulebook) -> None:
    """What an amendment must not do to people who already apply. Raises BadInput."""
    if after.key != before.key:
        raise BadInput("amend_other_key", *_OTHER_KEY)
    if after.digest() == before.digest():
        raise BadInput("amend_nothing", *_NOTHING)
    if challenge.state == "closed":
        if found := beyond_loosening(before, after):
            raise BadInput("amend_only_loosens", *_only_loosens(found))
        return
    opens, closes = window_of(after)
    if is_late(challenge, opens, closes):
        check_late(challenge, before, after)
        return
    if clock.now() >= closes:
        raise BadInput("amend_closes_past", *_CLOSES_PAST)
    if challenge.opens_at is None or challenge.closes_at is None or clock.now() < challenge.opens_at:
        return
    if opens != challenge.opens_at or closes < challenge.closes_at:
        raise BadInput("amend_shortens", *_SHORTENS)
    gone = sorted({f.key for f in before.fields} - {f.key for f in after.fields})
    if gone:
        names = ", ".join(gone)
        raise BadInput(
            "amend_drops_field",
            {
                "ko": f"접수 중에는 분야를 없앨 수 없습니다: {names}",
                "en": f"A field cannot go while applications are open: {names}",
            },
            {"ko": "분야를 그대로 두십시오.", "en": "Keep the field."},
        )


def _store(actor: Actor, challenge: Challenge, rulebook: Rulebook, source: str, by: Grant | None, event: str) -> None:
    """A new version with its fields and parties, put in force. The same rules again are no new version."""
    digest = rulebook.digest()
    current = challenge.rulebook
    if current is not None and current.digest == digest and current.text == source:
        audit("programmes.rulebook_unchanged", challenge, by=by, facts={"digest": digest})
        return
    last = StoredRulebook.objects.within(challenge=challenge).order_by("-version").first()
    stored = StoredRulebook(
        challenge=challenge,
        version=last.version + 1 if last else 1,
        text=source,
        canonical=rulebook.canonical(),
        digest=digest,
        loaded_by_id=actor.person,
    )
    save(stored)
    challenge.rulebook = stored
    challenge.name = as_text(rulebook.name)
    challenge.opens_at, challenge.closes_at = window_of(rulebook)
    save(challenge, "rulebook", "name", "opens_at", "closes_at")
    organisations = _store_parties(challenge, rulebook)
    _store_fields(challenge, rulebook, organisations)
    audit(event, challenge, by=by, facts={"version": stored.version, "digest": digest})


def _store_parties(challenge: Challenge, rulebook: Rulebook) -> dict[str, Organisation]:
    present = {party.key: party for party in Party.objects.within(challenge=challenge).select_related("organisation")}
    organisations: dict[str, Organisation] = {}
    for entry in rulebook.parties:
        organisation = organisations[entry.key] = organisation_of(challenge, rulebook, entry)
        row = present.pop(entry.key, None)
        if row is None:
            save(Party(challenge=challenge, organisation=organisation, key=entry.key, part=entry.kind))
        elif (row.organisation_id, row.part) != (organisation.id, entry.kind):
            row.organisation, row.part = organisation, entry.kind
            save(row, "organisation", "part")
    for gone in present.values():
        gone.delete()
    return organisations


def _store_fields(challenge: Challenge, rulebook: Rulebook, organisations: dict[str, Organisation]) -> None:
    present = {field.key: field for field in Field.objects.within(challenge=challenge)}
    for position, entry in enumerate(rulebook.fields):
        values: dict[str, Any] = {
            "name": as_text(entry.name),
            "quota": entry.quota,
            "position": position,
            "demand_company": organisations[entry.demand_company] if entry.demand_company else None,
            "retired": False,
        }
        row = present.pop(entry.key, None)
        if row is None:
            save(Field(challenge=challenge, key=entry.key, **values))
            continue
        changed = [name for name, value in values.items() if getattr(row, name) != value]
        for name in changed:
            setattr(row, name, values[name])
        if changed:
            save(row, *changed)
    for gone in present.values():
        # Demands and drafts may name it: it stays, but nobody can choose it any more.
        if not gone.retired:
            gone.retired = True
            save(gone, "retired")


def _programme(operator: Organisation, key: str, name: Text) -> tuple[Programme, bool]:
    programme = Programme.objects.within(operator=operator, key=key).select_for_update(of=("self",)).first()
    if programme is None:
        programme = Programme(operator=operator, key=key, name=name)
        save(programme)
        return programme, True
    if programme.name != name:
        programme.name = name
        save(programme, "name")
    return programme, False


def _require_draft(challenge: Challenge) -> None:
    if challenge.state != "draft":
        raise WrongState("rules_are_frozen", *_FROZEN, state=challenge.state)


def _tell_applicants(challenge: Challenge, what: Text, reason: str) -> None:
    name = challenge.name
    notify(
        applicants_of.ask(challenge),
        subject=text(f"{name['ko']}: {what['ko']}", f"{name.get('en') or name['ko']}: {what['en']}"),
        body=text(f"{what['ko']}. 사유: {reason}", f"{what['en']}. Reason: {reason}"),
        url=challenge.get_absolute_url(),
    )


def _taken(key: str) -> tuple[Text, Text]:
    return (
        text(
            f"‘{key}’은(는) 다른 운영기관의 챌린지가 쓰는 이름입니다.",
            f"“{key}” is the key of another operator's challenge.",
        ),
        text("규칙집의 key를 바꾸어 주십시오.", "Change the key in the rulebook."),
    )


def _only_loosens(paths: list[str]) -> tuple[Text, Text]:
    named = ", ".join(paths[:5]) + (" …" if len(paths) > 5 else "")
    return (
        text(
            f"선정 결과를 공개한 뒤에는 매칭의 예산과 할당을 완화하는 것만 바꿀 수 있습니다. 완화가 아닌 것: {named}",
            f"After the result is out only the matching's budgets and group reserves can be loosened. What does not loosen: {named}",
        ),
        text(
            "예산은 늘리고, 최소는 낮추고, 최대는 높이거나 규칙을 지우는 것만 남기고 나머지는 되돌려 주십시오.",
            "Keep to larger budgets, lower minima, higher maxima or removed ones, and put the rest back.",
        ),
    )


_REASON = text("사유를 적어 주십시오.", "Please give the reason.")
_AMENDED = text("공고 내용이 바뀌었습니다", "The notice has changed")
_CANCELLED = text("챌린지가 취소되었습니다", "The challenge was cancelled")
_FROZEN = (
    text("공고한 규칙집은 다시 올릴 수 없습니다.", "The rules of an announced challenge are frozen."),
    text(
        "바꾸어야 한다면 사유와 함께 변경 공고를 하십시오.", "To change them, amend the challenge and give the reason."
    ),
)
_OTHER_KEY = (
    text("다른 챌린지의 규칙집입니다.", "This is the rulebook of another challenge."),
    text("key가 같은 규칙집을 올려 주십시오.", "Give the rulebook with the same key."),
)
_NOTHING = (
    text("지금 규칙집과 달라진 것이 없습니다.", "Nothing differs from the rules in force."),
    text("바꾼 파일이 맞는지 확인해 주십시오.", "Check that this is the changed file."),
)
_CLOSES_PAST = (
    text("새 접수 마감이 이미 지난 때입니다.", "The new closing lies in the past."),
    text("calendar.closes를 앞으로의 때로 적어 주십시오.", "Set calendar.closes to a time that is still to come."),
)
_SHORTENS = (
    text(
        "접수 중에는 접수 시작을 바꾸거나 마감을 앞당길 수 없습니다.",
        "While applications are open, the opening stays and the closing never moves forward.",
    ),
    text("마감은 그대로 두거나 늦추어 주십시오.", "Keep the closing, or make it later."),
)
