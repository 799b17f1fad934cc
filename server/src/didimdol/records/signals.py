"""After-facts for the rooms above. Sent inside the action, so that what they do commits or fails with it."""

from __future__ import annotations

from django.dispatch import Signal

#: ``events``: the AuditEvents that an action just put on their chains
events_appended = Signal()
