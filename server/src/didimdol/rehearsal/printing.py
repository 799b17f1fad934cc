"""The report and the progress of a rehearsal in the terminal, in one language."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from typing import IO, Any

from didimdol.kernel.words import Text, pick, text
from didimdol.rehearsal import chance, chance_chart
from didimdol.rehearsal.findings import SEVERITIES, SUBJECTS, Severity

MARKS = {Severity.BLOCKING: "✗", Severity.WARNING: "!", Severity.NOTE: "·"}
STATES: dict[str, Text] = {
    "done": text("완료", "done"),
    "failed": text("막힘", "stuck"),
    "not_reached": text("못 감", "not reached"),
}


class Screen:
    """``live``: a terminal, where a step's progress is rewritten in place."""

    def __init__(self, lang: str, out: IO[str] | None = None) -> None:
        self.lang, self.out = lang, out or sys.stdout
        self.live = self.out.isatty()
        self.steps, self.step = 0, 0

    def say(self, ko: str, en: str) -> None:
        self.line(ko if self.lang == "ko" else en)

    def line(self, words: str = "") -> None:
        print(words, file=self.out, flush=True)

    # --- while it runs ----------------------------------------------------------------------------------------------

    def show(self, told: dict[str, Any]) -> None:
        """One line of the inside: way, begin, progress, end."""
        match told["event"]:
            case "way":
                self.steps = len(told["steps"])
            case "begin":
                self.step += 1
                self._label = pick(told["label"], self.lang)
                self._rewrite(f"[{self.step}/{self.steps}] {self._label} …")
            case "progress":
                self._rewrite(f"[{self.step}/{self.steps}] {self._label} {told['done']}/{told['total']}")
            case "end":
                if self.live:
                    print("\r\x1b[K", end="", file=self.out)
                mark = "✓" if told["state"] == "done" else "✗"
                note = pick(told["note"], self.lang) if told["note"] else ""
                seconds = f"{told['seconds']:6.1f} s"
                self.line(f"{mark} {padded(self._label, 34)} {seconds}  {note}")

    def _rewrite(self, words: str) -> None:
        if self.live:
            print(f"\r\x1b[K{words}", end="", file=self.out, flush=True)

    # --- the report -------------------------------------------------------------------------------------------------

    def report(self, report: dict[str, Any]) -> None:
        self.line()
        self._summary(report)
        self._findings(report["findings"])
        figures = report["figures"]
        self._chance(figures.get("chance", []))
        self._panels(figures.get("panels", []))
        self._devices(figures.get("devices"))
        self._money(figures.get("money"))
        self._calendar(report["calendar"])
        slowest = sorted(report["steps"], key=lambda step: -step["seconds"])[:3]
        told = ", ".join(f"{pick(step['label'], self.lang)} {step['seconds']:.0f} s" for step in slowest)
        self.line()
        self.say(
            f"걸린 시간 {report['seconds']:.0f}초 (오래 걸린 단계: {told})",
            f"Took {report['seconds']:.0f} s (longest: {told})",
        )
        self.say(f"결과 지문 {report['outcome_digest']}", f"Digest of the outcome {report['outcome_digest']}")

    def _summary(self, report: dict[str, Any]) -> None:
        name, counts = pick(report["challenge"]["name"], self.lang), report["counts"]
        self.say(
            f"■ {name} — 신청 {report['applicants']}건, 시드 {report['seed']}",
            f"■ {name} — {report['applicants']} applicants, seed {report['seed']}",
        )
        self.line(pick(verdict(report), self.lang))
        self.line("  " + " · ".join(f"{pick(SEVERITIES[s], self.lang)} {counts[s.value]}" for s in Severity))

    def _findings(self, findings: Sequence[dict[str, Any]]) -> None:
        for found in findings:
            severity = Severity(found["severity"])
            self.line()
            place = f" ({found['rule']})" if found["rule"] else ""
            subject = pick(SUBJECTS[found["subject"]], self.lang)
            self.line(f"{MARKS[severity]} [{pick(SEVERITIES[severity], self.lang)}] {subject}{place}")
            self.line(f"    {pick(found['what'], self.lang)}")
            for told in found.get("told", ()):
                self.line(f"    {pick(told, self.lang)}")
            self.line(f"    → {pick(found['change'], self.lang)}")
            for number, way in enumerate(found.get("ways", ()), start=1):
                self.line(f"      {number}. {pick(way, self.lang)}")

    def _panels(self, rows: Sequence[dict[str, Any]]) -> None:
        if rows:
            self._head("평가위원의 부담", "Panel load")
            for row in rows:
                who = f"{pick(row['stage_name'], self.lang)} · {pick(row['body'], self.lang)}"
                self.say(
                    f"  {padded(who, 40)} 위원 {row['evaluators']}명, 평가표 {row['ballots']}장, "
                    f"한 사람 {row['least']}–{row['most']}장, 하루 {row['a_day']}장({row['days']}영업일)",
                    f"  {padded(who, 40)} {row['evaluators']} evaluators, {row['ballots']} ballots, "
                    f"{row['least']} to {row['most']} each, {row['a_day']} a day ({row['days']} business days)",
                )

    def _chance(self, entries: Sequence[dict[str, Any]]) -> None:
        if not entries:
            return
        self._head(
            "위원 수와 운: 다른 위원이 평가하였어도 같았을 자리",
            "Panel size and luck: places that other evaluators would give alike",
        )
        for entry in entries:
            self.line(f"  {pick(entry['stage_name'], self.lang)}: {pick(chance_chart.lead(entry), self.lang)}")
            sizes = [f"{size}*" if size == entry["seats"] else str(size) for size, _ in chance_chart.shares(entry, 0)]
            self.line(f"  {padded(text('위원 (*계획)', 'Evaluators (*planned)')[self.lang], 42)}{_cells(sizes)}")  # type: ignore[literal-required]
            for world, label in enumerate(chance.WORLDS):
                cells = [chance.percent(share) for _, share in chance_chart.shares(entry, world)]
                self.line(f"  {padded(pick(label, self.lang), 42)}{_cells(cells)}")
        for line in chance.ASSUMED:
            self.line(f"  · {pick(line, self.lang)}")

    def _devices(self, row: dict[str, Any] | None) -> None:
        if row:
            self._head("측정 장비", "Devices")
            self.say(
                f"  작업 {row['jobs']}건, 실측 {row['measured']}건(나머지 {row['reused']}건은 그 값을 다시 씀), "
                f"대기열 {row['queue_hours']}시간, 여유 {row['window_hours']}시간",
                f"  {row['jobs']} jobs, {row['measured']} really measured ({row['reused']} with the same figures), "
                f"queue {row['queue_hours']} h of {row['window_hours']} h",
            )

    def _money(self, row: dict[str, Any] | None) -> None:
        if row:
            self._head("지원금", "Money")
            for key, label in MONEY.items():
                if key in row:
                    self.line(f"  {padded(pick(label, self.lang), 22)} {row[key]:>18,}")

    def _calendar(self, events: Sequence[dict[str, Any]]) -> None:
        self._head("일정", "Calendar")
        for event in events:
            moment = datetime.fromisoformat(event["moment"])
            day = WEEKDAYS[self.lang][moment.weekday()]
            off = "" if event["business_day"] else text("  휴일", "  day off")[self.lang]  # type: ignore[literal-required]
            self.line(f"  {moment:%Y-%m-%d} {day} {moment:%H:%M}  {pick(event['label'], self.lang)}{off}")

    def _head(self, ko: str, en: str) -> None:
        self.line()
        self.say(f"── {ko}", f"── {en}")


WEEKDAYS = {"ko": "월화수목금토일", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}
MONEY: dict[str, Text] = {
    "granted": text("승인한 지원금", "Grants approved"),
    "own_cash_and_kind": text("자기부담", "Own contribution"),
    "committed": text("약정", "Committed"),
    "paid": text("지급", "Paid"),
}


def verdict(report: dict[str, Any]) -> Text:
    """The one sentence at the top."""
    if report["whole"]:
        return text("✓ 수요부터 도입까지 끝까지 진행됩니다.", "✓ It runs whole, from the demands to the adoption.")
    if report["reached_the_end"]:
        blocking = report["counts"]["blocking"]
        return text(
            f"✗ 끝까지 갔지만 막히는 곳이 {blocking}군데 있어 그때마다 고쳐 가며 진행하였습니다.",
            f"✗ It reached the end, but would get stuck in {blocking} places, mended on the way.",
        )
    stuck = next(step for step in report["steps"] if step["state"] == "failed")
    label = stuck["label"]
    return text(f"✗ ‘{label['ko']}’에서 막힙니다.", f"✗ It gets stuck at “{label['en']}”.")


def _cells(cells: Sequence[str]) -> str:
    return "".join(f"{cell:>6}" for cell in cells)


def padded(words: str, width: int) -> str:
    """Filled up to ``width`` columns; Hangul takes two."""
    taken = sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in words)
    return words + " " * max(0, width - taken)
