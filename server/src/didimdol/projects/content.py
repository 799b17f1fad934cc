"""What a plan and a charter say, checked when they come in. Texts are as the parties wrote them, in their language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from didimdol.kernel.problems import BadInput
from didimdol.kernel.words import Text, normal, text
from didimdol_lab.contract import Criterion

MOST_MILESTONES = 12

Line = Annotated[str, Field(max_length=200), AfterValidator(normal)]
Words = Annotated[str, Field(max_length=5000), AfterValidator(normal)]
Won = Annotated[int, Field(ge=0, le=10**12)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class PlannedMilestone(_Part):
    """A step with money behind it. ``gate``: verification (the model is measured) or witnessed (a test before both)."""

    title: Annotated[Line, Field(min_length=1)]
    description: Words = ""
    due_on: date
    amount: Won
    gate: Literal["verification", "witnessed"] = "verification"
    criteria: tuple[Criterion, ...] = ()


class PlanContent(_Part):
    """The revised plan (수정사업계획서): goal, work, schedule, milestones. A draft may be incomplete."""

    goal: Words = ""
    work: Words = ""
    schedule: Words = ""
    milestones: Annotated[tuple[PlannedMilestone, ...], Field(max_length=MOST_MILESTONES)] = ()


class Owner(_Part):
    """The budget owner as the agreement names them. ``email``: where a signing link may be sent."""

    name: Annotated[Line, Field(min_length=1)]
    title: Line = ""
    email: Annotated[str, Field(max_length=254)] = ""


class Confidentiality(_Part):
    """The six items that 하도급법 asks of a confidentiality agreement over technical data (domain.md §3.12).

    ``holders``: who holds the data, by name or position.
    """

    scope: Annotated[Words, Field(min_length=1)]
    period: Annotated[Words, Field(min_length=1)]
    holders: Annotated[Words, Field(min_length=1)]
    duty: Annotated[Words, Field(min_length=1)]
    damages: Annotated[Words, Field(min_length=1)]
    returning: Annotated[Words, Field(min_length=1)]


class Charter(_Part):
    """The PoC charter: what counts as success, who decides on the adoption, and on which terms they work together."""

    success: Annotated[Words, Field(min_length=1)]
    criteria: Annotated[tuple[Criterion, ...], Field(min_length=1, max_length=20)]
    starts_on: date
    ends_on: date
    ip: Annotated[Words, Field(min_length=1)]
    confidentiality: Confidentiality
    data: Words = ""
    device: Words = ""
    people: Words = ""
    owner: Owner | None = None


M = TypeVar("M", PlanContent, Charter)

#: the six items in the order of the law, with their names
SIX_ITEMS: dict[str, Text] = {
    "scope": text("기술자료의 이름과 범위", "Technical data: name and scope"),
    "period": text("사용 기간", "Period of use"),
    "holders": text("자료를 보유하는 임직원", "Staff who hold it"),
    "duty": text("비밀유지 의무와 목적 외 사용 금지", "Duty of confidence and limit of purpose"),
    "damages": text("위반 시 배상", "Damages"),
    "returning": text("반환·폐기 시기와 방법", "Return or destruction: when and how"),
}


def read(kind: type[M], document: Mapping[str, Any] | M) -> M:
    """A plan or charter that came in as plain values. Raises BadInput that names each field."""
    if isinstance(document, kind):
        return document
    try:
        return kind.model_validate(document)
    except ValidationError as error:
        fields = {
            ".".join(map(str, e["loc"])) or "content": text(
                f"값을 확인해 주십시오: {e['msg']}", f"Please check: {e['msg']}"
            )
            for e in error.errors()
        }
        raise BadInput(
            "content_invalid",
            text("내용에 고칠 것이 있습니다.", "The content needs mending."),
            text("표시한 항목을 고쳐 주십시오.", "Please correct the fields named."),
            fields=fields,
        ) from error


def plan_content(document: Mapping[str, Any]) -> PlanContent:
    """Of a stored plan."""
    return PlanContent.model_validate(document)


def charter_of(document: Mapping[str, Any]) -> Charter:
    """Of a stored agreement."""
    return Charter.model_validate(document)
