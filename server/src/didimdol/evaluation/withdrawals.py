"""An application is taken back while it is evaluated: nobody has to finish its ballots, and it presents no more. And what
panels that change mean to their sessions."""

from __future__ import annotations

from typing import Any

from didimdol.applications.models import Application
from didimdol.evaluation.actions.sessions import applicant_left, panels_changed
from didimdol.evaluation.models import Ballot, Round
from didimdol.evaluation.states import BALLOT, ROUND


def close_waits(sender: Any, application: Application, **kwargs: Any) -> None:
    """The to-dos of its open ballots end; a round that waited for them alone can be closed."""
    ballots = Ballot.objects.within(application=application, state="draft").select_related("seat__round")
    rounds: dict[object, Round] = {}
    for ballot in ballots.order_by("pk"):
        ballot.application = application
        BALLOT.tell_waits(ballot)
        rounds[ballot.seat.round_id] = ballot.seat.round
    for round in rounds.values():
        if round.state == "scoring":
            ROUND.tell_waits(round)
    applicant_left(application)


def panels_settled(sender: Any, round: Round, **kwargs: Any) -> None:
    """Evaluators came or went, or the round was closed: a session may have to move."""
    panels_changed(round)
