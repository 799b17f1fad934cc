"""A startup's own figures for the criteria of a demand."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from didimdol.demands.models import Demand
from didimdol.demands.queries import criteria_of
from didimdol.kernel.problems import BadInput
from didimdol.kernel.words import text
from didimdol.programmes.criteria import label
from didimdol_lab.contract.base import plain_decimal

MOST = Decimal(10) ** 12


def clean_claims(demand: Demand, claims: Mapping[str, Any]) -> dict[str, str]:
    """{criterion key: figure as plain text}; empty ones are left out. Raises BadInput that names the criterion."""
    criteria = {criterion.key: criterion for criterion in criteria_of(demand)}
    cleaned = {}
    for key, value in claims.items():
        criterion = criteria.get(key)
        if criterion is None:
            message = text(f"이 수요에 없는 기준입니다: {key}", f"The demand has no such criterion: {key}")
            raise BadInput("claim_unknown", message)
        written = str(value if value is not None else "").strip().replace(",", "")
        if not written:
            continue
        figure = _figure(written)
        top = Decimal(100) if criterion.unit == "%" else MOST
        if figure is None or not 0 <= figure <= top:
            name = label(criterion)
            message = text(
                f"{name['ko']}: 0 이상 {top:,} 이하의 숫자({criterion.unit})로 적어 주십시오.",
                f"{name['en']}: give a number from 0 to {top:,} ({criterion.unit}).",
            )
            raise BadInput("claim_invalid", message, fields={key: message})
        cleaned[key] = plain_decimal(figure)
    return cleaned


def _figure(written: str) -> Decimal | None:
    try:
        figure = Decimal(written)
    except InvalidOperation:
        return None
    exponent = figure.as_tuple().exponent
    return figure if isinstance(exponent, int) and -9 <= exponent <= 12 and len(written) <= 30 else None
