"""The business registration number (사업자등록번호): ten digits, the last of which checks the others."""

from __future__ import annotations

import re

from didimdol.kernel.words import Text, text

WEIGHTS = (1, 3, 7, 1, 3, 7, 1, 3, 5)


def digits(number: str) -> str:
    """The number without its hyphens and spaces."""
    return re.sub(r"[\s\-]", "", number)


def check_digit(first_nine: str) -> int:
    """The tenth digit that belongs to nine."""
    values = [int(d) for d in first_nine]
    total = sum(w * v for w, v in zip(WEIGHTS, values, strict=True)) + values[8] * 5 // 10
    return (10 - total % 10) % 10


def problem(number: str) -> Text | None:
    """What is wrong with ``number``; None when it is well formed. Whether it was issued only the tax office knows."""
    plain = digits(number)
    # [0-9], not \d: full-width and other digits are no registration number
    if not re.fullmatch(r"[0-9]{10}", plain):
        return text("사업자등록번호는 숫자 10자리입니다.", "A business registration number has ten digits.")
    if check_digit(plain[:9]) != int(plain[9]):
        return text(
            "사업자등록번호의 검증 숫자가 맞지 않습니다. 번호를 다시 확인해 주십시오.",
            "The check digit does not fit. Please check the number again.",
        )
    return None


def formatted(number: str) -> str:
    """123-45-67890."""
    plain = digits(number)
    return f"{plain[:3]}-{plain[3:5]}-{plain[5:]}" if len(plain) == 10 else number
