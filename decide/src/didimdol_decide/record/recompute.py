"""Is a record genuine? Everything is computed anew; nothing the record says is believed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from didimdol_decide.canonical import digest
from didimdol_decide.lottery import commitment
from didimdol_decide.plain import Text, uncollected
from didimdol_decide.ranking import Ranking
from didimdol_decide.record.inputs import LotteryInput, SelectionInputs
from didimdol_decide.record.outcome import compute
from didimdol_decide.record.report import Check, NotARecord, Report
from didimdol_decide.record.seal import FORMAT
from didimdol_decide.record.spelling import reason_of, same
from didimdol_decide.record.tiers import opens_one_of, public_payload
from didimdol_decide.record.whole import TIERED, seal_checks

TIERS = {
    "full": frozenset({"inputs", "salt", "outcome"}),
    "public": None,
    "own": frozenset({"public", "line", "salt"}),
}


def recompute(record: Mapping[str, object], *, keys: Mapping[str, str] | None = None) -> Report:
    """Check a selection record of any tier.

    keys: published keys (key_id -> public key in hexadecimal). Without them the signature is checked
    against the key inside the record only, and the report says so: such a record may be whole and yet be
    someone else's. Never raises for a record that was tampered with; raises NotARecord for a thing that is
    no record.
    """
    if not isinstance(record, Mapping) or not ({"format", "payload", "signature"} & set(record)):
        raise NotARecord("this is not a selection record: it has no format, payload or signature")
    checker = _Checker(record)
    checker.seal(keys)
    ranking: Ranking | None = None
    if checker.tier == "full":
        ranking = checker.full()
    elif checker.tier == "public":
        checker.public(checker.payload)
        checker.cannot_tell()
    elif checker.tier == "own":
        checker.own()
        checker.cannot_tell()
    return checker.report(ranking)


def check_own(
    public: Mapping[str, object], own: Mapping[str, object], *, keys: Mapping[str, str] | None = None
) -> Report:
    """Check an applicant's own record against the public record that everybody sees.

    Raises NotARecord as `recompute`.
    """
    shown, mine = recompute(public, keys=keys), recompute(own, keys=keys)
    payload = own.get("payload")
    inside = payload.get("public") if isinstance(payload, Mapping) else None
    belongs = (
        shown.tier == "public"
        and mine.tier == "own"
        and same(inside, public.get("payload"))
        and all(same(public.get(name), own.get(name)) for name in (*TIERED, "signature"))
    )
    checks = [
        Check(
            key="public_record",
            ok=shown.ok,
            message=Text(
                ko="공개 기록이 진본입니다." if shown.ok else "공개 기록이 진본이 아닙니다.",
                en="The public record is genuine." if shown.ok else "The public record is not genuine.",
            ),
        ),
        *mine.checks,
        Check(
            key="same_record",
            ok=belongs,
            message=Text(
                ko="본인 기록은 이 공개 기록의 일부입니다."
                if belongs
                else "본인 기록과 공개 기록이 서로 다른 기록입니다.",
                en="The own record belongs to this public record."
                if belongs
                else "The own record and the public record do not belong together.",
            ),
        ),
    ]
    return Report(ok=all(check.ok is not False for check in checks), tier="own", checks=tuple(checks))


class _Checker:
    def __init__(self, record: Mapping[str, object]) -> None:
        self.record = record
        tier = record.get("tier")
        self.tier = tier if isinstance(tier, str) else ""
        payload = record.get("payload")
        self.payload = cast("Mapping[str, object]", payload) if isinstance(payload, Mapping) else {}
        heads = record.get("heads")
        self.heads = cast("Mapping[str, object]", heads) if isinstance(heads, Mapping) else {}
        self.checks: list[Check] = []

    def add(self, key: str, ok: bool | None, ko: str, en: str) -> bool:
        self.checks.append(Check(key=key, ok=ok, message=Text(ko=ko, en=en)))
        return ok is True

    def told(self, key: str, ok: bool, good: tuple[str, str], bad: tuple[str, str]) -> bool:
        ko, en = good if ok else bad
        return self.add(key, ok, ko, en)

    def report(self, ranking: Ranking | None) -> Report:
        return Report(
            ok=all(check.ok is not False for check in self.checks),
            tier=self.tier,
            checks=tuple(self.checks),
            ranking=ranking,
        )

    def seal(self, keys: Mapping[str, str] | None) -> None:
        self.checks += seal_checks(self.record, FORMAT, keys, TIERS)

    def lottery(self, value: object) -> None:
        try:
            draw = LotteryInput.model_validate(value)
            opens = commitment(draw.seed) == draw.commitment
        except ValueError:
            opens = False
        self.told(
            "lottery",
            opens,
            ("추첨 약정이 열립니다.", "The lottery commitment opens."),
            (
                "추첨 씨앗이 미리 공개한 약정과 다릅니다.",
                "The lottery seed does not open its commitment.",
            ),
        )

    def full(self) -> Ranking | None:
        given = self.payload.get("inputs")
        self.lottery(given.get("lottery") if isinstance(given, Mapping) else None)
        try:
            with uncollected():
                inputs = SelectionInputs.model_validate(given)
                outcome = compute(inputs)
        except (ValueError, TypeError, ArithmeticError) as error:
            reason = reason_of(error)
            self.add(
                "inputs",
                False,
                f"평가표나 규칙이 올바르지 않아 다시 계산할 수 없습니다: {reason}",
                f"The ballots or the rules are not valid, so nothing can be recomputed: {reason}",
            )
            return None
        self.told(
            "inputs",
            same(inputs.as_json(), given),
            (
                f"평가표와 규칙이 올바릅니다 (평가표 {sum(map(len, inputs.ballots.values()))}장).",
                f"Ballots and rules are valid ({sum(map(len, inputs.ballots.values()))} ballots).",
            ),
            ("입력이 봉인된 표기와 다릅니다.", "The inputs are not spelled as they were sealed."),
        )
        recorded = self.payload.get("outcome")
        parts = recorded if isinstance(recorded, Mapping) else {}
        computed = outcome.as_json()
        self.told(
            "scores",
            same(computed["scores"], parts.get("scores")),
            ("다시 계산한 점수가 기록과 같습니다.", "The recomputed scores equal the recorded ones."),
            ("다시 계산한 점수가 기록과 다릅니다.", "The recomputed scores differ from the recorded ones."),
        )
        self.told(
            "ranking",
            same(computed["ranking"], parts.get("ranking")) and set(parts) == set(computed),
            ("다시 계산한 순위가 기록과 같습니다.", "The recomputed ranking equals the recorded one."),
            ("다시 계산한 순위가 기록과 다릅니다.", "The recomputed ranking differs from the recorded one."),
        )
        try:
            public = digest(public_payload(inputs, outcome, str(self.payload.get("salt"))))
        except (TypeError, ValueError):
            public = ""
        self.told(
            "public_part",
            public == self.heads.get("public"),
            ("공개 기록은 이 기록에서 나온 것입니다.", "The public record is a part of this one."),
            (
                "공개 기록의 요약값이 이 기록과 다릅니다.",
                "The public record's digest does not follow from this.",
            ),
        )
        return outcome.ranking

    def public(self, payload: object) -> None:
        self.lottery(payload.get("lottery") if isinstance(payload, Mapping) else None)

    def own(self) -> None:
        shown = self.payload.get("public")
        try:
            whole = digest(shown) == self.heads.get("public")
        except (TypeError, ValueError):
            whole = False
        self.told(
            "public_part",
            whole,
            ("들어 있는 공개 부분이 봉인된 것과 같습니다.", "The public part inside is the sealed one."),
            ("들어 있는 공개 부분이 바뀌었습니다.", "The public part inside was changed."),
        )
        self.public(shown)
        commitments = shown.get("commitments") if isinstance(shown, Mapping) else None
        self.told(
            "commitment",
            opens_one_of(self.payload, commitments),
            ("본인 결과가 공개된 약정과 같습니다.", "Your own line opens one of the public commitments."),
            (
                "본인 결과가 공개된 어느 약정과도 맞지 않습니다.",
                "The own line opens none of the public commitments.",
            ),
        )

    def cannot_tell(self) -> None:
        self.add(
            "scores",
            None,
            "점수의 재계산에는 전체 기록이 필요합니다 (감사인용).",
            "Recomputing the scores needs the full record (auditor).",
        )
        self.add(
            "ranking",
            None,
            "순위의 재계산에는 전체 기록이 필요합니다 (감사인용).",
            "Recomputing the ranking needs the full record (auditor).",
        )
