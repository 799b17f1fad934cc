"""Which personal data a field holds and how long it is kept. Every model says it of every field; a test fails without."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kept(StrEnum):
    """Retention. Sources: domain.md §6 (운영요령 §23⑥, §33; 안전성 확보조치 기준)."""

    ACCOUNT = "while the account exists, and one year after"
    CHALLENGE = "five years from the end of the agreement, or of the challenge where none was made"
    RECORD = "for ever (pseudonymous: names stand beside the chain and can be erased)"
    ADVICE = "until the days that the rulebook gives (evaluation.how_sure) after the time for objections"
    ACCESS_LOG = "two years"
    SHORT = "thirty days after it was last used"


@dataclass(frozen=True, slots=True)
class Privacy:
    """The fields of a model by class, as space-separated names.

    ``none``: no personal data. ``pseudonym``: points at a person. ``personal``: names, addresses, texts by persons.
    ``sensitive``: applicants' ideas, evaluators' comments, conflict declarations. ``secret``: hashes, keys.
    """

    kept: Kept
    none: str = ""
    pseudonym: str = ""
    personal: str = ""
    sensitive: str = ""
    secret: str = ""

    def named(self) -> list[str]:
        return " ".join((self.none, self.pseudonym, self.personal, self.sensitive, self.secret)).split()


#: what every row has
ROW_FIELDS = ("id", "created_at", "row_version")
#: what a row with a transition table has
STATE_FIELDS = ("state", "state_since")
