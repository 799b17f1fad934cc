"""A picture of an assignment: how many take how much, and how the worst-off applications fare."""

from __future__ import annotations

from collections import Counter

from didimdol_decide.assignment.arrays import millionths
from didimdol_decide.assignment.bounds import best_panels
from didimdol_decide.assignment.problem import AssignmentProblem
from didimdol_decide.assignment.proof import points
from didimdol_decide.assignment.result import Assignment
from didimdol_decide.assignment.solve import arrays_of
from didimdol_decide.svg import BAND, INK, MARK, bar, picture, shortened, words

ROW, LEFT, WIDTH, RIGHT = 22, 200, 460, 150
SHOWN = 20
WORDS = {
    "ko": {
        "title": "배정: 건수와 최저 신청",
        "loads": "{body}: 맡은 건수별 위원 수",
        "load": "{n}건",
        "people": "{n}명",
        "worst": "적합도 합계가 가장 낮은 신청 {n}건",
        "best": "| 위원을 마음대로 고를 때의 최고",
    },
    "en": {
        "title": "Assignment: loads and the worst-off",
        "loads": "{body}: evaluators by their number of applications",
        "load": "{n}",
        "people": "{n}",
        "worst": "The {n} applications with the lowest affinity",
        "best": "| its own best, alone in the world",
    },
}


def title(language: str = "ko") -> str:
    return WORDS["en" if language == "en" else "ko"]["title"]


def assignment_chart(problem: AssignmentProblem, assignment: Assignment, language: str = "ko") -> str:
    """SVG text: for every body a histogram of loads; then the worst-off applications, each with the most that
    its panel could be worth. Needs numpy (extra `assign`)."""
    said = WORDS["en" if language == "en" else "ko"]
    parts = [words(8, 22, said["title"])]
    top = 40
    for body in sorted({entry.body for entry in problem.evaluators}):
        loads = Counter(assignment.loads[entry.id] for entry in problem.evaluators if entry.body == body)
        parts.append(words(8, top + 14, said["loads"].format(body=body)))
        top += 24
        for load in range(min(loads), max(loads) + 1):
            y, count = top + ROW / 2, loads[load]
            width = count / max(loads.values()) * WIDTH
            parts += [
                words(LEFT - 14, y + 4, said["load"].format(n=load), "end"),
                bar(LEFT, y, width),
                words(LEFT + width + 8, y + 4, said["people"].format(n=count)),
            ]
            top += ROW
        top += 18
    return picture(
        LEFT + WIDTH + RIGHT,
        top + 60 + ROW * SHOWN,
        said["title"],
        [*parts, *_worst(problem, assignment, top, said)],
    )


def _worst(problem: AssignmentProblem, assignment: Assignment, top: float, said: dict[str, str]) -> list[str]:
    worth = {entry.id: 0 for entry in problem.applications}
    for pair in assignment.pairs:
        worth[pair.application] += millionths(pair.affinity)
    lowest = sorted(worth, key=lambda name: (worth[name], name))[:SHOWN]
    arrays = arrays_of(problem)
    best = dict(zip(arrays.applications, best_panels(arrays, arrays.worth) + arrays.fixed, strict=True))
    most = max((int(best[name]) for name in lowest), default=0) or 1
    parts = [words(8, top + 14, f"{said['worst'].format(n=len(lowest))} ({said['best']})")]
    for row, name in enumerate(lowest):
        y = top + 24 + ROW * (row + 0.5)
        at = LEFT + int(best[name]) / most * WIDTH
        parts += [
            words(LEFT - 14, y + 4, shortened(name), "end"),
            bar(LEFT, y, worth[name] / most * WIDTH, colour=MARK if row == 0 else BAND),
            bar(at - 1, y, 2, 16, INK, 0),
            words(LEFT + WIDTH + 14, y + 4, points(worth[name])),
        ]
    return parts
