"""Keyset pagination: pages that stay right while rows are added, and cost the same on page 1,000."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from django.db import models
from django.db.models import Q

from didimdol.kernel.problems import BadInput
from didimdol.kernel.words import text

M = TypeVar("M", bound=models.Model)


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    rows: list[M]
    next_cursor: str | None


def page(
    queryset: models.QuerySet[M], *, order: tuple[str, ...] = ("-created_at",), cursor: str = "", size: int = 50
) -> Page[M]:
    """``size`` rows after ``cursor`` in ``order`` (field names, "-" for descending; the id is added as the last).

    Raises BadInput for a cursor that this list did not give out.
    """
    keys = (*order, "pk")
    if cursor:
        queryset = queryset.filter(_after(keys, _decode(cursor, keys, queryset)))
    rows = list(queryset.order_by(*keys)[: size + 1])
    more = len(rows) > size
    rows = rows[:size]
    return Page(rows, _encode([_value(rows[-1], key) for key in keys]) if more else None)


def _value(row: Any, key: str) -> Any:
    value = row
    for part in key.lstrip("-").split("__"):
        value = getattr(value, part)
    return value


def _after(keys: tuple[str, ...], values: list[Any]) -> Q:
    condition, equal = Q(pk__in=[]), Q()
    for key, value in zip(keys, values, strict=True):
        name = key.lstrip("-")
        condition |= equal & Q(**{f"{name}__{'lt' if key.startswith('-') else 'gt'}": value})
        equal &= Q(**{name: value})
    return condition


def _encode(values: list[Any]) -> str:
    plain = [
        v.isoformat() if isinstance(v, datetime | date) else str(v) if not isinstance(v, int) else v for v in values
    ]
    return base64.urlsafe_b64encode(json.dumps(plain).encode()).decode().rstrip("=")


def _decode(cursor: str, keys: tuple[str, ...], queryset: models.QuerySet[Any]) -> list[Any]:
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(values, list) or len(values) != len(keys) or any(type(v) not in (str, int) for v in values):
            raise ValueError(cursor)
        for key, value in zip(keys, values, strict=True):
            _check(queryset, key.lstrip("-"), value)
    except Exception as error:
        raise BadInput(
            "bad_cursor",
            text("목록의 다음 쪽 주소가 올바르지 않습니다.", "The address of the next page is not valid."),
            text("목록의 처음부터 다시 열어 주십시오.", "Open the list again from its beginning."),
        ) from error
    return values


def _check(queryset: models.QuerySet[Any], path: str, value: Any) -> None:
    """Could the database compare what stands at ``path`` with this? Raises what the field raises, ValueError."""
    if isinstance(value, str) and "\0" in value:
        raise ValueError(path)
    if path in queryset.query.annotations:
        queryset.query.annotations[path].output_field.to_python(value)
        return
    model: Any = queryset.model
    *through, last = path.split("__")
    for name in through:
        model = model._meta.get_field(name).related_model
    (model._meta.pk if last == "pk" else model._meta.get_field(last)).to_python(value)


__all__ = ["Page", "page"]
