"""Meetings and panel sessions: who meets when and where, without a clash, with breaks and few gaps.

`schedule` needs the extra `assign` (ortools); `verify` checks a schedule without it.
"""

from didimdol_decide.scheduling.problem import Meeting, Party, Room, ScheduleProblem, Slot
from didimdol_decide.scheduling.result import Obstacle, Placed, Schedule, Unplaced, gaps, met
from didimdol_decide.scheduling.solve import LARGEST, TooLarge, schedule
from didimdol_decide.scheduling.verify import Violation, verify

__all__ = [
    "LARGEST",
    "Meeting",
    "Obstacle",
    "Party",
    "Placed",
    "Room",
    "Schedule",
    "ScheduleProblem",
    "Slot",
    "TooLarge",
    "Unplaced",
    "Violation",
    "gaps",
    "met",
    "schedule",
    "verify",
]
