"""What a rehearsal knows while it goes on: the challenge, its people, what was found, and the figures for the report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from random import Random
from typing import TYPE_CHECKING, Any
from uuid import UUID

from didimdol.kernel import clock
from didimdol.kernel.actor import SYSTEM, Actor
from didimdol.kernel.words import Text, text
from didimdol.people import actions as people
from didimdol.people.enums import OrganisationKind, Role
from didimdol.people.models import Organisation, Person
from didimdol.people.queries import actor_of
from didimdol.programmes.rulebook import Rulebook, add_business_days, resolve_calendar
from didimdol.records.models import ChainTip
from didimdol.rehearsal import shipped
from didimdol.rehearsal.crowd import Applicant
from didimdol.rehearsal.findings import Finding, Severity

if TYPE_CHECKING:
    from didimdol.demands.models import Demand
    from didimdol.evaluation.models import Round
    from didimdol.programmes.models import Challenge
    from didimdol.rehearsal.device import SimulatedDevice
    from didimdol.rehearsal.measured import Measured, Measurements
    from didimdol.rehearsal.steps import Tell

DOMAIN = "rehearsal.example"
PROGRESS_EVERY = 0.2  # seconds


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the person at the terminal asked for. ``experts``, ``judges``: how many sit on the panels in all, and for
    each demand company; 0: as many as it takes at ``ballots_a_day``."""

    applicants: int = 150
    seed: int = 1
    experts: int = 0
    judges: int = 0
    devices: int = 1
    ballots_a_day: int = 12


@dataclass
class World:
    book: Rulebook
    source: str
    filename: str
    wishes: Wishes
    measurements: Measurements
    host: Organisation | None = None  # who runs it, where there is somebody already
    bodies: list[Organisation] = field(default_factory=list)  # where the experts come from
    domain: str = DOMAIN
    password: str | None = None  # of the accounts: in a rehearsal nobody signs in
    draws: bool = False  # experts are drawn where the rulebook says so; in a rehearsal all who were found are named
    first_serial: int = 1001  # of the startups; those before are the demo's own
    findings: list[Finding] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)
    outcome: dict[str, Any] = field(default_factory=dict)
    when: dict[str, datetime] = field(default_factory=dict)
    step: str = ""
    # filled on the way
    challenge: Challenge = field(init=False)
    operator: Organisation = field(init=False)
    persons: dict[str, Person] = field(default_factory=dict)
    companies: dict[str, Organisation] = field(default_factory=dict)
    experts: list[tuple[Person, Organisation]] = field(default_factory=list)
    judges: dict[str, list[Person]] = field(default_factory=dict)
    demands: dict[str, list[Demand]] = field(default_factory=dict)
    rounds: dict[str, Round] = field(default_factory=dict)
    applicants: list[Applicant] = field(default_factory=list)
    devices: list[SimulatedDevice] = field(default_factory=list)
    _actors: dict[UUID, Actor] = field(default_factory=dict)
    _tell: Tell | None = None
    _told: float = 0.0
    _moment: datetime | None = None
    _acted: int = 0

    def __post_init__(self) -> None:
        self.when = resolve_calendar(self.book)

    # --- time -------------------------------------------------------------------------------------------------------

    def at(self, moment: str | datetime, *, days: int = 0, hours: float = 0, business_days: int = 0) -> datetime:
        """The clock goes to an event of the calendar (or a moment), so much later."""
        there = self.when[moment] if isinstance(moment, str) else moment
        there = later(there, business_days) + timedelta(days=days, hours=hours)
        clock.move_to(there)
        return there

    def later(self, moment: datetime, business_days: int) -> datetime:
        return later(moment, business_days)

    # --- people -----------------------------------------------------------------------------------------------------

    def person(self, key: str, name: str, organisation: Organisation, role: Role, *, challenge: bool = False) -> Person:
        """An account with a role, made once. ``key``: what this rehearsal calls the person."""
        who = self.persons.get(key)
        if who is None:
            who = self.persons[key] = people.register_person(
                actor=SYSTEM, email=f"{key}@{self.domain}", name=name, password=self.password
            )
        people.assign_role(
            actor=SYSTEM,
            person=who,
            organisation=organisation,
            role=role,
            challenge=self.challenge.pk if challenge else None,
        )
        self._actors.pop(who.pk, None)
        return who

    def actor(self, who: str | Person) -> Actor:
        """The actor of a person, with the roles that were given. Roles of a rehearsal do not end on the way."""
        person = self.persons[who] if isinstance(who, str) else who
        if person.pk not in self._actors:
            self._actors[person.pk] = actor_of(person)
        return self._actors[person.pk]

    def forget(self, person: Person) -> None:
        """Its roles have changed."""
        self._actors.pop(person.pk, None)

    def body(self, kind: OrganisationKind, ko: str, en: str) -> Organisation:
        return people.create_organisation(actor=SYSTEM, kind=kind.value, name=text(ko, en), example=True)

    def submitted(self) -> list[Applicant]:
        return [applicant for applicant in self.applicants if applicant.leaves == ""]

    def draw(self, *key: object) -> Random:
        """A stream of its own for each question, so that one more question changes no other answer."""
        return Random(":".join(map(str, (self.wishes.seed, *key))))  # noqa: S311  (play-acting, not a secret)

    def measured_of(self, applicant: Applicant) -> Measured | None:
        """What the applicant's model was measured at; None where it handed in none, or it was refused."""
        model: shipped.ShippedModel = getattr(shipped, applicant.model)
        digest = sha256(model.path.read_bytes()).hexdigest()
        return next((found for (content, _), found in self.measurements.found.items() if content == digest), None)

    # --- what is said -----------------------------------------------------------------------------------------------

    def find(self, finding: Finding) -> None:
        if finding.step == "":
            finding = replace(finding, step=self.step)
        self.findings.append(finding)

    def warn(self, subject: str, what: Text, change: Text, rule: str = "", **more: Any) -> None:
        self.find(Finding(Severity.WARNING, subject, what, change, rule, **more))

    def note(self, subject: str, what: Text, change: Text, rule: str = "") -> None:
        self.find(Finding(Severity.NOTE, subject, what, change, rule))

    def block(self, subject: str, what: Text, change: Text, rule: str = "", **more: Any) -> None:
        self.find(Finding(Severity.BLOCKING, subject, what, change, rule, **more))

    def enter(self, step: str, tell: Tell) -> None:
        if self._moment is not None:
            clock.move_to(self._moment)
        self.step, self._tell, self._told, self._acted = step, tell, 0.0, events_logged()

    def leave(self) -> None:
        """Between two steps the clock is the real one; the next step goes on where this one ended."""
        self._moment = clock.now()
        clock.release()

    def acted(self) -> int:
        """How many events the step has put on the log."""
        return events_logged() - self._acted

    def progress(self, done: int, total: int) -> None:
        """For the terminal; a few times a second at most."""
        now = clock.real().timestamp()
        if self._tell is not None and (now - self._told >= PROGRESS_EVERY or done == total):
            self._told = now
            self._tell("progress", {"key": self.step, "done": done, "total": total})

    def each(self, things: list[Any]) -> Iterator[Any]:
        """Go through a list, showing how far."""
        for place, thing in enumerate(things):
            yield thing
            self.progress(place + 1, len(things))


def later(moment: datetime, business_days: int) -> datetime:
    """So many business days later, at the same time of day."""
    if not business_days:
        return moment
    local = moment.astimezone(clock.KST)
    day = add_business_days(local.date(), business_days)
    return local.replace(year=day.year, month=day.month, day=day.day)


def events_logged() -> int:
    """How many events stand on all chains."""
    return sum(ChainTip.objects.values_list("sequence", flat=True))
