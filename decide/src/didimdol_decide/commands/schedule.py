"""`didimdol-decide schedule`: place meetings and sessions, or check a schedule without a solver."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from didimdol_decide.commands.common import WrongUse, not_installed
from didimdol_decide.commands.csv_file import write_csv
from didimdol_decide.commands.shapes import as_text, read_shape, write_json
from didimdol_decide.printing import table
from didimdol_decide.progress import phase
from didimdol_decide.scheduling import Schedule, ScheduleProblem, TooLarge, schedule, verify
from didimdol_decide.scheduling.shapes import ScheduleFile

CSV_HEAD = ("day", "slot", "room", "meeting", "parties")
HELP = "만남과 회의의 시간표 / place meetings and sessions"


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", metavar="PROBLEM.json")
    command.add_argument("--out", metavar="SCHEDULE.json", help="문제와 일정을 함께 / problem and schedule")
    command.add_argument("--csv", metavar="FILE.csv", help="놓은 만남을 CSV로 / what was placed, as CSV")
    command.add_argument(
        "--effort", type=float, default=10.0, help="풀이 한도(결정적 시간) / solver limit, deterministic time"
    )
    command.add_argument("--verify", action="store_true", help="쓴 일정을 검증 / check a written schedule")


def run(arguments: argparse.Namespace) -> int:
    if arguments.verify:
        return verify_schedule(arguments)
    if not 0 < arguments.effort <= 3600:
        raise WrongUse("--effort는 0보다 크고 3600 이하입니다.", "--effort must be above 0, at most 3600")
    problem = read_shape(arguments.file, ScheduleProblem, "schedule-problem")
    phase("시간표 푸는 중", "placing meetings")
    try:
        result = schedule(problem, effort=arguments.effort)
    except ModuleNotFoundError as error:
        raise not_installed(error.name, "assign") from error
    except TooLarge as error:
        raise WrongUse(*error.messages) from error
    file = ScheduleFile(problem=problem.in_order(), schedule=result)
    if arguments.out is not None:
        write_json(arguments.out, file.as_json(), new=True)
    if arguments.csv is not None:
        write_csv(arguments.csv, CSV_HEAD, csv_rows(file))
    print(as_text(file.as_json()) if arguments.json else _told(result, arguments.lang))
    return 1 if any(entry.must for entry in result.unplaced) else 0


def csv_rows(file: ScheduleFile) -> Iterator[list[str]]:
    """Day, slot, room, meeting and its parties, in the order of time; what was not placed comes last, with no
    slot."""
    slots = {slot.id: (slot.day, slot.number) for slot in file.problem.slots}
    parties = {meeting.id: "; ".join(meeting.parties) for meeting in file.problem.meetings}
    for entry in sorted(file.schedule.placed, key=lambda entry: (*slots[entry.slot], entry.room)):
        yield [slots[entry.slot][0], entry.slot, entry.room, entry.meeting, parties[entry.meeting]]
    for missing in file.schedule.unplaced:
        yield ["", "", "", missing.meeting, parties[missing.meeting]]


def verify_schedule(arguments: argparse.Namespace) -> int:
    """Check a written schedule; `recompute` sends schedules here."""
    file = read_shape(arguments.file, ScheduleFile)
    violations = verify(file.problem, file.schedule)
    found = {"ok": not violations, "violations": [entry.as_json() for entry in violations]}
    if arguments.out is not None:
        write_json(arguments.out, found)
    if arguments.json:
        print(as_text(found))
    else:
        for entry in violations:
            print(f"✗ {entry.key}: {entry.message.in_language(arguments.lang)}")
        good = ("✓ 일정이 모든 규칙에 맞습니다.", "✓ The schedule obeys every rule.")
        bad = ("일정이 규칙에 맞지 않습니다.", "The schedule breaks its rules.")
        print((bad if violations else good)[arguments.lang == "en"])
    return 1 if violations else 0


def _told(result: Schedule, lang: str) -> str:
    column = 1 if lang == "en" else 0
    head = [("시간", "slot")[column], ("방", "room")[column], ("만남", "meeting")[column]]
    rows = sorted([entry.slot, entry.room, entry.meeting] for entry in result.placed)
    lines = [table(head, rows), ""]
    for missing in result.unplaced:
        lines.append(("놓지 못함: ", "Not placed: ")[column] + missing.meeting)
        lines += [f"  {entry.slot}: {entry.message.in_language(lang)}" for entry in missing.obstacles]
    best = _bound(result.worth, result.bound)[column]
    ko = f"{len(result.placed)}개를 놓음, 값 {result.worth} ({best}), 빈 시간 {result.gaps}"
    en = f"{len(result.placed)} placed, worth {result.worth} ({best}), {result.gaps} gaps"
    if result.met is not None and result.met_bound is not None:
        best = _bound(result.met, result.met_bound)[column]
        ko += f", 만남이 있는 참가자 {result.met} ({best})"
        en += f", {result.met} parties with a meeting ({best})"
    return "\n".join([*lines, (ko, en)[column]])


def _bound(reached: int, bound: int) -> tuple[str, str]:
    ko, en = ("최적임이 증명됨", "proved best") if reached == bound else ("상한", "bound")
    return f"{ko} {bound}", f"{en} {bound}"
