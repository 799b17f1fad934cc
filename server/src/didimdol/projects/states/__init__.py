"""The transition tables of a PoC."""

from didimdol.projects.states.agreement import AGREEMENT, LINK, PLAN
from didimdol.projects.states.project import PROJECT

__all__ = ["AGREEMENT", "LINK", "PLAN", "PROJECT"]
