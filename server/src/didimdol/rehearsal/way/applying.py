"""The call: drafts, submissions in the last hours, one too late, a few withdrawals; then the measurements."""

from __future__ import annotations

from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

from didimdol.applications import actions as applications
from didimdol.kernel import clock
from didimdol.kernel.actor import SYSTEM
from didimdol.kernel.problems import AccessDenied, BadInput
from didimdol.kernel.words import Text, text
from didimdol.people import actions as people
from didimdol.people.queries import actor_of
from didimdol.rehearsal import filled, shipped, texts
from didimdol.rehearsal.crowd import Applicant
from didimdol.rehearsal.world import World

#: how much of a call comes in its last day, as sister calls report it; the rest comes evenly
LAST_DAY = 0.6


def apply(world: World) -> Text:
    """Everybody applies; submissions are stamped in the order of time."""
    opens, closes = world.when["opens"], world.when["closes"]
    models = _models(world)
    for applicant in world.applicants:
        clock.move_to(opens + timedelta(minutes=30))
        _register(world, applicant)
    arrivals = sorted(
        (_moment(world, applicant, opens, closes), applicant.key, applicant) for applicant in world.applicants
    )
    for moment, _, applicant in world.each(arrivals):
        clock.move_to(moment - timedelta(minutes=20))
        _fill(world, applicant, models)
        if applicant.leaves != "draft":
            clock.move_to(moment)
            applicant.application = applications.submit_application(
                actor=world.actor(applicant.person), application=applicant.application
            )
    submitted = [applicant for applicant in world.applicants if applicant.leaves != "draft"]
    last_hour = sum(moment >= closes - timedelta(hours=1) for moment, _, one in arrivals if one.leaves != "draft")
    world.figures["call"] = {
        "submitted": len(submitted),
        "drafts_left": len(world.applicants) - len(submitted),
        "last_hour": last_hour,
        "by_field": {
            entry.key: sum(applicant.field == entry.key for applicant in submitted) for entry in world.book.fields
        },
    }
    return text(
        f"{len(submitted)}건 접수, 마지막 1시간에 {last_hour}건",
        f"{len(submitted)} submitted, {last_hour} in the last hour",
    )


def _moment(world: World, applicant: Applicant, opens: datetime, closes: datetime) -> datetime:
    random = world.draw("arrival", applicant.key)
    grace = timedelta(minutes=2)
    if random.random() < LAST_DAY:
        return closes - grace - timedelta(hours=24) * random.random() ** 2
    return opens + timedelta(hours=2) + (closes - opens - timedelta(hours=27)) * random.random()


def _models(world: World) -> dict[str, tuple[bytes, shipped.ShippedModel]]:
    """The models that packages ship; without them nobody uploads one, and the report says so."""
    if not world.book.model_file.required:
        return {}
    found: dict[str, tuple[bytes, shipped.ShippedModel]] = {}
    for name in sorted({applicant.model for applicant in world.applicants}):
        model: shipped.ShippedModel = getattr(shipped, name)
        found[name] = (model.path.read_bytes(), model)
    return found


def _register(world: World, applicant: Applicant) -> None:
    applicant.person = people.register_person(
        actor=SYSTEM, email=f"{applicant.key}@{world.domain}", name=applicant.ceo, password=world.password
    )
    applicant.organisation = people.register_startup(
        actor=actor_of(applicant.person),
        name=applicant.name,
        business_number=filled.business_number(applicant.serial),
        founded_on=applicant.founded,
    )


def _fill(world: World, applicant: Applicant, models: dict[str, tuple[bytes, shipped.ShippedModel]]) -> None:
    actor, book = world.actor(applicant.person), world.book
    application = applications.start_application(actor=actor, challenge=world.challenge, startup=applicant.organisation)
    demand = world.draw("claim", applicant.key).choice(world.demands[applicant.field])
    application = applications.choose_field(actor=actor, application=application, field=demand.field)
    applications.claim_demand(actor=actor, application=application, demand=demand, claims=texts.claims(demand.criteria))
    applications.answer_eligibility(actor=actor, application=application, answers=filled.eligibility(book))
    answers = filled.answers(book, applicant)
    if book.grant.requested_in in answers:
        answers[book.grant.requested_in] = applicant.asks
    answers |= _grouped(world, applicant)
    applications.save_draft(actor=actor, application=application, title=applicant.title, answers=answers)
    for document, stream, name in filled.documents(book, applicant):
        applications.attach(actor=actor, application=application, document=document, stream=stream, filename=name)
    if applicant.model in models:
        content, model = models[applicant.model]
        applications.upload_model(
            actor=actor, application=application, stream=BytesIO(content), filename=model.name, inputs=model.inputs
        )
    applicant.application = applications.give_consents(
        actor=actor, application=application, consents=filled.consents(book)
    )


def _grouped(world: World, applicant: Applicant) -> dict[str, Any]:
    """The questions by which group reserves tell startups apart: answered by chance, so that every group has some."""
    asked = {reserve.of.question for reserve in world.book.matching.reserves if reserve.of is not None}
    given: dict[str, Any] = {}
    for question in world.book.form.questions:
        if question.key in asked:
            drawn = world.draw("group", question.key, applicant.key)
            option = drawn.choice(
                [option.key for option in question.options] or [True] * question.must_be_true or [True, False]
            )
            given[question.key] = [option] if question.type == "multi_choice" else option
    return given


def close(world: World) -> Text:
    """After the closing nothing comes in; a few withdraw."""
    world.at("closes", hours=0.02)
    late = next(applicant for applicant in world.applicants if applicant.leaves == "draft")
    try:
        applications.submit_application(actor=world.actor(late.person), application=late.application)
    except (AccessDenied, BadInput):
        refused = 1
    else:
        refused = 0
        world.block(
            "calendar",
            text("마감 뒤의 제출이 받아들여졌습니다.", "A submission after the closing was taken."),
            text("notice.grace_minutes를 확인하십시오.", "Look at notice.grace_minutes."),
            "notice.grace_minutes",
        )
    world.at("closes", hours=20)
    gone = [applicant for applicant in world.applicants if applicant.leaves == "withdraws"]
    for applicant in gone:
        applications.withdraw_application(
            actor=world.actor(applicant.person), application=applicant.application, reason=texts.REASON["ko"]
        )
    world.figures["call"] |= {"late_refused": refused, "withdrawn": len(gone)}
    return text(
        f"마감 뒤 제출 거절 {refused}건, 철회 {len(gone)}건",
        f"{refused} late submission refused, {len(gone)} withdrawn",
    )
