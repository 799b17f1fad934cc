"""Amounts as people type them, read exactly: text in, integer minor units out. No float ever touches one."""

from __future__ import annotations

import re
from collections.abc import Iterable

from didimdol.design.texts import money_text
from didimdol.kernel.money import MINOR_DIGITS
from didimdol.kernel.problems import BadInput
from didimdol.kernel.words import Text, text

#: 1999, 1,999, 1,999.5 or 1999.50: a comma groups three digits, a point stands before the smaller unit
WRITTEN = re.compile(r"(?P<whole>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.(?P<rest>[0-9]+))?")
#: beyond any sale, and safely within a bigint
MOST = 10**15


def parse_amount(written: str, currency: str) -> int:
    """Minor units of ``currency`` (ISO 4217). ``parse_amount("1,999.00", "USD")`` is 199900.

    Raises BadInput for an unknown currency, another notation ("1.999,00", "12만"), more decimals than the currency has,
    zero, and amounts beyond any sale.
    """
    digits = digits_of(currency)
    match = WRITTEN.fullmatch(written.strip())
    if match is None:
        raise _refused(
            text("금액을 읽을 수 없습니다.", "The amount cannot be read."),
            text(
                "1,999.00처럼 숫자와 쉼표, 소수점으로 적어 주십시오.",
                "Write it like 1,999.00: digits, commas, a point.",
            ),
        )
    rest = match["rest"] or ""
    if len(rest) > digits:
        raise _refused(
            text(
                f"{currency}는 소수점 아래 {digits}자리까지입니다.",
                f"{currency} has at most {digits} decimals.",
            )
            if digits
            else text(f"{currency}에는 소수점 아래가 없습니다.", f"{currency} has no decimals.")
        )
    minor: int = int(match["whole"].replace(",", "")) * 10**digits + int(rest.ljust(digits, "0") or "0")
    check_amount(minor, currency)
    return minor


def digits_of(currency: str) -> int:
    """Decimals of a currency that sales may carry. Raises BadInput."""
    if currency not in MINOR_DIGITS:
        known = ", ".join(MINOR_DIGITS)
        message = text(f"받지 않는 통화입니다. 가능한 통화: {known}", f"Unknown currency. Taken: {known}")
        raise BadInput("unknown_currency", message, fields={"currency": message})
    return MINOR_DIGITS[currency]


def check_amount(minor: int, currency: str) -> None:
    """A whole, positive number of minor units, not beyond any sale. Raises BadInput."""
    digits_of(currency)
    if isinstance(minor, bool) or not isinstance(minor, int) or not 0 < minor <= MOST:
        raise _refused(text("0보다 큰 금액을 적어 주십시오.", "Enter an amount above zero, of a size a sale can have."))


def _refused(message: Text, remedy: Text | None = None) -> BadInput:
    whole = message if remedy is None else text(f"{message['ko']} {remedy['ko']}", f"{message['en']} {remedy['en']}")
    return BadInput("bad_amount", message, remedy, fields={"amount": whole})


def sums(amounts: Iterable[tuple[str, int]]) -> dict[str, int]:
    """(currency, minor units) added up by currency, never across: the order is that of the known currencies."""
    total: dict[str, int] = {}
    for currency, minor in amounts:
        total[currency] = total.get(currency, 0) + minor
    return {currency: total[currency] for currency in MINOR_DIGITS if currency in total}


def sums_text(total: dict[str, int]) -> str:
    """The sums beside each other, in the reader's language."""
    return " · ".join(money_text(minor, currency) for currency, minor in total.items())
