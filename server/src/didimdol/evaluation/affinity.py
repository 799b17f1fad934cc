"""How well an evaluator's expertise fits an application, as the assignment counts it, and why."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import prefetch_related_objects

from didimdol.applications import rules as application_rules
from didimdol.applications.models import Application
from didimdol.evaluation.expertise import Expertise
from didimdol.evaluation.models import Seat
from didimdol_decide import affinity as engine

#: what the title weighs beside the answers
TITLE = 3
SETTINGS = engine.Settings()


def field_of(application: Application) -> str:
    return application.field.key if application.field else "none"


def affinities(applications: list[Application], seats: list[Seat]) -> dict[tuple[str, str], Decimal]:
    """(application, seat) → 0..1 for every pair: numbers only, which the record of the assignment may hold."""
    return engine.Measure(texts_of(applications, seats)).table()


def reasons(
    application: Application, applications: list[Application], seats: list[Seat]
) -> dict[str, engine.PairAffinity]:
    """Seat → its affinity with ``application``, in parts, with the words that both used. They are the applicant's own
    words: only for who may read the application. ``applications``: those the assignment compared."""
    found = engine.Measure(texts_of(applications, seats)).affinities(str(application.pk))
    return {pair.evaluator: pair for pair in found.pairs}


def texts_of(applications: list[Application], seats: list[Seat]) -> engine.Texts:
    """What both sides wrote. Of an application its title, its field's name, and the answers that every evaluator may
    read: neither what a blind stage hides nor what one body alone is told."""
    prefetch_related_objects(applications, "field", "rulebook")
    return engine.Texts(
        applications=tuple(
            engine.Application(id=str(entry.pk), field=field_of(entry), passages=_passages(entry))
            for entry in applications
        ),
        evaluators=tuple(_evaluator(seat) for seat in seats),
        settings=SETTINGS,
    )


def _evaluator(seat: Seat) -> engine.Evaluator:
    known = Expertise.of(seat)
    return engine.Evaluator(
        id=str(seat.pk), fields=tuple(seat.fields), keywords=known.keywords, sentence=known.sentence
    )


def _passages(application: Application) -> tuple[engine.Passage, ...]:
    names = " ".join(application.field.name.values()) if application.field else ""
    answers: list[Any] = [
        application.answers.get(question.key)
        for question in application_rules.rules_for(application).form.questions
        if question.type in ("text", "long_text") and not question.blind and question.visible_to is None
    ]
    written = [engine.Passage(text=answer) for answer in [names, *answers] if isinstance(answer, str) and answer]
    return (engine.Passage(text=application.title, weight=TITLE), *written)
