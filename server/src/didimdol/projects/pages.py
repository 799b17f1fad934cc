"""Places on a project's pages for the rooms above: they register what they add, and projects does not know them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from didimdol.kernel.actor import Actor
from didimdol.kernel.words import Text
from didimdol.projects.models import Project


@dataclass(frozen=True, slots=True)
class ProjectLink:
    """A tab of the project: its money, its adoption. ``note``: one line about how it stands."""

    label: Text
    url: str
    note: Text | None = None


_links: list[Callable[[Actor, Project], Iterable[ProjectLink]]] = []


def add_links(provider: Callable[[Actor, Project], Iterable[ProjectLink]]) -> None:
    """In the ready() of an upper room: what the actor may open of this project there."""
    if provider not in _links:
        _links.append(provider)


def links(actor: Actor, project: Project) -> list[ProjectLink]:
    return [link for provider in _links for link in provider(actor, project)]
