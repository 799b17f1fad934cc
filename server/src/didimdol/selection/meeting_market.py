"""From the database to the plain problem of didimdol_decide.scheduling: who may meet whom, who wishes it, who cannot when.

No name enters: ids are pseudonyms. A meeting that stands and can still be held is kept where it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Q

from didimdol.demands.models import Demand
from didimdol.kernel import clock
from didimdol.programmes.models import Challenge
from didimdol.programmes.timetables.slots import Time, covered, id_of, times_of
from didimdol.selection.meeting_slots import Plan, plan_of
from didimdol.selection.models import Meeting, MeetingTable, MeetingWish, MeetUp, Place
from didimdol_decide.scheduling import Meeting as Wanted
from didimdol_decide.scheduling import Party, Room, ScheduleProblem

#: what one side says of the other → how much it counts. A pair's weight is the product: both gladly 9, one yes alone 2.
POINTS = {"gladly": 3, "yes": 2, "": 1}
NO = "no"
#: after publishing: a meeting that must move goes before those that were never placed, and of these, where everybody is
#: to have one first, one of a side that has none. Hundreds, so that the wish stays the rest.
MOVES_FIRST, FIRST_ONE = 500, 100

Pair = tuple[UUID, UUID]
"""A place and a demand."""


@dataclass(frozen=True, slots=True)
class Circle:
    """Who takes part: the selected (and, where it is set, the reserves), and the published demands of their fields."""

    places: list[Place]
    demands: list[Demand]

    def reach_of(self, place: Place) -> list[Demand]:
        return [demand for demand in self.demands if demand.field_id == place.field_id]

    def within_reach(self, demand: Demand) -> list[Place]:
        return [place for place in self.places if place.field_id == demand.field_id]

    def pairs(self) -> Iterable[tuple[Place, Demand]]:
        by_field: dict[UUID, list[Demand]] = defaultdict(list)
        for demand in self.demands:
            by_field[demand.field_id].append(demand)
        for place in self.places:
            for demand in by_field[place.field_id]:
                yield place, demand

    def companies(self) -> list[UUID]:
        return list(dict.fromkeys(demand.company_id for demand in self.demands))


def takes_part(with_reserves: bool) -> Q:
    """Of places."""
    return Q(state__in=("offered", "confirmed", "reserve") if with_reserves else ("offered", "confirmed"))


def circle_of(challenge: Challenge, *, with_reserves: bool) -> Circle:
    """Who would take part now; those whom nobody is there to meet are left out."""
    found = Place.objects.within(challenge=challenge).filter(takes_part(with_reserves))
    places = list(found.select_related("field", "startup", "application").order_by("application__number"))
    wanted = Demand.objects.within(challenge=challenge, state="published").select_related("field", "company")
    demands = list(wanted.order_by("field__position", "published_at", "pk"))
    fields = {place.field_id for place in places} & {demand.field_id for demand in demands}
    return Circle([p for p in places if p.field_id in fields], [d for d in demands if d.field_id in fields])


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a timetable depends on. ``meetings``: those that stand; ``called_off``: pairs that a side cancelled;
    ``first``: see MeetUp."""

    plan: Plan
    circle: Circle
    tables: list[MeetingTable]
    wishes: list[MeetingWish]
    meetings: list[Meeting]
    called_off: set[Pair]
    published: bool
    times: list[Time] = field(default_factory=list)
    first: str = "worth"

    def words(self) -> dict[tuple[str, UUID], Mapping[str, str]]:
        """("place" or "demand", id) → what it said of the others."""
        found: dict[tuple[str, UUID], Mapping[str, str]] = {}
        for wish in self.wishes:
            if wish.place_id:
                found["place", wish.place_id] = wish.words
            elif wish.demand_id:
                found["demand", wish.demand_id] = wish.words
        return found

    def away(self) -> dict[UUID, list[str]]:
        """Place or demand → slots that it cannot attend."""
        found = {wish.place_id or wish.demand_id: covered(self.times, wish.away) for wish in self.wishes if wish.away}
        return {key: slots for key, slots in found.items() if key is not None}


def facts_of(meet_up: MeetUp) -> Facts:
    plan = plan_of(meet_up)
    rows = list(Meeting.objects.within(meet_up=meet_up).select_related("table"))
    return Facts(
        plan=plan,
        circle=circle_of(meet_up.challenge, with_reserves=plan.with_reserves),
        tables=list(MeetingTable.objects.within(meet_up=meet_up).select_related("company").order_by("name", "pk")),
        wishes=list(MeetingWish.objects.within(meet_up=meet_up)),
        meetings=[row for row in rows if row.ended_at is None],
        called_off={(row.place_id, row.demand_id) for row in rows if row.why == "cancelled"},
        published=meet_up.state == "published",
        times=times_of(plan),
        first=meet_up.first,
    )


def weight_of(one: str, other: str) -> int | None:
    """None: not to be placed, because a side says no or neither says yes."""
    if NO in (one, other) or not (one or other):
        return None
    return POINTS[one] * POINTS[other]


def wished(weight: int) -> int:
    """What both sides said, without what goes before it in a published timetable."""
    return weight % FIRST_ONE


def is_mutual(weight: int) -> bool:
    """Both said yes, or gladly."""
    return weight in (4, 6, 9)


def weights_of(facts: Facts) -> dict[Pair, int]:
    """Every pair that is wished → its weight."""
    words, found = facts.words(), dict[Pair, int]()
    for place, demand in facts.circle.pairs():
        one = words.get(("place", place.pk), {}).get(str(demand.pk), "")
        other = words.get(("demand", demand.pk), {}).get(str(place.pk), "")
        weight = weight_of(one, other)
        if weight is not None and (place.pk, demand.pk) not in facts.called_off:
            found[place.pk, demand.pk] = weight
    return found


def pair_id(pair: Pair) -> str:
    return f"{pair[0]}.{pair[1]}"


def pair_of(id: str) -> Pair:
    place, _, demand = id.partition(".")
    return UUID(place), UUID(demand)


def has_begun(meeting: Meeting) -> bool:
    return meeting.starts_at <= clock.now()


def can_stay(meeting: Meeting, facts: Facts, away: Mapping[UUID, list[str]]) -> bool:
    """Is it still held where it stands? What has begun is not moved any more."""
    places = {place.pk for place in facts.circle.places}
    demands = {demand.pk for demand in facts.circle.demands}
    if meeting.place_id not in places or meeting.demand_id not in demands:
        return False
    slot = id_of(meeting.starts_at)
    gone = slot in away.get(meeting.place_id, ()) or slot in away.get(meeting.demand_id, ())
    return has_begun(meeting) or not gone


def problem_of(facts: Facts) -> ScheduleProblem:
    """Before it is published: everything that is wished. Afterwards: what stands and can stay is fixed; what cannot stay
    comes first for the slots that are free, then what is wished and had no place (where everybody is to have one meeting
    first, that of a side that has none before others)."""
    weights, away = weights_of(facts), facts.away()
    standing = {(row.place_id, row.demand_id): row for row in facts.meetings}
    now = clock.now()
    ahead = [slot.id for slot in facts.times if slot.starts_at > now]
    left = None if len(ahead) == len(facts.times) else tuple(ahead)
    rooms: dict[UUID, tuple[str, ...]] = defaultdict(tuple)
    for table in facts.tables:
        rooms[table.company_id] += (str(table.pk),)
    stays = {pair for pair, row in standing.items() if can_stay(row, facts, away)}
    met = {side for pair in stays for side in pair}
    meetings, begun = [], defaultdict[UUID, set[str]](set)

    def before(pair: Pair) -> int:
        if pair in standing:
            return MOVES_FIRST
        alone = facts.published and facts.first == "parties" and not met.issuperset(pair)
        return FIRST_ONE if alone else 0

    for place, demand in facts.circle.pairs():
        pair = (place.pk, demand.pk)
        row = standing.get(pair)
        if row is not None and pair in stays:
            if has_begun(row):
                begun[place.pk].add(id_of(row.starts_at))
                begun[demand.pk].add(id_of(row.starts_at))
            here, at = (id_of(row.starts_at),), (str(row.table_id),)
            meetings.append(
                Wanted(id=pair_id(pair), parties=(str(place.pk), str(demand.pk)), must=True, slots=here, rooms=at)
            )
        elif pair in weights:
            meetings.append(
                Wanted(
                    id=pair_id(pair),
                    parties=(str(place.pk), str(demand.pk)),
                    weight=weights[pair] + before(pair),
                    slots=left,
                    rooms=rooms[demand.company_id],
                )
            )

    def party(key: UUID, most: int | None) -> Party:
        gone = [slot for slot in away.get(key, ()) if slot not in begun[key]]
        return Party(id=str(key), away=tuple(gone), most=most, longest=facts.plan.longest)

    return ScheduleProblem(
        slots=tuple(slot.as_slot() for slot in facts.times),
        rooms=tuple(Room(id=str(table.pk)) for table in facts.tables),
        parties=(
            *(party(place.pk, facts.plan.startup_most) for place in facts.circle.places),
            *(party(demand.pk, facts.plan.demand_most) for demand in facts.circle.demands),
        ),
        meetings=tuple(meetings),
        first="parties" if facts.first == "parties" and not facts.published else "worth",
    ).in_order()


def to_be_moved(facts: Facts) -> list[Meeting]:
    """Meetings of a published timetable that lie ahead and cannot be held where they stand."""
    away = facts.away()
    return [row for row in facts.meetings if not has_begun(row) and not can_stay(row, facts, away)]
