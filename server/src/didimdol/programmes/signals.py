"""After-facts of challenges, for the rooms above."""

from __future__ import annotations

from django.dispatch import Signal

#: ``challenge``: its call is over and its evaluation begins. Sent inside the action
evaluation_started = Signal()
