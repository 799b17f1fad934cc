"""What `schedule` reads and writes, for the JSON Schemas (`didimdol_decide.schema`)."""

from __future__ import annotations

from didimdol_decide.plain import Plain
from didimdol_decide.scheduling.problem import ScheduleProblem
from didimdol_decide.scheduling.result import Schedule


class ScheduleFile(Plain):
    """A problem with its schedule: what the command writes and checks."""

    problem: ScheduleProblem
    schedule: Schedule


SHAPES: dict[str, object] = {"schedule-problem": ScheduleProblem, "schedule-record": ScheduleFile}
