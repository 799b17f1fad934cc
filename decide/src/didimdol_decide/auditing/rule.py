"""The rule that a score sheet says it follows, as a person states it, and the same as `decide`'s own rules."""

from __future__ import annotations

import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, field_validator, model_validator

from didimdol_decide.malformed import place, refusal
from didimdol_decide.plain import Number, Plain, Text, repeated, wrong
from didimdol_decide.rules import (
    BodyRule,
    ByBody,
    ByCriterion,
    CriterionRule,
    FieldQuota,
    Rounding,
    SelectionRule,
    StageRule,
    TieBreak,
    TrimRule,
)

STAGE = "sheet"
REST = "rest"
MAX_RULE_BYTES = 100_000
Name = Annotated[str, Field(min_length=1, max_length=200)]
Role = Annotated[
    str,
    Field(
        pattern=r"^(id|name|field|evaluator|subtotal|sum|mean|plain_mean|highest|lowest|bonus|total|rank|selected"
        r"|ignore|ballot:.+|item:.+)$"
    ),
]

EXAMPLE = """\
items:                      # 평가 항목과 배점 / items and their maxima; leave out if the sheet has totals only
  - {name: 기술성, max: 40}
  - {name: 사업성, max: 60}
kinds:                      # 평가위원의 구분과 반영 비율 / kinds of evaluators; leave out if there is one
  - {name: 전문가, weight: 0.6, evaluators: [평가위원1, 평가위원2, 평가위원3]}
  - {name: 수요기업, weight: 0.4, evaluators: [평가위원4, 평가위원5]}
trim: {drop_high: 1, drop_low: 1, min_ballots: 5, scope: body}   # or: none
decimals: 2                 # 소수 자리 / places
rounding: half_up           # half_up, half_even, down
cutoff: 70                  # 과락 기준 / cut-off
bonus_cap: 5                # 가점 한도 / most bonus points
ties: [기술성]              # 동점 처리: 항목이나 구분 순서 / items or kinds in order; or: share (공동 순위)
select: 3                   # 선정 수 / places; by field: {드론: 2, 로봇: 1}
reserves: 1
sum_of: all                 # '합계' 열: all (전원) or kept (절사 뒤)
ranked: all                 # '순위' 열: all (전원) or passed (과락 제외)
"""


class RuleInvalid(ValueError):
    """The rule cannot be used. `where`: dotted path in the file."""

    def __init__(self, where: str, ko: str, en: str) -> None:
        before = f"{where}: " if where else ""
        super().__init__(before + en)
        self.text = Text(ko=before + ko, en=before + en)


class Item(Plain):
    """One item of the sheet, 0..max points."""

    name: Name
    max: Annotated[int, Field(ge=1, le=10000)]


class KindRule(Plain):
    """A kind of evaluators. evaluators: their names as the headings (or the evaluator column) spell them."""

    name: Name
    weight: Annotated[Number, Field(gt=0, le=1)]
    evaluators: Annotated[tuple[Name, ...], Field(min_length=1)]


class AuditRule(Plain):
    """What the sheet was to be calculated by. Trimming, places and rounding must be said; what is left out of
    the others is asked for when the sheet needs it.

    maximum: points of a ballot where there are no items. scale "points": means stay in points (at most 100);
    "percent": they are out of 100. columns: roles of columns by heading or letter, where they are not found; words: what
    a word in the selection column means, where it is not one of the usual.
    """

    items: tuple[Item, ...] = ()
    maximum: Annotated[int, Field(ge=1, le=10000)] = 100
    scale: Literal["points", "percent"] = "points"
    kinds: tuple[KindRule, ...] = ()
    trim: TrimRule | Literal["none"]
    decimals: Annotated[int, Field(ge=0, le=8)]
    rounding: Rounding
    cutoff: Annotated[Number, Field(ge=0, le=100)] | None = None
    cutoff_includes_bonus: bool = False
    bonus_cap: Annotated[Number, Field(ge=0, le=100)] | None = None
    ties: Literal["share"] | tuple[Name, ...] | None = None
    select: (
        Annotated[int, Field(ge=1, le=100000)] | dict[Name, Annotated[int, Field(ge=0, le=100000)]] | None
    ) = None
    reserves: Annotated[int, Field(ge=0, le=100000)] = 0
    sum_of: Literal["all", "kept"] | None = None
    ranked: Literal["all", "passed"] | None = None
    words: dict[Name, Literal["selected", "reserve", "none"]] = Field(default_factory=dict)
    columns: dict[Name, Role] = Field(default_factory=dict)

    @field_validator("cutoff", "bonus_cap", "decimals", "maximum", mode="before")
    @classmethod
    def _no_truth_value(cls, value: object) -> object:
        if isinstance(value, bool):
            raise wrong("수여야 합니다", "must be a number")
        return value

    @property
    def ballot_maximum(self) -> int:
        """Points of one ballot."""
        return sum(item.max for item in self.items) if self.items else self.maximum

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        names = [item.name for item in self.items] + [kind.name for kind in self.kinds]
        if twice := repeated(names):
            raise wrong(
                f"items와 kinds에 '{twice[0]}'이(가) 두 번 있습니다; 하나의 이름을 바꾸세요",
                f"'{twice[0]}' appears twice among items and kinds; rename one",
            )
        if twice := repeated([name for kind in self.kinds for name in kind.evaluators]):
            raise wrong(
                f"평가위원 '{twice[0]}'이(가) 두 구분(kinds)에 있습니다; 한쪽에서 지우세요",
                f"evaluator '{twice[0]}' is in two kinds; remove one",
            )
        if self.kinds and sum(kind.weight for kind in self.kinds) != 1:
            raise wrong(
                "kinds의 weight 합이 1이 아닙니다; 합을 1로 맞추세요 (예: 0.6과 0.4)",
                "the weights of the kinds must sum to 1, as in 0.6 and 0.4",
            )
        if self.scale == "points" and self.ballot_maximum > 100:
            raise wrong(
                f"평가표 만점이 {self.ballot_maximum}점입니다; 100점이 넘으면 scale: percent를 적으세요 (평균은 100점 만점)",
                f"a ballot has {self.ballot_maximum} points; above 100 say scale: percent (means out of 100)",
            )
        if isinstance(self.ties, tuple):
            for name in self.ties:
                if name not in names:
                    raise wrong(
                        f"ties: '{name}'이라는 항목이나 구분이 없습니다; items나 kinds의 이름을 쓰세요",
                        f"ties: there is no item or kind '{name}'; use a name of items or kinds",
                    )
        return self

    def stage(self, with_items: bool) -> StageRule:
        """The stage of `scoring`. with_items: the sheet shows items, not totals only. Keys are i0.., k0...

        In points, an item that nobody scores fills a ballot up to 100, so that means are in points."""
        maxima = [item.max for item in self.items] if with_items else [self.ballot_maximum]
        criteria = [CriterionRule(key=f"i{place}", max_points=most) for place, most in enumerate(maxima)]
        if self.scale == "points" and self.ballot_maximum < 100:
            criteria.append(CriterionRule(key=REST, max_points=100 - self.ballot_maximum))
        weights = [kind.weight for kind in self.kinds] or [Decimal(1)]
        trim = TrimRule(drop_high=0, drop_low=0, min_ballots=1) if self.trim == "none" else self.trim
        return StageRule(
            key=STAGE,
            name=Text(ko=STAGE),
            bodies=tuple(
                BodyRule(
                    key=f"k{place}",
                    name=Text(ko=f"k{place}"),
                    weight=weight,
                    quorum=1,
                    seats=100000,
                    criteria=tuple(criteria),
                )
                for place, weight in enumerate(weights)
            ),
            trim=trim,
            decimals=self.decimals,
            rounding=self.rounding,
            cutoff_percent=self.cutoff or Decimal(0),
            cutoff_includes_bonus=self.cutoff_includes_bonus,
            bonus_cap=self.bonus_cap or Decimal(0),
        )

    def selection(self, places: dict[str, int]) -> SelectionRule:
        """The selection of `ranking`, with places by field key."""
        ties: list[TieBreak] = []
        for name in () if self.ties is None or self.ties == "share" else self.ties:
            kinds = [kind.name for kind in self.kinds]
            if name in kinds:
                ties.append(ByBody(by="body", stage=STAGE, body=f"k{kinds.index(name)}"))
            else:
                place = [item.name for item in self.items].index(name)
                ties.append(ByCriterion(by="criterion", stage=STAGE, criterion=f"i{place}"))
        return SelectionRule(
            stage_weights={STAGE: Decimal(1)},
            quota=FieldQuota(by_field=places),
            reserve_per_field=self.reserves,
            tie_breaks=tuple(ties),
            decimals=self.decimals,
            rounding=self.rounding,
        )


def rule_of(document: object) -> AuditRule:
    """The rule in plain data. Raises RuleInvalid."""
    try:
        return AuditRule.model_validate(document)
    except ValidationError as error:
        said = refusal(error)
        raise RuleInvalid(".".join(map(str, place(error))), said.ko, said.in_language("en")) from error


def read_document(path: str) -> dict[str, object]:
    """A rule file (YAML or JSON) as plain data. Raises RuleInvalid, OSError."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    with Path(path).open("rb") as file:
        raw = file.read(MAX_RULE_BYTES + 1)
    if len(raw) > MAX_RULE_BYTES:
        raise RuleInvalid(
            "", f"파일이 {MAX_RULE_BYTES}바이트보다 큽니다", f"the file is larger than {MAX_RULE_BYTES} bytes"
        )
    try:
        text = raw.decode("utf-8-sig")
        document = (
            json.loads(text)
            if text.lstrip().startswith("{")
            else YAML(typ="safe", pure=True).load(io.StringIO(text))
        )
    except (UnicodeDecodeError, ValueError, YAMLError, RecursionError) as error:
        where = getattr(error, "problem_mark", None) or getattr(error, "lineno", None)
        line = where if isinstance(where, int) else where.line + 1 if where else None
        at_ko, at_en = ("", "") if line is None else (f" ({line}번째 줄)", f" (line {line})")
        raise RuleInvalid("", f"YAML도 JSON도 아닙니다{at_ko}", f"neither YAML nor JSON{at_en}") from error
    if not isinstance(document, dict) or not all(isinstance(key, str) for key in document):
        raise RuleInvalid(
            "",
            "'decimals: 2'처럼 이름과 값의 목록이어야 합니다",
            "the file must be a mapping, such as 'decimals: 2'",
        )
    return document
