"""The command line itself: what is wrong with it in one line, in the language asked for."""

from __future__ import annotations

import argparse
import itertools
import re
from collections.abc import Sequence
from typing import ClassVar, NoReturn

SAID: tuple[tuple[str, str], ...] = (
    (r"the following arguments are required: (.*)", r"필요한 것이 없습니다: \1"),
    (r"argument (.+?): invalid choice: (.+?) \(choose from (.*)\)", r"\1에 \2은(는) 없습니다. 있는 것: \3"),
    (r"argument (.+?): invalid int value: (.*)", r"\1은(는) 정수여야 합니다: \2"),
    (r"argument (.+?): invalid float value: (.*)", r"\1은(는) 수여야 합니다: \2"),
    (r"argument (.+?): invalid whole value: (.*)", r"\1은(는) 0 이상의 정수여야 합니다: \2"),
    (r"argument (.+?): expected one argument", r"\1 뒤에 값이 없습니다"),
    (r"argument (.+?): not allowed with argument (.*)", r"\1은(는) \2과(와) 함께 쓸 수 없습니다"),
    (r"unrecognized arguments: (.*)", r"모르는 것입니다: \1"),
    (r"one of the arguments (.*) is required", r"다음 가운데 하나가 필요합니다: \1"),
    (r"ambiguous option: (.*) could match (.*)", r"\1은(는) 여럿을 뜻할 수 있습니다: \2"),
)


class Parser(argparse.ArgumentParser):
    """As argparse's, but for how it refuses. given: the command line, before anything of it is understood."""

    given: ClassVar[Sequence[str]] = ()

    def error(self, message: str) -> NoReturn:
        english = "--lang=en" in self.given or ("--lang", "en") in itertools.pairwise(self.given)
        korean = next(
            (re.sub(form, ko, message) for form, ko in SAID if re.fullmatch(form, message)), message
        )
        help_en = f"{self.prog} --help shows how it is used."
        help_ko = f"쓰는 법: {self.prog} --help"
        text = f"{message}. {help_en}" if english else f"{korean}. {help_ko}"
        self.exit(2, f"{self.prog}: {text}\n")


def whole(text: str) -> int:
    """A whole number that is not negative."""
    number = int(text)
    if number < 0:
        raise ValueError
    return number
