"""What the projects tell: a case begins at signing, and is closed where the PoC ends without a result."""

from __future__ import annotations

from typing import Any

from didimdol.kernel.actor import SYSTEM
from didimdol.outcomes import actions
from didimdol.outcomes.models import AdoptionCase
from didimdol.projects.models import Project

WITHOUT_RESULT = ("stopped", "withdrawn")


def begin(sender: Any, project: Project, **kwargs: Any) -> None:
    actions.open_case(actor=SYSTEM, project=project)


def end(sender: Any, project: Project, how: str, **kwargs: Any) -> None:
    if how not in WITHOUT_RESULT:
        return
    case = AdoptionCase.objects.within(project=project, state="under_review").first()
    if case is not None:
        actions.close_case(actor=SYSTEM, case=case, reason=how)
