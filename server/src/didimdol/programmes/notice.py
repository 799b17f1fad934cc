"""The public notice: the rulebook told to people who never saw one, as cards. Its rules: ``notice_rules``."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from didimdol.kernel.words import pick, text
from didimdol.programmes.criteria import CriterionLine, lines
from didimdol.programmes.loading import moments_of
from didimdol.programmes.notice_rules import RuleLine, plain_words, stage_lines, words
from didimdol.programmes.rulebook import Rulebook
from didimdol.programmes.words import DOCUMENT_TIMES, STAGE_KINDS, SUPPORT_KINDS, share
from didimdol_decide.rules import BodyRule


@dataclass(frozen=True, slots=True)
class FieldCard:
    key: str
    name: str
    description: str
    quota: int | None
    company: str
    stand_in: bool
    criteria: list[CriterionLine]
    assumed: bool
    note: str


@dataclass(frozen=True, slots=True)
class PartyCard:
    name: str
    role: str
    kind: str
    stand_in: bool


@dataclass(frozen=True, slots=True)
class BodyCard:
    name: str
    weight: str
    seats: int
    items: list[tuple[str, str, int]]  # name, description, points


@dataclass(frozen=True, slots=True)
class StageCard:
    key: str
    name: str
    kind: str
    description: str
    opens: datetime
    closes: datetime
    bodies: list[BodyCard] = field(default_factory=list)
    lines: list[RuleLine] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SupportCard:
    name: str
    description: str
    kind: str
    provider: str
    assumed: bool


@dataclass(frozen=True, slots=True)
class DocumentCard:
    name: str
    help: str
    detail: str
    when: str
    required: bool


def field_cards(rules: Rulebook, lang: str) -> list[FieldCard]:
    parties = {party.key: party for party in rules.parties}
    cards = []
    for entry in rules.fields:
        company = parties.get(entry.demand_company) if entry.demand_company else None
        cards.append(
            FieldCard(
                key=entry.key,
                name=words(entry.name, lang),
                description=words(entry.description, lang),
                quota=entry.quota,
                company=words(company.name, lang) if company else "",
                stand_in=bool(company and company.example),
                criteria=lines(list(entry.criteria), lang),
                assumed=entry.assumed or rules.assumption(f"fields.{entry.key}") is not None,
                note=words(entry.note, lang) or words(rules.assumption(f"fields.{entry.key}"), lang),
            )
        )
    return cards


def party_cards(rules: Rulebook, lang: str) -> list[PartyCard]:
    from didimdol.programmes.words import PARTY_KINDS

    return [
        PartyCard(words(p.name, lang), words(p.role, lang), pick(PARTY_KINDS[p.kind], lang), p.example)
        for p in rules.parties
    ]


def stage_cards(rules: Rulebook, lang: str) -> list[StageCard]:
    moments = moments_of(rules)
    return [
        StageCard(
            key=stage.key,
            name=words(stage.name, lang),
            kind=pick(STAGE_KINDS[stage.kind], lang),
            description=words(stage.description, lang),
            opens=moments[f"stage.{stage.key}.opens"],
            closes=moments[f"stage.{stage.key}.closes"],
            bodies=[_body(body, lang) for body in stage.rule.bodies] if stage.rule else [],
            lines=stage_lines(rules, stage, lang),
        )
        for stage in rules.stages
    ]


def _body(body: BodyRule, lang: str) -> BodyCard:
    return BodyCard(
        name=pick(plain_words(body.name), lang),
        weight=share(body.weight),
        seats=body.seats,
        items=[
            (pick(plain_words(c.name), lang) or c.key, pick(plain_words(c.description), lang), c.max_points)
            for c in body.criteria
        ],
    )


def support_cards(rules: Rulebook, lang: str) -> list[SupportCard]:
    names = {party.key: party.name for party in rules.parties}
    return [
        SupportCard(
            name=words(item.name, lang),
            description=words(item.description, lang),
            kind=pick(SUPPORT_KINDS[item.kind], lang),
            provider=words(names.get(item.provider), lang),
            assumed=item.assumed or rules.assumption(f"support.{item.key}") is not None,
        )
        for item in rules.support
    ]


def document_cards(rules: Rulebook, lang: str) -> list[DocumentCard]:
    cards = [
        DocumentCard(
            name=words(document.name, lang),
            help=words(document.help, lang),
            detail=_file_detail(document.formats, document.max_size_mb, document.page_limit, lang),
            when=pick(DOCUMENT_TIMES[document.when], lang),
            required=document.required,
        )
        for document in rules.documents
    ]
    model = rules.model_file
    cards.append(
        DocumentCard(
            name=pick(text("AI 모델 파일", "The AI model file"), lang),
            help=words(model.help, lang),
            detail=_file_detail(model.formats, model.max_size_mb, None, lang),
            when=pick(DOCUMENT_TIMES["application"], lang),
            required=model.required,
        )
    )
    return cards


def _file_detail(formats: tuple[str, ...], size: int, pages: int | None, lang: str) -> str:
    kinds = ", ".join(suffix.upper() for suffix in formats)
    limit = text(f"{size} MB 이하", f"at most {size} MB")
    parts = [kinds, pick(limit, lang)]
    if pages:
        parts.append(pick(text(f"{pages}쪽 이내", f"at most {pages} pages"), lang))
    return " · ".join(parts)
