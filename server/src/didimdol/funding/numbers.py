"""Bank account numbers: encrypted where they lie, shown as their last four digits, compared by a keyed hash."""

from __future__ import annotations

import base64
import json
import re

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.utils.crypto import salted_hmac

from didimdol.funding.models import BankAccount
from didimdol.kernel.problems import BadInput, Problem
from didimdol.kernel.words import text

#: digits of Korean account numbers with room for foreign banks
NUMBER = re.compile(r"\d{8,20}")


class NumberUnreadable(Problem):
    """The number was encrypted with another secret of the installation."""

    status = 500


def plain(number: str) -> str:
    """The digits of a number as written ("110-123-456789"). Raises BadInput."""
    digits = re.sub(r"[\s\-]", "", number)
    if not NUMBER.fullmatch(digits) or not digits.isascii():
        wrong = text(
            "계좌번호는 숫자 8~20자리입니다. 하이픈은 넣어도 됩니다.",
            "An account number has 8 to 20 digits; hyphens are allowed.",
        )
        raise BadInput("account_number", wrong, fields={"number": wrong})
    return digits


def seal(number: str) -> str:
    return _cipher().encrypt(number.encode()).decode()


def unseal(account: BankAccount) -> str:
    """The whole number, for whoever transfers the money. Raises NumberUnreadable."""
    try:
        return _cipher().decrypt(account.sealed.encode()).decode()
    except InvalidToken as problem:
        raise NumberUnreadable(
            "account_unreadable",
            text("계좌번호를 열 수 없습니다.", "The account number cannot be opened."),
            text(
                "설치의 비밀값(DIDIMDOL_SECRET_KEY)을 되돌리거나, 기업에 계좌를 다시 등록하도록 요청하십시오.",
                "Restore the installation's secret (DIDIMDOL_SECRET_KEY), or ask the startup to register it again.",
            ),
        ) from problem


def digest(bank: str, number: str, holder: str) -> str:
    """Of what was registered. Keyed: there are few enough numbers to try them all against a plain hash."""
    document = json.dumps([bank, number, holder], ensure_ascii=False)
    return str(salted_hmac("didimdol.funding.account", document, algorithm="sha256").hexdigest())


def unaltered(account: BankAccount) -> bool:
    """Does the row still say what was registered? An UPDATE in the database does not go unnoticed."""
    try:
        return digest(account.bank, unseal(account), account.holder) == account.digest
    except NumberUnreadable:
        return False


def masked(account: BankAccount) -> str:
    return f"•••• {account.tail}"


def _cipher() -> Fernet:
    key = salted_hmac("didimdol.funding.account_number", settings.SECRET_KEY, algorithm="sha256").digest()
    return Fernet(base64.urlsafe_b64encode(key))
