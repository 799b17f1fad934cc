"""Is a milestone's gate open? Computed from raw samples, or from the figures both parties signed, each time it is asked.

A gate is opened by evidence only: a valid run of the newest model in which every criterion passed, or a witnessed test
that the startup and the demand company signed and whose figures keep every limit. Nobody can wave it through.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from didimdol.design.parts import EvidenceRow
from didimdol.kernel.access import Access, Allowed, Denied, reasons
from didimdol.kernel.words import Text, pick, text
from didimdol.projects import lineage
from didimdol.projects.milestone_rules import project_running
from didimdol.projects.models import Milestone, ModelVersion, WitnessedTest
from didimdol.verification import evidence as measured
from didimdol.verification.states import FINISHED
from didimdol_lab.contract import Comparison, Criterion, Verdict


@dataclass(frozen=True, slots=True)
class Evidence:
    """``why``: what opened the gate, or what is missing and what to do. ``verdicts``: criterion key → met, not_met,
    inconclusive, disturbed, pending. ``rows``: the same as a table. ``running``: a measurement is under way."""

    passed: bool
    why: Text
    verdicts: dict[str, str] = field(default_factory=dict)
    rows: list[EvidenceRow] = field(default_factory=list)
    model: ModelVersion | None = None
    test: WitnessedTest | None = None
    running: bool = False


def criteria_of(milestone: Milestone) -> list[Criterion]:
    return [Criterion.model_validate(document) for document in milestone.criteria]


def evidence(milestone: Milestone, lang: str | None = None) -> Evidence:
    """What stands behind the milestone now."""
    return _witnessed(milestone, lang) if milestone.gate == "witnessed" else _run(milestone, lang)


def payable(milestone: Milestone) -> Access:
    """May money follow this milestone? Its state, its project and its evidence, asked anew each time. Approved means that
    the company accepted it, and the lineage of its model with it."""
    if milestone.state != "approved":
        return Denied("milestone_not_approved")
    running = project_running(milestone.project)
    return gate_open(milestone) if running else running


def gate_open(milestone: Milestone) -> Access:
    """The guard of every move past the hand-in."""
    found = evidence(milestone)
    if not found.passed:
        return Denied("gate_shut", why_ko=found.why["ko"], why_en=found.why["en"])
    return Allowed


# --- a run of the model --------------------------------------------------------------------------------------------


def newest_model(milestone: Milestone) -> ModelVersion | None:
    versions = ModelVersion.objects.within(milestone=milestone)
    related = versions.select_related("blob", "by", "job__run__device", "job__device")
    return related.order_by("-at", "-created_at", "-pk").first()


def _run(milestone: Milestone, lang: str | None) -> Evidence:
    criteria = criteria_of(milestone)
    version = newest_model(milestone)
    job = version.job if version is not None else None
    rows = measured.rows(criteria, job, {}, lang)
    verdicts = {criterion.key: row.verdict for criterion, row in zip(criteria, rows, strict=True)}

    def shut(why: Text, *, running: bool = False) -> Evidence:
        return Evidence(False, why, verdicts, rows, model=version, running=running)

    if not criteria:
        return shut(_NO_CRITERIA)
    if version is None:
        return shut(_NO_MODEL)
    if lineage.changed(version) and not version.explanation.strip():
        return shut(_UNEXPLAINED)
    if job is None or job.state == "cancelled":
        return shut(_CANCELLED)
    if job.state not in FINISHED:
        return shut(_RUNNING, running=True)
    if job.state == "refused":
        return shut(_refused(job.refusal))
    if job.state == "lost" or job.run is None:
        return shut(_LOST)
    run = job.run
    if run.model_sha256 != version.blob.sha256 or run.plan_digest != job.plan_digest:
        return shut(_OTHER_MODEL)
    if not run.valid:
        return shut(_DISTURBED)
    results = [measured.result(criterion, run) for criterion in criteria]
    for verdict, words in ((Verdict.failed, _FAILED), (Verdict.inconclusive, _UNDECIDED)):
        short = [result.criterion for result in results if result.verdict is verdict]
        if short:
            return shut(_named(short, words))
    return Evidence(True, _PASSED, verdicts, rows, model=version)


def _refused(refusal: dict[str, object]) -> Text:
    """The device's own words, which name the cause and the remedy."""

    def say(part: str, lang: str) -> str:
        value = refusal.get(part)
        return pick(value, lang) if isinstance(value, dict) else ""

    return text(
        f"장비가 모델을 측정하지 못했습니다. {say('message', 'ko')} {say('remedy', 'ko')} 고친 모델을 다시 제출하십시오.",
        f"The model could not be measured. {say('message', 'en')} {say('remedy', 'en')} Hand in a mended model.",
    )


def _named(criteria: list[Criterion], words: Text) -> Text:
    return text(
        words["ko"].format(names=", ".join(measured.criterion_label(c, "ko") for c in criteria)),
        words["en"].format(names=", ".join(measured.criterion_label(c, "en") for c in criteria)),
    )


# --- a witnessed test ----------------------------------------------------------------------------------------------


def newest_test(milestone: Milestone) -> WitnessedTest | None:
    """The last test that nobody refused."""
    tests = WitnessedTest.objects.within(milestone=milestone).exclude(state__in=("refused", "set_aside"))
    related = tests.select_related("log", "startup_signer", "company_signer")
    return related.order_by("-created_at", "-pk").first()


def _witnessed(milestone: Milestone, lang: str | None) -> Evidence:
    criteria = criteria_of(milestone)
    test = newest_test(milestone)
    figures = {c.key: figure(test.figures.get(c.key)) if test else None for c in criteria}
    rows = [_figure_row(criterion, figures[criterion.key], lang) for criterion in criteria]
    verdicts = {criterion.key: row.verdict for criterion, row in zip(criteria, rows, strict=True)}

    def shut(why: Text) -> Evidence:
        return Evidence(False, why, verdicts, rows, test=test)

    if not criteria:
        return shut(_NO_CRITERIA)
    if test is None:
        return shut(_NO_TEST)
    short = [criterion for criterion in criteria if not keeps(criterion, figures[criterion.key])]
    if short:
        return shut(_named(short, _OUTSIDE))
    if test.state != "signed" or test.startup_signer_id is None or test.company_signer_id is None:
        return shut(_UNSIGNED)
    return Evidence(True, _WITNESSED, verdicts, rows, test=test)


def figure(value: object) -> Decimal | None:
    """A figure as written down ("8.2"); None for what is no finite number."""
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def keeps(criterion: Criterion, value: Decimal | None) -> bool:
    """Does the figure keep the limit? Equal keeps it."""
    if value is None:
        return False
    return value <= criterion.threshold if criterion.comparison is Comparison.at_most else value >= criterion.threshold


def _figure_row(criterion: Criterion, value: Decimal | None, lang: str | None) -> EvidenceRow:
    verdict = "pending" if value is None else "met" if keeps(criterion, value) else "not_met"
    return EvidenceRow(
        criterion=measured.criterion_label(criterion, lang),
        claim=None,
        measured=measured.shown(value),
        lower=None,
        upper=None,
        limit=measured.shown(criterion.threshold),
        comparison="at_most" if criterion.comparison is Comparison.at_most else "at_least",
        unit=measured.unit_label(criterion.unit, lang),
        verdict=verdict,
        note="",
    )


_PASSED = text(
    "제출한 모델이 모든 기준을 충족했습니다(원시 표본에서 다시 계산).",
    "The model met every criterion, recomputed from the raw samples.",
)
_WITNESSED = text(
    "양측이 서명한 시험의 수치가 모든 기준을 충족했습니다.",
    "The figures of the test, signed by both parties, meet every criterion.",
)
_NO_CRITERIA = text(
    "이 단계에 판정 기준이 없습니다. 운영기관에 협약 변경을 문의하십시오.",
    "The milestone has no criterion: ask the operator to amend the agreement.",
)
_NO_MODEL = text("아직 제출한 모델이 없습니다. 모델을 제출하십시오.", "No model was handed in yet: hand in the model.")
_UNEXPLAINED = text(
    "앞선 모델과 다른데 설명이 없습니다. 무엇을 왜 바꾸었는지 적어 다시 제출하십시오.",
    "It differs from the model before it without an explanation: hand it in again and say what changed and why.",
)
_CANCELLED = text(
    "측정이 취소되었습니다. 모델을 다시 제출하십시오.", "The measurement was cancelled: hand in the model again."
)
_RUNNING = text(
    "측정이 끝나지 않았습니다. 끝나면 알려 드립니다.", "The measurement is under way; you will hear when it ends."
)
_LOST = text(
    "장비가 측정을 끝내지 못했습니다. 기술검증 담당이 다시 측정합니다.",
    "The device did not finish: the verification engineer queues it again.",
)
_OTHER_MODEL = text(
    "측정 결과가 제출한 모델의 것이 아닙니다. 모델을 다시 제출하십시오.",
    "The run is not of the model that was handed in: hand it in again.",
)
_DISTURBED = text(
    "다른 작업이 측정을 방해해 판정할 수 없습니다. 기술검증 담당에게 재측정을 요청하거나 모델을 다시 제출하십시오.",
    "Other work disturbed the run, so it decides nothing: ask the verification engineer to measure again, or hand the "
    "model in again.",
)
_FAILED = text(
    "기준을 충족하지 못했습니다: {names}. 개선한 모델을 다시 제출하십시오.",
    "Not met: {names}. Hand in an improved model.",
)
_UNDECIDED = text(
    "표본으로는 판정할 수 없습니다: {names}. 값이 기준에 너무 가깝습니다. 여유를 늘린 모델을 제출하거나 운영기관에 표본 수를 "
    "문의하십시오.",
    "The samples do not decide: {names}. The figure lies too close to the limit. Hand in a model with more margin, or ask "
    "the operator about the number of samples.",
)
_NO_TEST = text(
    "아직 입회 시험이 없습니다. 시험 계획, 원시 기록, 수치를 올리십시오.",
    "There is no witnessed test yet: record its plan, raw log and figures.",
)
_OUTSIDE = text(
    "시험 수치가 기준을 벗어났습니다: {names}. 개선한 뒤 다시 시험해 기록하십시오.",
    "Figures outside the limits: {names}. Improve it, test again and record the new test.",
)
_UNSIGNED = text(
    "시험에 창업기업과 수요기업이 모두 서명해야 합니다.",
    "Both the startup and the demand company have to sign the test.",
)

reasons(
    {
        "milestone_not_approved": text(
            "운영기관이 아직 승인하지 않은 단계입니다.", "The operator has not approved this milestone yet."
        ),
        "gate_shut": text("관문이 열리지 않았습니다. {why_ko}", "The gate is shut. {why_en}"),
    }
)
