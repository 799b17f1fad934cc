"""From a closed round to its ranking, and from a released shortlist to the next round: nobody forgets whose turn it is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from didimdol.evaluation.models import Round
from didimdol.kernel.action import wait
from didimdol.kernel.transitions import WaitFor
from didimdol.kernel.words import Text, pick, text
from didimdol.people.enums import Role
from didimdol.programmes.models import Challenge
from didimdol.selection.models import Selection


def ranking_to_compute(round: Round) -> Iterable[WaitFor]:
    """A closed round waits for its ranking (fills the port of evaluation)."""
    what = text("평가가 마감되었습니다. 순위를 계산해 주십시오", "The round is closed: compute the ranking")
    yield _coordinator(round.challenge, what, reverse("selection:compute", args=[round.pk]))


def stage_to_open(selection: Selection) -> Iterable[WaitFor]:
    """A released shortlist waits for the next stage to be opened; a released selection for nobody here."""
    if not selection.final:
        challenge = selection.round.challenge
        what = text("다음 단계의 평가를 열어 주십시오", "Open the evaluation of the next stage")
        yield _coordinator(challenge, what, reverse("evaluation:open", args=[challenge.slug]))


def _coordinator(challenge: Challenge, what: Text, url: str) -> WaitFor:
    return WaitFor(
        text(f"{what['ko']} · {pick(challenge.name, 'ko')}", f"{what['en']} · {pick(challenge.name, 'en')}"),
        url,
        role=Role.COORDINATOR,
        organisation=challenge.programme.operator_id,
        challenge=challenge.pk,
    )


def stage_opened(sender: type[Round], round: Round, **kwargs: Any) -> None:
    """The next stage is open: the shortlist before it waits no more."""
    for selection in Selection.objects.within(round__challenge=round.challenge_id, round__position=round.position - 1):
        wait(selection, [])
