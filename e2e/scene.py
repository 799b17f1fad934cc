"""A small challenge that asks for a model, and people who act in it: by actions, where a test does not use the pages."""

from __future__ import annotations

import os
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

from didimdol.applications import actions as applications
from didimdol.applications.models import Application
from didimdol.demands import actions as demands
from didimdol.demands.content import Content
from didimdol.demands.models import Demand
from didimdol.kernel.words import text
from didimdol.people import actions as people
from didimdol.people.models import Organisation, Person
from didimdol.people.queries import actor_of
from didimdol.programmes.models import Challenge
from didimdol.rehearsal.filled import criterion
from didimdol.rehearsal.filled import page as pdf
from didimdol.rehearsal.shipped import ShippedModel
from didimdol_lab.contract import DeviceProfile
from server.tests import worlds

LABELS = ["runtime:onnxruntime-cpu", f"arch:{os.uname().machine}"]
LIMITS = {
    "latency_p90": ("latency", "p90", "200", "ms"),
    "peak_memory": ("peak_memory", "value", "800", "MB"),
    "model_size": ("model_size", "value", "2", "MB"),
}


def rulebook() -> str:
    """The small challenge of the tests, with a model to measure, a document, a self-check and a consent."""

    def change(book: Any) -> None:
        book["model_file"] = {"required": True, "formats": ["onnx"], "max_size_mb": 50}
        book["verification"] = {
            "min_seconds": 0.5,
            "max_seconds": 60,
            "device_labels": LABELS,
            # the other tests compute meanwhile, and a verdict must not hang on them
            "shared_foreign_cpu_share": 1,
            "shared_involuntary_share": 1000,
        }
        book["documents"][0]["required"] = True
        book["grant"]["categories"] = ["materials", "personnel"]
        book["eligibility"]["questions"] = [
            {
                "key": "taxes",
                "question": {"ko": "국세나 지방세를 체납하고 있습니까?", "en": "Do you owe taxes?"},
                "required": False,
                "explanation": {"ko": "체납이 없어야 합니다.", "en": "There must be no arrears."},
            }
        ]
        book["consents"] = [
            {
                "key": "measure",
                "version": "1",
                "kind": "verification",
                "required": True,
                "title": {"ko": "모델 측정 동의", "en": "Consent to measuring the model"},
                "purpose": {"ko": "제출한 모델의 측정", "en": "Measuring the model"},
                "items": [{"ko": "모델 파일", "en": "The model"}],
                "retention": {"ko": "사업 종료 후 5년", "en": "Five years"},
                "refusal": {"ko": "동의하지 않으면 신청할 수 없습니다.", "en": "Without it you cannot apply."},
                "text": {"ko": "제출한 모델을 격리된 장비에서 측정합니다.", "en": "It is measured in a sandbox."},
            }
        ]

    return worlds.small_rulebook(key="onboard", change=change)


def write_demand(challenge: Challenge, company: Organisation, lead: Person, owner: Person, title: str) -> Demand:
    """A complete draft for the company's field."""
    content = Content(
        title=text(title, "Always-on voice activity detection"),
        problem=text(
            "노트북이 잠든 동안에도 사람의 말소리를 놓치지 않아야 합니다.",
            "A sleeping laptop must not miss a human voice.",
        ),
        criteria=tuple(
            criterion(key, metric, statistic, "<=", limit, unit)
            for key, (metric, statistic, limit, unit) in LIMITS.items()
        ),
        device=DeviceProfile(name="CPU 기준 장비", labels=LABELS, threads=1),
        budget_owner=owner,
        decision_on=date(2026, 3, 31),
        terms=text("개발한 모델의 권리는 창업기업에 있습니다.", "Rights in the model stay with the startup."),
        people_offered=text("책임연구원 2명, 주 8시간", "Two researchers, 8 hours a week"),
    )
    field = challenge.fields.get(demand_company=company)
    return demands.create_demand(
        actor=actor_of(lead), challenge=challenge, field=field, company=company, content=content
    )


def register_startup(ceo: Person, name: str, seed: int) -> Organisation:
    number = worlds.business_number(seed)
    return people.register_startup(actor=actor_of(ceo), name=name, business_number=number, founded_on=date(2021, 3, 2))


def fill_application(ceo: Person, startup: Organisation, demand: Demand, model: ShippedModel) -> Application:
    """Everything short of the submission."""
    actor = actor_of(ceo)
    application = applications.start_application(actor=actor, challenge=demand.challenge, startup=startup)
    applications.choose_field(actor=actor, application=application, field=demand.field)
    claims = {"latency_p90": "2", "peak_memory": "130", "model_size": str(Decimal("1.3"))}
    applications.claim_demand(actor=actor, application=application, demand=demand, claims=claims)
    applications.answer_eligibility(actor=actor, application=application, answers={"taxes": False})
    name = startup.name["ko"]
    answers = {
        "title": f"{name}의 과제",
        "plan": "반정밀도로 줄였습니다.",
        "founder": "음성 연구 10년",
        "price": "200원",
    }
    applications.save_draft(actor=actor, application=application, title=answers["title"], answers=answers)
    deck = BytesIO(pdf(name))
    applications.attach(actor=actor, application=application, document="deck", stream=deck, filename="소개.pdf")
    with model.path.open("rb") as file:
        applications.upload_model(
            actor=actor, application=application, stream=file, filename=model.name, inputs=model.inputs
        )
    applications.give_consents(actor=actor, application=application, consents={"measure": "1"})
    return Application.objects.within(pk=application.pk).get()
