"""A round in which one expert is harsh, one item deviates, and a ranking that can be estimated by the model."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from didimdol.applications.models import Application
from didimdol.evaluation.models import Ballot, Round, Seat
from didimdol.kernel.action import audit, save, writing
from didimdol.kernel.actor import SYSTEM
from didimdol.people.models import Organisation
from didimdol.selection import actions
from didimdol.selection.models import Estimate, Line, Remark, Selection
from server.tests import worlds

HARSH = "전문가1"


def change(book: Any) -> None:
    """Two on each body of a panel, reasons from 10 percent on."""
    rule = book["evaluation"]["stages"][0]["rule"]
    rule["deviation_percent"] = 10
    rule["bodies"][1]["seats"] = 2
    book["evaluation"]["stages"][0]["panel"]["seats"] = 4


def make(*, settings: dict[str, Any] | None = None, applications: int = 6) -> worlds.World:
    def all_changes(book: Any) -> None:
        change(book)
        if settings is not None:
            book["evaluation"]["how_sure"] = settings

    return worlds.closed_challenge(
        applications=applications, experts=3, judges=2, rulebook=worlds.small_rulebook(change=all_changes)
    )


def with_a_harsh_one(application: Application, seat: Seat, criterion: Any) -> Decimal:
    """Falling by number, but for the harsh expert, who gives a fourth less."""
    place = int(application.number.rsplit("-", 1)[1])
    percent = Decimal(98) - 2 * place - (25 if seat.person.name == HARSH else 0)
    return Decimal(criterion.max_points) * percent / 100


def computed(world: worlds.World) -> Selection:
    round = worlds.closed_round(world, points=with_a_harsh_one)
    return actions.compute_selection(actor=world.runs, round=round)


def estimated(selection: Selection) -> Estimate:
    """What the worker does."""
    actions.estimate_selection(actor=SYSTEM, selection=selection)
    return Estimate.objects.within(selection=selection).get()


def seat_of(round: Round, name: str) -> Seat:
    return Seat.objects.within(round=round).select_related("person").get(person__name=name)


def ballots_of(round: Round, application: Application) -> list[Ballot]:
    found = Ballot.objects.within(seat__round=round, application=application)
    return list(
        found.select_related("seat__round__challenge__rulebook", "seat__person", "application").order_by(
            "seat__body", "seat__person__name"
        )
    )


def add_lines(world: worlds.World, selection: Selection, count: int) -> None:
    """``count`` more lines of a selection and rows of its estimate, like the first one."""
    with writing("tests.more", SYSTEM):
        first = Line.objects.within(selection=selection).order_by("rank", "pk")[0]
        estimate = Estimate.objects.within(selection=selection).get()
        like = next(row for row in estimate.content["applications"] if row["id"] == str(first.application_id))
        for application in _more(world, count):
            save(Line(selection=selection, application=application, computed="reserve", rank=9, score="50"))
            estimate.content["applications"].append({**like, "id": str(application.pk)})
        save(estimate, "content")
        audit("tests.more", world.challenge)


def add_remarks(world: worlds.World, seat: Seat, count: int) -> None:
    """``count`` more remarks to the holder of a seat, each on an application of its own."""
    like = Remark.objects.within(seat=seat)[0]
    with writing("tests.more", SYSTEM):
        for application in _more(world, count):
            save(
                Remark(
                    seat=seat, kind="deviation", application=application, content=like.content, state="open",
                    reply_until=like.reply_until,
                )
            )  # fmt: skip
        audit("tests.more", world.challenge)


def _more(world: worlds.World, count: int) -> Iterator[Application]:
    old = world.applications[0]
    for number in range(count):
        startup = Organisation(kind="startup", name={"ko": f"더하기{number}", "en": f"More {number}"})
        save(startup)
        application = Application(
            challenge=world.challenge, rulebook=old.rulebook, field=old.field, startup=startup, state="submitted",
            started_by=world.ceos[0], number=f"small-1{number:03d}", title="더하기",
        )  # fmt: skip
        save(application)
        yield application
