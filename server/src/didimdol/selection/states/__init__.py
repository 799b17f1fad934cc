"""The lives of a selection, of a place, of a matching, of a meet-up and of a remark to an evaluator."""

from didimdol.selection.states.matching import MATCHING
from didimdol.selection.states.meet_up import MEET_UP
from didimdol.selection.states.place import PLACE
from didimdol.selection.states.remark import REMARK
from didimdol.selection.states.selection import SELECTION

__all__ = ["MATCHING", "MEET_UP", "PLACE", "REMARK", "SELECTION"]
