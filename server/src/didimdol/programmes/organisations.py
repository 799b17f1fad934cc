"""Which organisation a party of a rulebook is in this installation."""

from __future__ import annotations

from didimdol.kernel.actor import SYSTEM
from didimdol.people.actions import create_organisation
from didimdol.people.enums import OrganisationKind
from didimdol.people.models import Organisation
from didimdol.programmes.models import Challenge, Party
from didimdol.programmes.rulebook import Rulebook
from didimdol.programmes.rulebook.parties import Party as PartyRule

KINDS: dict[str, OrganisationKind] = {
    "supervising_authority": OrganisationKind.OPERATOR,
    "operator": OrganisationKind.OPERATOR,
    "demand_company": OrganisationKind.DEMAND_COMPANY,
    "technology_sponsor": OrganisationKind.TECHNOLOGY_SPONSOR,
    "partner": OrganisationKind.TECHNOLOGY_SPONSOR,
}


def organisation_of(challenge: Challenge, rulebook: Rulebook, entry: PartyRule) -> Organisation:
    """The organisation that plays ``entry``: the operator itself; who had this key in a challenge of the operator
    before; the one of this name and kind; else a new one, marked as an example where the challenge is one.
    """
    if entry.key == operator_key(rulebook):
        return challenge.programme.operator
    kind = KINDS[entry.kind]
    before = (
        Party.objects.within(challenge__programme__operator=challenge.programme.operator_id, key=entry.key)
        .filter(organisation__kind=kind.value, organisation__name__ko=entry.name.ko)
        .select_related("organisation")
        .order_by("created_at", "pk")
        .first()
    )
    if before is not None:
        return before.organisation
    named = Organisation.objects.within(kind=kind.value, name__ko=entry.name.ko).order_by("created_at", "pk").first()
    if named is not None:
        return named
    # The rulebook was checked and its loader allowed; whoever may load it need not be allowed to register companies.
    return create_organisation(
        actor=SYSTEM,
        kind=kind.value,
        name={"ko": entry.name.ko, "en": entry.name.en or entry.name.ko},
        example=challenge.example or entry.example,
    )


def operator_key(rulebook: Rulebook) -> str:
    """The party that runs the challenge: the first operator named."""
    return next((party.key for party in rulebook.parties if party.kind == "operator"), "")
