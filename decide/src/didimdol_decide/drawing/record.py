"""Sealed records of a draw: made once, replayed by anyone. The full record alone; ids are pseudonyms."""

from __future__ import annotations

from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from didimdol_decide import __version__
from didimdol_decide.drawing.outcome import DrawInputs, compute
from didimdol_decide.drawing.procedure import CannotTell, NoWay
from didimdol_decide.drawing.verify import verify
from didimdol_decide.record.report import Check, NotARecord, Report
from didimdol_decide.record.spelling import reason_of, same
from didimdol_decide.record.whole import check, seal_checks, seal_whole

FORMAT = "didimdol.draw/1"


def seal_draw(
    inputs: DrawInputs | Mapping[str, object], private_key: Ed25519PrivateKey, key_id: str
) -> dict[str, object]:
    """Compute a draw and seal it, as plain JSON data.

    Shape: format, tier "full", key_id, public_key, payload {inputs, outcome}, digest (of the payload),
    signature (Ed25519 over format, key_id, public_key, digest). Raises ValueError (pydantic's too), NoWay,
    CannotTell.
    """
    given = inputs if isinstance(inputs, DrawInputs) else DrawInputs.model_validate(inputs)
    versions = {**given.versions, "didimdol-decide": __version__}
    sealed = given.in_order().model_copy(update={"versions": versions})
    payload: dict[str, object] = {"inputs": sealed.as_json(), "outcome": compute(sealed).as_json()}
    return seal_whole(FORMAT, payload, private_key, key_id)


def recompute_draw(record: Mapping[str, object], *, keys: Mapping[str, str] | None = None) -> Report:
    """Check a draw's record: its seal, the commitments, and the whole draw replayed.

    keys: published keys (key_id -> public key in hexadecimal). Never raises for a record that was tampered
    with; raises NotARecord for a thing that is no record of a draw.
    """
    if not isinstance(record, Mapping) or not str(record.get("format")).startswith("didimdol.draw/"):
        raise NotARecord("this is not a record of a draw")
    checks = [*seal_checks(record, FORMAT, keys), *_content(record.get("payload"))]
    return Report(
        ok=all(check.ok is not False for check in checks), tier=str(record.get("tier")), checks=tuple(checks)
    )


def _content(payload: object) -> list[Check]:
    parts = payload if isinstance(payload, Mapping) else {}
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
