"""Reads of the selection: before the release there is nothing to see but for those who run it."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db.models import Q
from django.urls import reverse

from didimdol.applications.models import Application
from didimdol.evaluation.guards import stage_rules
from didimdol.evaluation.models import Round
from didimdol.kernel.actor import PUBLIC, Actor
from didimdol.kernel.problems import Absent, Invisible
from didimdol.kernel.rows import ScopedQuerySet
from didimdol.kernel.words import Text, text
from didimdol.people.enums import Role
from didimdol.programmes.models import Challenge, Field
from didimdol.programmes.queries import challenges_visible_to, rules_of
from didimdol.selection.enums import AFTERWARDS, OUTCOMES
from didimdol.selection.matching_queries import access_matching as access_matching
from didimdol.selection.matching_queries import matching_of as matching_of
from didimdol.selection.matching_queries import matchings_visible_to as matchings_visible_to
from didimdol.selection.matching_queries import released_matching as released_matching
from didimdol.selection.models import Line, Selection
from didimdol.selection.place_queries import access_place as access_place
from didimdol.selection.place_queries import match_of as match_of
from didimdol.selection.place_queries import people_of as people_of
from didimdol.selection.place_queries import place_of_application as place_of_application
from didimdol.selection.place_queries import places_visible_to as places_visible_to
from didimdol.selection.promotion import next_reserve as next_reserve
from didimdol_decide.ranking import quotas
from didimdol_decide.record import SelectionInputs

RUN = (Role.COORDINATOR, Role.MANAGER, Role.AUDITOR)
STARTUP = (Role.CEO, Role.STAFF)
UNDER_EVALUATION = text("평가 중", "Under evaluation")


def _of_the_operator(actor: Actor, path: str) -> Q:
    """Rows of the challenges that the actor's operator runs; ``path`` leads to the challenge."""
    condition = Q(pk__in=[])
    for grant in actor.grants:
        if grant.role in RUN and grant.organisation:
            reach = Q(**{f"{path}programme__operator": grant.organisation})
            condition |= reach & Q(**{f"{path}pk": grant.challenge}) if grant.challenge else reach
    return condition


# --- for those who run it ------------------------------------------------------------------------------------------


def rounds_to_select(actor: Actor) -> ScopedQuerySet[Round]:
    """Closed rounds of the actor's operator, each with its selection where it was computed."""
    found = Round.objects.visible(_of_the_operator(actor, "challenge__"), state="closed")
    return found.select_related("challenge__programme", "challenge__rulebook", "selection")


def access_closed_round(actor: Actor, id: UUID) -> Round:
    """A round to compute; one that is not closed yet answers with its state, not with 404. Raises Invisible."""
    found = Round.objects.visible(_of_the_operator(actor, "challenge__")).filter(pk=id)
    round = found.select_related("challenge__programme", "challenge__rulebook", "selection").first()
    if round is None:
        raise Invisible("round", id)
    return round


def selections_visible_to(actor: Actor) -> ScopedQuerySet[Selection]:
    return Selection.objects.visible(_of_the_operator(actor, "round__challenge__")).select_related(
        "round__challenge__programme__operator", "round__challenge__rulebook", "computed_by"
    )


def access_selection(actor: Actor, id: UUID) -> Selection:
    found = selections_visible_to(actor).filter(pk=id).first()
    if found is None:
        raise Invisible("selection", id)
    return found


def access_line(actor: Actor, id: UUID) -> Line:
    """A line, for those who run the selection. Raises Invisible."""
    found = Line.objects.visible(_of_the_operator(actor, "selection__round__challenge__")).filter(pk=id)
    line = found.select_related(
        "selection__round__challenge__programme__operator", "selection__round__challenge__rulebook",
        "application__startup", "application__field",
    ).first()  # fmt: skip
    if line is None:
        raise Invisible("selection line", id)
    return line


def lines_with_names(selection: Selection) -> list[Line]:
    """The lines of a selection the caller may see."""
    return list(
        selection.lines.select_related("application__startup", "application__field").order_by("application__number")
    )


# --- an applicant's own --------------------------------------------------------------------------------------------


def own_lines(actor: Actor) -> ScopedQuerySet[Line]:
    """Released lines of the actor's own startups."""
    condition = Q(pk__in=[])
    for grant in actor.grants:
        if grant.role in STARTUP and grant.organisation:
            own = Q(application__startup=grant.organisation)
            condition |= own & Q(application__challenge=grant.challenge) if grant.challenge else own
    return Line.objects.visible(condition, selection__state="released").select_related(
        "selection__round__challenge__programme", "selection__round__challenge__rulebook",
        "own_record", "application__startup", "application__field",
    )  # fmt: skip


def access_own_line(actor: Actor, application_id: UUID) -> Line:
    """The newest released line of one's own application. Before a release there is none. Raises Invisible."""
    found = own_lines(actor).filter(application_id=application_id).order_by("-selection__round__position").first()
    if found is None:
        raise Invisible("own result", application_id)
    return found


def own_url(application_id: UUID) -> str:
    return reverse("selection:own", args=[application_id])


def standing(application: Application, actor: Actor) -> Text | None:
    """What is told about a submitted application (fills the port of applications): nothing before the release."""
    return standings([application]).get(application.pk)


def standings(applications: Collection[Application]) -> dict[UUID, Text]:
    """The same for many, in two queries."""
    submitted = {a.pk: a for a in applications if a.state == "submitted"}
    if not submitted:
        return {}
    challenges = {a.challenge_id for a in submitted.values()}
    evaluated = set(Round.objects.within(challenge__in=challenges).values_list("challenge_id", flat=True))
    told = {pk: UNDER_EVALUATION for pk, a in submitted.items() if a.challenge_id in evaluated}
    released = Line.objects.within(application__in=list(told), selection__state="released")
    rows = released.order_by("selection__round__position").values_list(
        "application_id", "computed", "application__place__state"
    )
    told |= {pk: AFTERWARDS.get((computed, place or ""), OUTCOMES[computed]) for pk, computed, place in rows}
    return told


# --- for everybody -------------------------------------------------------------------------------------------------


def released_final(challenge: Challenge) -> Selection | None:
    """The released selection of a challenge: what everybody may see, as far as the public record goes."""
    found = Selection.objects.visible(round__challenge=challenge, state="released", final=True)
    return found.select_related(
        "round__challenge__programme__operator", "round__challenge__rulebook", "public_record"
    ).first()


def access_result(slug: str) -> Selection:
    """The released result of a public challenge. Raises Absent: before the release there is none for anybody."""
    challenge = challenges_visible_to(PUBLIC).filter(slug=slug).first()
    selection = released_final(challenge) if challenge else None
    if selection is None:
        raise Absent("result", slug)
    return selection


def access_released(id: UUID) -> Selection:
    """A released final selection by its id, for everybody. Raises Absent."""
    found = Selection.objects.visible(pk=id, state="released", final=True, round__challenge__announced_at__isnull=False)
    selection = found.select_related("round__challenge__programme", "public_record").first()
    if selection is None:
        raise Absent("result", id)
    return selection


def selected_lines(selection: Selection) -> list[Line]:
    """The selected of a released selection, in the order of the fields and numbers: the order tells no rank."""
    found = Line.objects.visible(selection=selection, selection__state="released", computed="selected")
    return list(
        found.select_related("application__startup", "application__field").order_by(
            "application__field__position", "application__number"
        )
    )


def by_field(selection: Selection, selected: Collection[Line]) -> list[tuple[Field, list[Line]]]:
    """The challenge's fields in order, each with its selected."""
    fields = (
        Field.objects.within(challenge=selection.round.challenge_id)
        .select_related("demand_company")
        .order_by("position")
    )
    return [(field, [line for line in selected if line.application.field_id == field.pk]) for field in fields]


def field_names(selection: Selection) -> dict[str, Text]:
    """Field key → name, in the rulebook's order."""
    fields = Field.objects.within(challenge=selection.round.challenge_id).order_by("position")
    return dict(fields.values_list("key", "name"))


def places(selection: Selection) -> int:
    return sum(quotas(SelectionInputs.model_validate(selection.inputs).selection).values())


# --- what other rooms and the actions ask --------------------------------------------------------------------------


def is_last(round: Round) -> bool:
    return bool(round.stage == stage_rules(rules_of(round.challenge))[-1].key)


def came_in(round: Round, inputs: SelectionInputs) -> set[str]:
    """The applications that stood in this stage: all, or those that the stage before let through."""
    if not round.position:
        return {candidate.id for candidate in inputs.applications}
    return {str(pk) for pk in passed_to_stage(round.challenge_id, round.stage)}


def passed_to_stage(challenge_id: UUID, stage: str) -> list[UUID]:
    """The applications that go on to ``stage``: once the outcome of the stage before it is released (fills the port
    of evaluation)."""
    challenge = Challenge.objects.within(pk=challenge_id).select_related("rulebook").get()
    keys = [rule.key for rule in stage_rules(rules_of(challenge))]
    place = keys.index(stage)
    if not place:
        return []
    lines = Line.objects.within(selection__round__challenge=challenge_id, selection__round__stage=keys[place - 1])
    return list(lines.filter(selection__state="released", computed="passed").values_list("application_id", flat=True))
