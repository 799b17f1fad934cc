"""Sealed records of a draw: made once, replayed by anyone who may see the pool, followed by everybody.

full    pool, secrets, panels; for the bodies and the auditor. Replayed to the byte.
public  no person: rules, commitments, seed, every number drawn, one salted commitment for each person.
own     what the pool says of one person, and where they sit, with the salt that opens their commitment.

Records of the first format have the full tier alone and stay genuine.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from didimdol_decide import __version__
from didimdol_decide.canonical import digest
from didimdol_decide.drawing.outcome import DrawInputs, compute
from didimdol_decide.drawing.procedure import CannotTell, NoWay
from didimdol_decide.drawing.replay import Numbers
from didimdol_decide.drawing.tiers import own_line, public_payload
from didimdol_decide.drawing.verify import verify
from didimdol_decide.record.report import Check, NotARecord, Report
from didimdol_decide.record.spelling import reason_of, same
from didimdol_decide.record.tiers import opens_one_of, salt_of
from didimdol_decide.record.whole import check, seal_checks, seal_tiered, shown

FIRST, FORMAT = "didimdol.draw/1", "didimdol.draw/2"
TIERS = {
    "full": frozenset({"inputs", "outcome", "salt"}),
    "public": None,
    "own": frozenset({"public", "line", "salt"}),
}


def seal_draw(
    inputs: DrawInputs | Mapping[str, object],
    private_key: Ed25519PrivateKey,
    key_id: str,
    *,
    salt: str | None = None,
) -> dict[str, object]:
    """Compute a draw and seal it: the full record, as plain JSON data (`record.whole.seal_tiered`).

    salt: the record's secret, 64 hexadecimal digits; drawn if not given. Raises ValueError (pydantic's too),
    NoWay, CannotTell.
    """
    given = inputs if isinstance(inputs, DrawInputs) else DrawInputs.model_validate(inputs)
    versions = {**given.versions, "didimdol-decide": __version__}
    sealed = given.in_order().model_copy(update={"versions": versions})
    outcome = compute(sealed)
    master = secrets.token_hex(32) if salt is None else salt
    payload = {"inputs": sealed.as_json(), "outcome": outcome.as_json(), "salt": master}
    return seal_tiered(FORMAT, payload, public_payload(sealed, outcome, master), private_key, key_id)


def public_view(full: Mapping[str, object]) -> dict[str, object]:
    """The public record of a full one; needs no key. Raises ValueError where `full` is not a full record with
    tiers."""
    inputs, master = _opened(full)
    return shown(full, "public", public_payload(inputs, compute(inputs), master))


def own_view(full: Mapping[str, object], person: str) -> dict[str, object]:
    """One person's record: the public part, their own line, and the salt that opens their commitment.

    Raises KeyError for somebody who is not in the pool, ValueError as `public_view`.
    """
    inputs, master = _opened(full)
    outcome = compute(inputs)
    payload: dict[str, object] = {
        "public": public_payload(inputs, outcome, master),
        "line": own_line(inputs, outcome, person),
        "salt": salt_of(master, person),
    }
    return shown(full, "own", payload)


def _opened(full: Mapping[str, object]) -> tuple[DrawInputs, str]:
    payload = full.get("payload")
    if full.get("format") != FORMAT or full.get("tier") != "full" or not isinstance(payload, Mapping):
        raise ValueError(
            f"전체 기록({FORMAT})만 나누어 보입니다 / only a full record ({FORMAT}) can be shown in parts"
        )
    return DrawInputs.model_validate(payload["inputs"]), str(payload["salt"])


def recompute_draw(record: Mapping[str, object], *, keys: Mapping[str, str] | None = None) -> Report:
    """Check a draw's record of any tier: its seal, the commitments, and as much of the draw as it shows.

    keys: published keys (key_id -> public key in hexadecimal). Never raises for a record that was tampered
    with; raises NotARecord for a thing that is no record of a draw.
    """
    if not isinstance(record, Mapping) or not str(record.get("format")).startswith("didimdol.draw/"):
        raise NotARecord("this is not a record of a draw")
    tier, payload = record.get("tier"), record.get("payload")
    parts = payload if isinstance(payload, Mapping) else {}
    if record.get("format") == FIRST:
        checks = [*seal_checks(record, FIRST, keys), *_content(parts)]
    else:
        checks = seal_checks(record, FORMAT, keys, TIERS)
        if tier == "full":
            checks += [*_content(parts), _public_part(record, parts)]
        else:
            checks += _numbers(parts.get("public") if tier == "own" else parts)
        if tier == "own":
            checks += _own(record, parts)
    return Report(ok=all(check.ok is not False for check in checks), tier=str(tier), checks=tuple(checks))


def _public_part(record: Mapping[str, object], parts: Mapping[str, object]) -> Check:
    heads = record.get("heads")
    try:
        inputs = DrawInputs.model_validate(parts.get("inputs"))
        public = digest(public_payload(inputs, compute(inputs), str(parts.get("salt"))))
    except (ValueError, TypeError, ArithmeticError, NoWay, CannotTell):
        public = ""
    return check(
        "public_part",
        isinstance(heads, Mapping) and heads.get("public") == public,
        ("공개 기록은 이 기록에서 나온 것입니다.", "The public record is a part of this one."),
        ("공개 기록의 요약값이 이 기록과 다릅니다.", "The public record's digest does not follow from this."),
    )


def _numbers(payload: object) -> list[Check]:
    names = Numbers.model_fields.keys()
    shown_part = {key: payload.get(key) for key in names} if isinstance(payload, Mapping) else {}
    try:
        numbers = Numbers.model_validate(shown_part)
        opened, follow = numbers.opened(), numbers.follow()
    except (ValueError, TypeError):
        opened = follow = False
    unknown = (
        "그 번호가 누구를 뜻하는지는 명부가 있어야 압니다 (전체 기록, 참여 기관과 감사인용).",
        "Whom these numbers stand for needs the pool (full record, for the bodies and the auditor).",
    )
    return [
        check(
            "commitments",
            opened,
            (
                "모든 기관의 비밀이 약속과 맞고, 씨앗은 그 결합입니다.",
                "Every secret opens its commitment to this pool, and they make the seed.",
            ),
            ("비밀이나 씨앗이 약속과 다릅니다.", "A secret or the seed does not fit the commitments."),
        ),
        check(
            "numbers",
            follow,
            ("뽑은 번호가 모두 씨앗에서 나온 것입니다.", "Every number drawn is what the seed gives."),
            ("뽑은 번호가 씨앗과 맞지 않습니다.", "A number drawn is not what the seed gives."),
        ),
        check("draw", None, unknown, unknown),
    ]


def _own(record: Mapping[str, object], parts: Mapping[str, object]) -> list[Check]:
    heads, public = record.get("heads"), parts.get("public")
    lines = public.get("lines") if isinstance(public, Mapping) else None
    try:
        whole = isinstance(heads, Mapping) and digest(public) == heads.get("public")
    except (TypeError, ValueError):
        whole = False
    return [
        check(
            "public_part",
            whole,
            ("들어 있는 공개 부분이 봉인된 것과 같습니다.", "The public part inside is the sealed one."),
            ("들어 있는 공개 부분이 바뀌었습니다.", "The public part inside was changed."),
        ),
        check(
            "commitment",
            opens_one_of(parts, lines),
            ("본인의 줄이 공개된 약정과 같습니다.", "Your own line opens one of the public commitments."),
            (
                "본인의 줄이 공개된 어느 약정과도 맞지 않습니다.",
                "The own line opens none of the public commitments.",
            ),
        ),
    ]


def _content(parts: Mapping[str, object]) -> list[Check]:
    given = parts.get("inputs")
    try:
        inputs = DrawInputs.model_validate(given)
        outcome = compute(inputs)
    except NoWay as error:
        bad = (f"평가단을 채울 수 없습니다: {error}", f"These panels cannot be filled: {error}")
        return [check("inputs", False, bad, bad)]
    except CannotTell as error:
        bad = (f"너무 커서 셀 수 없습니다: {error}", f"Too large to be counted: {error}")
        return [check("inputs", False, bad, bad)]
    except (ValueError, TypeError, ArithmeticError) as error:
        why = reason_of(error)
        bad = (f"다시 추첨할 수 없습니다: {why}", f"The draw cannot be replayed: {why}")
        return [check("inputs", False, bad, bad)]
    now = {entry.panel: entry.members for entry in outcome.panels}
    first = {entry.panel: entry.members for entry in outcome.drawn}
    broken = [*verify(inputs.pool, first), *verify(inputs.pool, now)]
    return [
        check(
            "inputs",
            same(inputs.in_order().as_json(), given),
            (
                "명부와 약속이 올바릅니다 "
                f"(명부 {len(inputs.pool.people)}명, 기관 {len(inputs.commitments)}곳).",
                f"Pool and commitments are valid ({len(inputs.pool.people)} people, "
                f"{len(inputs.commitments)} bodies).",
            ),
            ("입력이 봉인된 표기와 다릅니다.", "The inputs are not spelled as they were sealed."),
        ),
        check(
            "draw",
            same(outcome.as_json(), parts.get("outcome")),
            ("다시 한 추첨이 기록과 같습니다.", "The replayed draw equals the recorded one."),
            ("다시 한 추첨이 기록과 다릅니다.", "The replayed draw differs from the recorded one."),
        ),
        check(
            "rules",
            not broken,
            ("모든 평가단이 할당과 상한을 지킵니다.", "Every panel keeps its quotas and caps."),
            ("할당이나 상한이 깨져 있습니다.", "A quota or a cap is broken."),
        ),
    ]
