"""After-facts for the rooms above. Sent inside the action, so that what they do commits or fails with it."""

from __future__ import annotations

from django.dispatch import Signal

#: ``project``, ``actor``: all three parties have signed
project_signed = Signal()
#: ``milestone``, ``actor``: the operator approved it; its money may be asked for
milestone_approved = Signal()
#: ``project``, ``actor``, ``how`` (completed, completed_early, stopped, withdrawn)
project_ended = Signal()
#: ``project``, ``actor``: its grade was released
project_graded = Signal()
