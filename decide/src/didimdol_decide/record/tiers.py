"""What each tier holds."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

from didimdol_decide.canonical import digest, plain
from didimdol_decide.ranking import RankedApplication
from didimdol_decide.record.inputs import SelectionInputs
from didimdol_decide.record.outcome import SelectionOutcome

OWN = {"status", "base", "bonus_filed", "bonus", "total", "cutoff", "passed"}


def salt_of(master: str, application: str) -> str:
    """The salt of one application's commitment: HMAC-SHA256 of its id under the record's secret. Knowing one
    salt tells nothing about another."""
    return hmac.new(bytes.fromhex(master), application.encode("utf-8"), hashlib.sha256).hexdigest()


def commitment_to(line: dict[str, object], salt: str) -> str:
    """The commitment to an applicant's line; with 256 bits of salt it cannot be guessed by trying scores."""
    return digest({"line": line, "salt": salt})


def opens_one_of(own: Mapping[str, object], commitments: object) -> bool:
    """Whether what somebody holds, {"line", "salt"}, opens one of the public commitments; of any shape."""
    line, salt = own.get("line"), own.get("salt")
    try:
        return (
            isinstance(line, dict)
            and isinstance(salt, str)
            and isinstance(commitments, list)
            and commitment_to(line, salt) in commitments
        )
    except (TypeError, ValueError):
        return False


def own_line(outcome: SelectionOutcome, application: str) -> dict[str, object]:
    """What an applicant may know of their own result: no ballot, no evaluator, nobody else's figures.

    Raises KeyError for an unknown application.
    """
    return _line(outcome, outcome.ranking.of(application))


def _line(outcome: SelectionOutcome, entry: RankedApplication) -> dict[str, object]:
    stages: dict[str, object] = {}
    for stage, scores in outcome.scores.items():
        score = scores.get(entry.id)
        if score is not None:
            stages[stage] = score.model_dump(mode="json", include=OWN)
    return {**entry.as_json(), "stages": stages}


def _shown(entry: RankedApplication, totals: bool) -> dict[str, object]:
    line: dict[str, object] = {"id": entry.id, "field": entry.field}
    if totals:
        line["rank"] = entry.rank
        line["final"] = None if entry.final is None else plain(entry.final)
    return line


def public_payload(inputs: SelectionInputs, outcome: SelectionOutcome, master: str) -> dict[str, object]:
    """The public tier: rules, draw, list as far as `inputs.disclosure` allows, commitments in sorted order.

    Lists are sorted by id and commitments by value, so neither tells a rank.
    """
    sealed = inputs.as_json()
    entries = sorted(outcome.ranking.applications, key=lambda entry: entry.id)
    payload: dict[str, object] = {
        key: sealed[key]
        for key in (
            "rulebook_digest",
            "stages",
            "selection",
            "lottery",
            "disclosure",
            "title",
            "sealed_at",
            "versions",
        )
    }
    payload["selected"] = [
        _shown(entry, inputs.disclosure != "selected_only")
        for entry in entries
        if entry.outcome == "selected"
    ]
    if inputs.disclosure == "all_totals":
        payload["applications"] = [{**_shown(entry, True), "outcome": entry.outcome} for entry in entries]
    payload["commitments"] = sorted(
        commitment_to(_line(outcome, entry), salt_of(master, entry.id)) for entry in entries
    )
    return payload
