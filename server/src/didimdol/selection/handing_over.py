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
from didimdol.selection.models import Matching, Place, Selection
from didimdol.selection.promotion import unmatched


def ranking_to_compute(round: Round) -> Iterable[WaitFor]:
    """A closed round waits for its ranking (fills the port of evaluation)."""
    what = text("평가가 마감되었습니다. 순위를 계산해 주십시오", "The round is closed: compute the ranking")
    yield _coordinator(round.challenge, what, reverse("selection:compute", args=[round.pk]))


def after_release(selection: Selection) -> Iterable[WaitFor]:
    """A released shortlist waits for the next stage to be opened; a released selection for its matching, once every
    startup has answered."""
    challenge = selection.round.challenge
    if selection.final:
        yield from _matching_to_open(challenge)
    else:
        what = text("다음 단계의 평가를 열어 주십시오", "Open the evaluation of the next stage")
        yield _coordinator(challenge, what, reverse("evaluation:open", args=[challenge.slug]))


def _matching_to_open(challenge: Challenge) -> Iterable[WaitFor]:
    if Place.objects.within(challenge=challenge, state="offered").exists() or not unmatched(challenge.pk):
        return
    if Matching.objects.within(challenge=challenge, state__in=("open", "computed")).exists():
        return
    what = text("참여가 확정되었습니다. 수요 매칭을 열어 주십시오", "All have answered: open the matching")
    yield WaitFor(
        text(f"{what['ko']} · {pick(challenge.name, 'ko')}", f"{what['en']} · {pick(challenge.name, 'en')}"),
        reverse("selection:open_matching", args=[challenge.slug]),
        role=Role.MANAGER,
        organisation=challenge.programme.operator_id,
        challenge=challenge.pk,
    )


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
