"""What applications ask of the rooms above."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import Q

from didimdol.applications.models import Application
from didimdol.kernel.access import Access
from didimdol.kernel.actor import Actor
from didimdol.kernel.ports import Port
from didimdol.kernel.words import Text

#: filled by evaluation: may this evaluator open the documents and the model of the application?
evaluator_may_open: Port[Callable[[Actor, Application], Access]] = Port("applications.evaluator_may_open")
#: filled by evaluation: the applications that an evaluator sees
evaluator_sees: Port[Callable[[Actor], Q]] = Port("applications.evaluator_sees")
#: filled by selection: how a submitted application stands, as far as the actor may know. Without it: "submitted".
standing: Port[Callable[[Application, Actor], Text | None]] = Port("applications.standing", optional=True)
