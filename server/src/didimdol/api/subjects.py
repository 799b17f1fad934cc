"""What webhooks tell of: things, their moves, and the walls around them.

An event type is the name of a move in a transition table ("project.activate"). Who hears it is asked twice: by the
room's own queryset for the subscriber's roles, and by whose thing it is. The payload names ids and states only.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from didimdol.api.enums import KEEPERS
from didimdol.applications.models import Application
from didimdol.applications.queries import applications_visible_to
from didimdol.applications.states import APPLICATION
from didimdol.demands.queries import demands_visible_to
from didimdol.demands.states import DEMAND
from didimdol.funding.queries import payments_visible_to
from didimdol.funding.states import DISBURSEMENT
from didimdol.kernel.actor import Actor
from didimdol.kernel.transitions import Table
from didimdol.kernel.words import Text, text
from didimdol.outcomes.queries import cases_visible_to
from didimdol.outcomes.states import ADOPTION
from didimdol.people.enums import OrganisationKind, Role
from didimdol.people.models import Organisation
from didimdol.programmes.queries import challenges_visible_to
from didimdol.programmes.states import CHALLENGE
from didimdol.projects.milestone_queries import milestones_visible_to
from didimdol.projects.queries import projects_visible_to
from didimdol.projects.states.milestone import MILESTONE
from didimdol.projects.states.project import PROJECT
from didimdol.selection.models import Selection
from didimdol.selection.place_queries import places_visible_to
from didimdol.selection.queries import selections_visible_to
from didimdol.selection.states import PLACE, SELECTION
from didimdol.verification.models import DeviceJob
from didimdol.verification.rules import jobs_seen_by
from didimdol.verification.states import JOB

OPERATOR, STARTUP, COMPANY = (
    OrganisationKind.OPERATOR,
    OrganisationKind.STARTUP,
    OrganisationKind.DEMAND_COMPANY,
)
CREATED = text("새로 만듦", "Created")


@dataclass(frozen=True)
class Subject:
    """A thing of which is told. ``key``: its name in payloads; ``moves``: of its table, "created" for a new row.

    ``whose``: kind of organisation → the lookup that leads to it; a kind that is missing never hears of the thing.
    ``address``: its address in the API, with ``{id}``.
    """

    model: str
    key: str
    label: Text
    table: Table
    moves: tuple[str, ...]
    visible: Callable[[Actor], QuerySet[Any]]
    whose: dict[OrganisationKind, str]
    address: str = ""

    @property
    def topics(self) -> dict[str, Text]:
        return {f"{self.table.name}.{move}": self._label(move) for move in self.moves}

    def _label(self, move: str) -> Text:
        label = CREATED if move == "created" else self.table.moves[move].label
        return text(f"{self.label['ko']}: {label['ko']}", f"{self.label['en']}: {label['en']}")


def _measurements(actor: Actor) -> QuerySet[DeviceJob]:
    """Of the operator's devices, and of one's own models."""
    own = Q(pk__in=[])
    for grant in actor.grants:
        if grant.role in KEEPERS[STARTUP] and grant.organisation:
            mine = Q(owner=grant.organisation)
            own |= mine & Q(challenge=grant.challenge) if grant.challenge else mine
    return DeviceJob.objects.visible(jobs_seen_by(actor) | own, health_of=None)  # checks of devices are no measurements


def _selections(actor: Actor) -> QuerySet[Selection]:
    """The operator's, and released ones of the challenges in which one's own startup applied."""
    applied = Application.objects.within(startup__in=actor.organisations(*KEEPERS[STARTUP]), submitted_at__isnull=False)
    released = Selection.objects.visible(state="released", round__challenge__in=applied.values("challenge"))
    return released.filter(round__challenge__announced_at__isnull=False) | selections_visible_to(actor).select_related(
        None
    )


SUBJECTS: tuple[Subject, ...] = (
    Subject(
        "programmes.Challenge", "challenge", text("챌린지", "Challenge"), CHALLENGE,
        ("announce", "start_evaluation", "close", "cancel"), challenges_visible_to,
        {
            OPERATOR: "programme__operator",
            COMPANY: "parties__organisation",
            STARTUP: "applications__startup",
        },
        "/api/v1/challenges/{slug}",
    ),
    Subject(
        "demands.Demand", "demand", text("수요", "Demand"), DEMAND,
        ("propose", "publish", "send_back", "withdraw"), demands_visible_to,
        {OPERATOR: "challenge__programme__operator", COMPANY: "company"},
        "/api/v1/demands/{id}",
    ),
    Subject(
        "applications.Application", "application", text("신청", "Application"), APPLICATION,
        ("submit", "withdraw"), applications_visible_to,
        {OPERATOR: "challenge__programme__operator", STARTUP: "startup"},
        "/api/v1/applications/{id}",
    ),
    Subject(
        "verification.DeviceJob", "measurement", text("측정", "Measurement"), JOB,
        ("complete", "reuse", "refuse", "lose", "cancel"), _measurements,
        {OPERATOR: "operator", STARTUP: "owner"},
    ),
    Subject(
        "selection.Selection", "selection", text("선정", "Selection"), SELECTION,
        ("decide", "release"), _selections,
        {
            OPERATOR: "round__challenge__programme__operator",
            STARTUP: "round__challenge__applications__startup",
        },
    ),
    Subject(
        "selection.Place", "place", text("자리", "Place"), PLACE,
        ("created", "offer", "confirm", "decline", "lapse", "give_up", "close"), places_visible_to,
        {OPERATOR: "challenge__programme__operator", STARTUP: "startup"},
        "/api/v1/places/{id}",
    ),
    Subject(
        "projects.Project", "project", text("과제", "Project"), PROJECT,
        ("created", "sign", "grade", "finish", "finish_early", "stop", "withdraw"), projects_visible_to,
        {OPERATOR: "challenge__programme__operator", STARTUP: "startup", COMPANY: "company"},
        "/api/v1/projects/{id}",
    ),
    Subject(
        "projects.Milestone", "milestone", text("마일스톤", "Milestone"), MILESTONE,
        ("created", "submit", "accept", "approve", "ask_supplement", "drop"), milestones_visible_to,
        {
            OPERATOR: "project__challenge__programme__operator",
            STARTUP: "project__startup",
            COMPANY: "project__company",
        },
    ),
    Subject(
        "funding.Disbursement", "payment", text("지급", "Payment"), DISBURSEMENT,
        ("created", "approve", "release", "hold", "unhold", "cancel"), payments_visible_to,
        {OPERATOR: "project__challenge__programme__operator", STARTUP: "project__startup"},
    ),
    Subject(
        "outcomes.AdoptionCase", "adoption", text("도입 검토", "Adoption"), ADOPTION,
        ("created", "adopt", "follow_on", "decline", "contract", "ship", "confirm_revenue", "close"), cases_visible_to,
        {
            OPERATOR: "project__challenge__programme__operator",
            STARTUP: "project__startup",
            COMPANY: "project__company",
        },
        "/api/v1/adoptions/{id}",
    ),
)  # fmt: skip

BY_MODEL: dict[str, Subject] = {subject.model: subject for subject in SUBJECTS}
TOPICS: dict[str, Text] = {topic: label for subject in SUBJECTS for topic, label in subject.topics.items()}


def topics_for(organisation: Organisation) -> dict[str, Text]:
    """What an organisation of this kind may subscribe to, thing by thing."""
    kind = OrganisationKind(organisation.kind)
    return {topic: label for subject in SUBJECTS if kind in subject.whose for topic, label in subject.topics.items()}


def listener(actor: Actor, organisation: Organisation) -> Actor:
    """``actor`` with nothing but the roles that subscribe for ``organisation``: what else the person is stays out."""
    roles: Collection[Role] = KEEPERS.get(OrganisationKind(organisation.kind), ())
    held = tuple(grant for grant in actor.grants if grant.role in roles and grant.organisation == organisation.pk)
    return replace(actor, grants=held, scopes=None)


def seen(who: Actor, organisation: Organisation, model: str, ids: Collection[UUID]) -> set[UUID]:
    """Which of these things ``who`` (a ``listener``) hears of now; one query."""
    subject = BY_MODEL.get(model)
    whose = subject.whose.get(OrganisationKind(organisation.kind)) if subject else None
    if subject is None or whose is None or not who.grants or not ids:
        return set()
    rows = subject.visible(who).filter(pk__in=ids, **{whose: organisation.pk})
    return set(rows.order_by().values_list("pk", flat=True))
