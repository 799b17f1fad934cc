"""After-facts for the rooms above. Sent inside the action, so that what they do commits or fails with it."""

from __future__ import annotations

from django.dispatch import Signal

#: ``match``, ``actor``: a match was released; projects opens the project
place_matched = Signal()
#: ``place``, ``actor``, ``reason``: a startup gave its place up, lost it, or was taken out
place_ended = Signal()
