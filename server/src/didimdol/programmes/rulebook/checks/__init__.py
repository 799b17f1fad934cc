"""Do the parts of a rulebook fit together? Each check names the place, what is wrong and what is allowed."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from didimdol.programmes.rulebook.checks.application import check_documents, check_form
from didimdol.programmes.rulebook.checks.final import check_final
from didimdol.programmes.rulebook.checks.finding import Finding
from didimdol.programmes.rulebook.checks.grants import check_grant
from didimdol.programmes.rulebook.checks.matching import check_matching
from didimdol.programmes.rulebook.checks.measuring import check_verification
from didimdol.programmes.rulebook.checks.parties import check_keys, check_parties
from didimdol.programmes.rulebook.checks.places import check_places
from didimdol.programmes.rulebook.checks.references import check_references
from didimdol.programmes.rulebook.checks.scoring import check_how_sure, check_selection_rule, check_stages
from didimdol.programmes.rulebook.checks.timing import check_calendar
from didimdol.programmes.rulebook.schema import Rulebook

_CHECKS: tuple[Callable[[Rulebook], Iterator[Finding]], ...] = (
    check_keys,
    check_parties,
    check_places,
    check_matching,
    check_calendar,
    check_stages,
    check_how_sure,
    check_selection_rule,
    check_form,
    check_documents,
    check_verification,
    check_grant,
    check_final,
    check_references,
)


def check(rulebook: Rulebook) -> list[Finding]:
    """Everything that does not fit together, in the order of a rulebook; empty when all is well."""
    return [finding for one in _CHECKS for finding in one(rulebook)]
