"""What the commands about matchings share: reading problems and results, and telling them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from didimdol_decide.canonical import plain
from didimdol_decide.commands.assigning import valid
from didimdol_decide.commands.common import WrongUse, read_json
from didimdol_decide.matching import MatchingInputs, MatchingOutcome, Pair, StartupLine
from didimdol_decide.matching.change import Change, Moved
from didimdol_decide.matching.cutoffs import Refusal, StabilityProof, stability_proof
from didimdol_decide.matching.optimum import Optimum, total_bound
from didimdol_decide.matching.words import cutoff_in_words, refusal_in_words
from didimdol_decide.plain import Text
from didimdol_decide.printing import table

if TYPE_CHECKING:
    from didimdol_decide.matching.clash import Clash

METHODS = {
    "deferred_acceptance": (
        "이연 승인 (안정, 거짓 순위로 얻을 것 없음)",
        "deferred acceptance (stable, honest)",
    ),
    "stable_most": ("안정 매칭 가운데 자리가 가장 많은 것", "most seats among the stable matchings"),
    "best_value": ("합계가 가장 높은 것 (안정성은 보장하지 않음)", "highest total (stability not promised)"),
}
MOVES = {
    "left": ("시장을 떠남", "left the market"),
    "demand_left": ("그 수요와 더는 이어질 수 없음", "its demand is not there for it any more"),
    "moved_up": ("더 원하던 곳으로", "to one it would rather have"),
    "placed": ("새로 매칭됨", "newly matched"),
    "moved_down": ("덜 원하는 곳으로", "to one it likes less"),
    "lost": ("자리를 잃음", "lost its place"),
    "as_good": ("똑같이 원하는 다른 곳으로", "to an equal one"),
}


def inputs_from(found: object, path: str) -> MatchingInputs:
    """A problem. The digest of a rulebook and the standings may be left out: zeros, and the order of the
    list."""
    values = found
    if isinstance(found, dict):
        values = {"rulebook_digest": "0" * 64, **found}
        startups = values.get("startups")
        if isinstance(startups, list):
            values["startups"] = [
                {"standing": number, **entry} if isinstance(entry, dict) else entry
                for number, entry in enumerate(startups, start=1)
            ]
    return valid(MatchingInputs, values, path)


def is_matching(document: object) -> bool:
    """A result of `match`, or a sealed record."""
    return isinstance(document, dict) and (
        ("inputs" in document and ("outcome" in document or "clash" in document))
        or str(document.get("format")).startswith("didimdol.matching/")
    )


def result_from(document: object, path: str) -> tuple[MatchingInputs, MatchingOutcome]:
    """A result of `match`, or the content of a sealed record. Raises WrongUse."""
    inner = document.get("payload", document) if isinstance(document, dict) else document
    if not isinstance(inner, dict) or not {"inputs", "outcome"} <= set(inner):
        raise WrongUse(
            f"매칭 결과가 아닙니다 ('inputs', 'outcome' 필요): {path}",
            f"{path} is no result of match (it needs 'inputs' and 'outcome')",
        )
    return inputs_from(inner["inputs"], path), valid(MatchingOutcome, inner["outcome"], path)


def read_earlier(path: str) -> tuple[Pair, ...]:
    """The pairs of an earlier result. Raises WrongUse."""
    return result_from(read_json(path), path)[1].pairs


class Telling:
    """A result in one language (0 Korean, 1 English)."""

    def __init__(self, inputs: MatchingInputs, outcome: MatchingOutcome, lang: int) -> None:
        self.inputs, self.outcome, self.lang = inputs, outcome, lang
        self.proof: StabilityProof = stability_proof(inputs, outcome)
        self.weak = inputs.method != "deferred_acceptance"

    def text(self) -> str:
        lang, inputs = self.lang, self.inputs
        head = [("기업", "startup"), ("수요", "demand"), ("지망", "choice"), ("비고", "note")]
        rows = [
            [
                line.startup,
                line.demand or "-",
                str(line.rank or "-"),
                ("유지", "kept")[lang] if line.frozen else "",
            ]
            for line in self.outcome.lines
        ]
        unmatched = sum(line.demand is None for line in self.outcome.lines)
        matched = len(self.outcome.lines) - unmatched
        counts = (f"매칭 {matched}곳, 매칭되지 않음 {unmatched}곳", f"{matched} matched, {unmatched} not")
        lines = [
            table([words[lang] for words in head], rows),
            "",
            f"{('방법', 'method')[lang]}: {METHODS[inputs.method][lang]}",
            counts[lang],
        ]
        if self.outcome.optimum is not None:
            lines += told_optimum(self.outcome.optimum, inputs.method, lang)
        return "\n".join(lines)

    def why(self, startup: str | None, demand: str | None) -> str:
        """Cut-offs and reasons: of all, of one startup, or of one startup and demand. Raises WrongUse."""
        if startup is not None and all(line.startup != startup for line in self.outcome.lines):
            raise WrongUse(f"결과에 없는 기업입니다: {startup}", f"No such startup in the result: {startup}")
        if demand is not None and all(entry.id != demand for entry in self.inputs.demands):
            raise WrongUse(f"입력에 없는 수요입니다: {demand}", f"No such demand in the input: {demand}")
        lines = []
        if startup is None:
            lines.append(("수요와 정원의 마지막 자리", "The cut-off of every demand and quota")[self.lang])
            lines += [f"  {self._said(cutoff_in_words(cutoff))}" for cutoff in self.proof.cutoffs]
            lines.append("")
        for line in self.outcome.lines:
            if startup in (None, line.startup):
                lines += self._of(line, demand)
        return "\n".join(lines)

    def _of(self, line: StartupLine, demand: str | None) -> Iterator[str]:
        got = line.demand or ("매칭되지 않음", "not matched")[self.lang]
        yield f"{line.startup}: {got}"
        refusals = [row for row in self.refusals(line.startup) if demand in (None, row.demand)]
        for refusal in refusals:
            yield f"  {self._said(refusal_in_words(self.proof, refusal, weak=self.weak))}"
        if not refusals:
            yield f"  {self._content(line, demand)}"

    def _content(self, line: StartupLine, demand: str | None) -> str:
        if demand is not None and demand == line.demand:
            return ("바로 그 수요와 매칭되었습니다.", "It is matched with just this one.")[self.lang]
        if line.frozen:
            return ("이미 확정된 짝이라 그대로 둡니다.", "The pair stood already and is kept.")[self.lang]
        if demand is not None:
            return (
                f"{demand}을(를) 받은 수요보다 더 원하지 않았습니다.",
                f"It did not want {demand} more than what it has.",
            )[self.lang]
        return ("더 원한 수요가 없습니다.", "There is none it would rather have.")[self.lang]

    def refusals(self, startup: str) -> list[Refusal]:
        return [row for row in self.proof.refusals if row.startup == startup]

    def _said(self, words: Text) -> str:
        return words.in_language(("ko", "en")[self.lang])

    def csv_rows(self) -> Iterator[list[str]]:
        """Startup, demand, choice, kept, and the reasons as one text."""
        for line in self.outcome.lines:
            why = (refusal_in_words(self.proof, row, weak=self.weak) for row in self.refusals(line.startup))
            yield [
                line.startup,
                line.demand or "",
                str(line.rank or ""),
                "1" if line.frozen else "",
                " ".join(self._said(words) for words in why),
            ]


CSV_HEAD = ("startup", "demand", "choice", "kept", "why_not_higher")


def told_optimum(optimum: Optimum, method: str, lang: int) -> list[str]:
    """Figures with what is proved about them."""
    proved, at_most = ("최적임이 확인됨", "proved the most")[lang], ("상한", "at most")[lang]

    def line(name: tuple[str, str], value: object, bound: object, sure: bool) -> str:
        return f"{name[lang]}: {value}, {proved if sure else f'{at_most} {bound}'}"

    found = [
        line(("자리", "seats"), optimum.seats, optimum.seats_bound.at_most, optimum.seats_proved),
        line(("합계", "total"), plain(optimum.total), total_bound(optimum), optimum.total_proved),
    ]
    if method == "best_value":
        found.reverse()
    if optimum.kept is not None:
        found.append(f"{('그대로 둔 짝', 'pairs kept')[lang]}: {optimum.kept}")
    if not optimum.finished:
        found.append(("풀이를 끝내지 못했습니다.", "The search was not finished.")[lang])
    if optimum.blocking:
        pairs = ", ".join(f"{pair.startup}–{pair.demand}" for pair in optimum.blocking)
        count = len(optimum.blocking)
        found.append((f"서로를 더 원하는 짝 {count}: {pairs}", f"blocking pairs {count}: {pairs}")[lang])
    return found


def told_change(change: Change, lang: int) -> str:
    """Who moved, and why."""
    head = [("기업", "startup"), ("전", "before"), ("후", "after"), ("까닭", "reason")]
    rows = [[row.startup, row.before or "-", row.after or "-", _reason(row, lang)] for row in change.moved]
    counts = (
        f"그대로 {change.kept}짝, 바뀐 기업 {len(change.moved)}곳, 나빠진 기업 {len(change.worse)}곳, "
        f"깨진 확정 짝 {change.signed_broken}",
        f"{change.kept} pairs kept, {len(change.moved)} startups moved, {len(change.worse)} worse off, "
        f"{change.signed_broken} signed pairs broken",
    )[lang]
    return f"{table([words[lang] for words in head], rows)}\n\n{counts}" if rows else counts


def _reason(row: Moved, lang: int) -> str:
    said = MOVES[row.reason][lang]
    if row.freed_by:
        said += (f" (비운 기업: {', '.join(row.freed_by)})", f" (freed by {', '.join(row.freed_by)})")[lang]
    return said


def told_clash(clash: Clash, lang: int) -> str:
    """Why there is no matching, and what would help."""
    language = ("ko", "en")[lang]
    lines = [("모든 규칙을 지키는 매칭이 없습니다.", "No matching keeps all the rules.")[lang], ""]
    lines.append(("함께 지킬 수 없는 규칙:", "Rules that cannot hold together:")[lang])
    lines += [f"  {rule.message.in_language(language)}" for rule in clash.rules]
    lines.append(
        ("가장 적은 조치 (다시 풀어 확인함):", "The least that helps (solved again to be sure):")[lang]
    )
    if not clash.repairs:
        lines.append(
            (
                "  한 규칙만 바꾸어서는 되지 않습니다. 다음을 모두 함께 바꾸십시오:",
                "  No change of one of them is enough. Make all of these together:",
            )[lang]
        )
    lines += [f"  {repair.message.in_language(language)}" for repair in clash.repairs or clash.together]
    return "\n".join(lines)


__all__ = [
    "CSV_HEAD",
    "Telling",
    "inputs_from",
    "is_matching",
    "read_earlier",
    "result_from",
    "told_change",
    "told_clash",
]
