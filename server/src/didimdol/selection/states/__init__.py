"""The lives of a selection, of a place and of a matching."""

from didimdol.selection.states.matching import MATCHING
from didimdol.selection.states.place import PLACE
from didimdol.selection.states.selection import SELECTION

__all__ = ["MATCHING", "PLACE", "SELECTION"]
