"""What follows a decision: objection, confirmation, reserves, outcomes; and the consents it needs."""

from __future__ import annotations

from datetime import datetime, time
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from .base import Key, Part, Text, Words
from .business_days import business_deadline, calendar_deadline
from .calendar import Clock
from .final import FinalRules


class ObjectionRules(Part):
    """통합관리지침 붙임4: 6 calendar days from the day after the notice, once.

    운영요령 §31④: answered within 30 days.
    """

    days: Annotated[int, Field(ge=1, le=90)] = 6
    times: Annotated[int, Field(ge=1, le=3)] = 1
    answer_days: Annotated[int, Field(ge=1, le=90)] = 30
    until: Clock = "23:59"
    not_objectionable: tuple[Text, ...] = ()
    source: Words | None = None

    def deadline(self, notified: datetime) -> datetime:
        """The last moment (KST) to object to what was told at `notified`."""
        return calendar_deadline(notified, self.days, time.fromisoformat(self.until))

    def answer_deadline(self, received: datetime) -> datetime:
        """The last moment (KST) to answer an objection received then."""
        return calendar_deadline(received, self.answer_days, time.fromisoformat(self.until))


class ConfirmationRules(Part):
    """The selected confirm in 3 business days, by 17:00; else the next takes the place (KISED notices)."""

    business_days: Annotated[int, Field(ge=1, le=60)] = 3
    until: Clock = "17:00"
    source: Words | None = None

    def deadline(self, notified: datetime) -> datetime:
        """The last moment (KST) to confirm. Raises OutsideHolidayTable."""
        return business_deadline(notified, self.business_days, time.fromisoformat(self.until))


class ReserveRules(Part):
    """Reserves may be promoted until so many months after the agreement begins (통합관리지침 §24③: 2)."""

    promotion_months: Annotated[int, Field(ge=0, le=24)] = 2


class OutcomeRules(Part):
    """best_projects: how many are named at the end. adoption_decision_days: after the end of the PoC.

    final: how the projects are graded, and the best ones found."""

    best_projects: Annotated[int, Field(ge=0, le=1000)] = 3
    best_projects_reward: Text | None = None
    adoption_decision_days: Annotated[int, Field(ge=1, le=1000)] = 90
    follow_up_years: Annotated[int, Field(ge=0, le=20)] = 5
    report_days: Annotated[int, Field(ge=1, le=365)] = 30
    settlement_days: Annotated[int, Field(ge=1, le=365)] = 15
    final: FinalRules = FinalRules()
    source: Words | None = None


class Consent(Part):
    """One consent for one purpose (KISED 개인정보 보호지침 §23). A changed text is a new version.

    recipients: parties of the rulebook that receive the items.
    """

    key: Key
    version: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z.\-]*$", max_length=20)]
    kind: Literal["personal_data", "third_party", "confidentiality", "verification", "recording", "pledge", "other"]
    required: bool = True
    title: Text
    purpose: Text
    items: Annotated[tuple[Text, ...], Field(min_length=1, max_length=50)]
    retention: Text
    refusal: Text
    text: Text
    recipients: tuple[Key, ...] = ()
