"""What the evaluation puts on a challenge's public page: the draws of its evaluators, from their seals on."""

from __future__ import annotations

from collections.abc import Iterable

from didimdol.evaluation.draw_queries import public_draws
from didimdol.evaluation.draw_states import DRAW
from didimdol.evaluation.draw_words import draw_name
from didimdol.kernel.actor import Actor
from didimdol.programmes.models import Challenge
from didimdol.programmes.pages import PageSection


def sections(actor: Actor, challenge: Challenge) -> Iterable[PageSection]:
    draws = public_draws(challenge) if challenge.state in ("evaluating", "closed") else []
    if draws:
        rows = [{"draw": draw, "name": draw_name(draw), "state": DRAW.state(draw)} for draw in draws]
        yield PageSection("draws", "evaluation/_public_draws.html", {"draws": rows})
