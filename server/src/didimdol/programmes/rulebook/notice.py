"""The call notice: how long it stands, and what an application may weigh."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from .base import Part, Text


class Urgent(Part):
    """Why the shorter window was needed; it goes into the record."""

    reason: Text


class NoticeRules(Part):
    """min_window_days: shortest call window, urgent_window_days the same for a recorded urgency
    (운영요령 §7②: 20 and 10). grace_minutes: how long after closing a draft numbered before may be submitted.
    """

    min_window_days: Annotated[int, Field(ge=10, le=365)] = 20
    urgent_window_days: Annotated[int, Field(ge=1, le=365)] = 10
    urgent: Urgent | None = None
    page_limit: Annotated[int, Field(ge=1, le=500)] = 15
    upload_limit_mb: Annotated[int, Field(ge=1, le=2000)] = 30
    grace_minutes: Annotated[int, Field(ge=0, le=1440)] = 0
    purpose: Text
    support: Text
    how_to_apply: Text
    contact: Text | None = None
    recall_if_no_fit: bool = True
    applications_per_startup: Annotated[int, Field(ge=1, le=100)] = 1
    fields_per_application: Annotated[int, Field(ge=1, le=1)] = 1

    @property
    def shortest_window_days(self) -> int:
        return self.urgent_window_days if self.urgent else self.min_window_days
