"""Making a record, and showing a tier of it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from didimdol_decide import __version__
from didimdol_decide.lottery import commitment
from didimdol_decide.plain import uncollected
from didimdol_decide.record.inputs import SelectionInputs
from didimdol_decide.record.outcome import SelectionOutcome, compute
from didimdol_decide.record.tiers import own_line, public_payload, salt_of
from didimdol_decide.record.whole import seal_tiered, shown

FORMAT = "didimdol.selection/1"


def seal_selection(
    inputs: SelectionInputs | Mapping[str, object],
    private_key: Ed25519PrivateKey,
    key_id: str,
    *,
    salt: str | None = None,
) -> dict[str, object]:
    """Compute a selection and seal it: the full record, as plain JSON data.

    salt: the record's secret, 64 hexadecimal digits; drawn if not given (give one only to repeat a test).
    Shape: format, tier "full", key_id, public_key, heads {full, public} (digests of the two payloads),
    payload {inputs, salt, outcome}, digest (of the payload), signature (Ed25519 over format, key_id,
    public_key, heads). Raises ValueError (pydantic's, BallotInvalid, rules that do not fit, a lottery seed
    that does not open its commitment).
    """
    with uncollected():
        given = inputs if isinstance(inputs, SelectionInputs) else SelectionInputs.model_validate(inputs)
    if commitment(given.lottery.seed) != given.lottery.commitment:
        raise ValueError("the lottery seed does not open its commitment")
    versions = {**given.versions, "didimdol-decide": __version__}
    sealed = given.in_order().model_copy(update={"versions": versions})
    outcome = compute(sealed)
    master = secrets.token_hex(32) if salt is None else salt
    payload: dict[str, object] = {"inputs": sealed.as_json(), "salt": master, "outcome": outcome.as_json()}
    return seal_tiered(FORMAT, payload, public_payload(sealed, outcome, master), private_key, key_id)


def _opened(full: Mapping[str, object]) -> tuple[SelectionInputs, SelectionOutcome, str]:
    payload = full.get("payload")
    if full.get("tier") != "full" or not isinstance(payload, Mapping):
        raise ValueError("only a full record can be shown in parts")
    with uncollected():
        inputs = SelectionInputs.model_validate(payload["inputs"])
        return inputs, SelectionOutcome.model_validate(payload["outcome"]), str(payload["salt"])


def public_view(full: Mapping[str, object]) -> dict[str, object]:
    """The public record of a full one; needs no key. Raises ValueError where `full` is not a full record."""
    return shown(full, "public", public_payload(*_opened(full)))


def own_view(full: Mapping[str, object], application: str) -> dict[str, object]:
    """One applicant's record: the public part, their own line, and the salt that opens their commitment.

    Raises KeyError for an unknown application, ValueError where `full` is not a full record.
    """
    inputs, outcome, master = _opened(full)
    payload: dict[str, object] = {
        "public": public_payload(inputs, outcome, master),
        "line": own_line(outcome, application),
        "salt": salt_of(master, application),
    }
    return shown(full, "own", payload)
