"""What each tier of a draw's record holds: the pool names people with their groups and conflicts, so it stays
with the bodies and the auditor."""

from __future__ import annotations

from collections.abc import Sequence

from didimdol_decide.drawing.outcome import DrawInputs, DrawOutcome, Seated
from didimdol_decide.record.tiers import commitment_to, salt_of


def own_line(inputs: DrawInputs, outcome: DrawOutcome, person: str) -> dict[str, object]:
    """What the sealed pool says of one person, and where they sit: nobody else is in it.

    Raises KeyError for somebody who is not in the pool.
    """
    found = next((entry for entry in inputs.pool.people if entry.id == person), None)
    if found is None:
        raise KeyError(person)
    return {
        "person": found.as_json(),
        "conflicts": [
            {"panel": panel.id, "reason": conflict.reason}
            for panel in inputs.pool.panels
            for conflict in panel.conflicts
            if conflict.person == person
        ],
        "drawn": _panels_of(outcome.drawn, person),
        "panels": _panels_of(outcome.panels, person),
    }


def _panels_of(seated: Sequence[Seated], person: str) -> list[str]:
    return [entry.panel for entry in seated if person in entry.members]


def public_payload(inputs: DrawInputs, outcome: DrawOutcome, master: str) -> dict[str, object]:
    """The public tier: rules, commitments and what opened them, every number drawn, and one salted commitment
    for each person of the pool. No person, no group, no conflict, no reason."""
    sealed = inputs.as_json()
    pool = inputs.pool.as_json()
    return {
        "title": pool["title"],
        "rulebook_digest": pool["rulebook_digest"],
        "rules": {
            "panels": [
                panel.model_dump(mode="json", include={"id", "name", "seats", "quotas"})
                for panel in inputs.pool.panels
            ],
            **{key: pool[key] for key in ("quotas", "annual_cap", "panels_each", "max_per_organisation")},
        },
        "pool_digest": outcome.pool_digest,
        "commitments": sealed["commitments"],
        "reveals": sealed["reveals"],
        "seed": outcome.seed,
        "steps": [step.as_json() for step in outcome.steps],
        "replacements": [
            {"panel": entry.panel, "left": len(entry.left), "step": entry.step.as_json()}
            for entry in outcome.replacements
        ],
        "lines": sorted(
            commitment_to(own_line(inputs, outcome, person.id), salt_of(master, person.id))
            for person in inputs.pool.people
        ),
        "sealed_at": sealed["sealed_at"],
        "versions": sealed["versions"],
    }
