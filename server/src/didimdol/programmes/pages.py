"""Places on a challenge's pages for the rooms above: they register what they add, and programmes does not know them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from didimdol.kernel.actor import Actor
from didimdol.kernel.words import Text
from didimdol.programmes.models import Challenge

Place = Literal["apply", "notice", "manage"]


@dataclass(frozen=True, slots=True)
class PageLink:
    """``apply``: the one main button of the public page. ``notice``: a link on it. ``manage``: the operator's page."""

    place: Place
    label: Text
    url: str
    note: Text | None = None


@dataclass(frozen=True, slots=True)
class PageSection:
    """A section of the public page: a template with its context."""

    key: str
    template: str
    context: dict[str, object]


_links: list[Callable[[Actor, Challenge], Iterable[PageLink]]] = []
_sections: list[Callable[[Actor, Challenge], Iterable[PageSection]]] = []


def add_links(provider: Callable[[Actor, Challenge], Iterable[PageLink]]) -> None:
    """In the ready() of an upper room: links that it puts on the pages of a challenge."""
    if provider not in _links:
        _links.append(provider)


def add_sections(provider: Callable[[Actor, Challenge], Iterable[PageSection]]) -> None:
    if provider not in _sections:
        _sections.append(provider)


def links(actor: Actor, challenge: Challenge, place: Place) -> list[PageLink]:
    return [link for provider in _links for link in provider(actor, challenge) if link.place == place]


def sections(actor: Actor, challenge: Challenge) -> list[PageSection]:
    return [section for provider in _sections for section in provider(actor, challenge)]
