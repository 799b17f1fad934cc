"""The rules of a notice in words, each with its source or the mark that it is assumed."""

from __future__ import annotations

from dataclasses import dataclass

from didimdol.design.texts import money_text
from didimdol.kernel.words import Text, pick, text
from didimdol.programmes.matching_words import budget_words, reserve_words
from didimdol.programmes.rulebook import Rulebook, Stage
from didimdol.programmes.rulebook.base import Text as RuleText
from didimdol.programmes.rulebook.base import plain_decimal
from didimdol.programmes.words import WEIGHTLESS, percent, share
from didimdol_decide.rules import StageRule, TieBreak


def words(value: RuleText | None, lang: str) -> str:
    return value.in_language(lang) if value is not None else ""


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One rule: what it is about, what it says, where it comes from; ``assumed``: why no source stands behind it."""

    label: str
    value: str
    source: str = ""
    assumed: str = ""


def rule_lines(rules: Rulebook, lang: str) -> list[RuleLine]:
    """The rules that decide, each with its source or the mark that it is assumed."""
    notice, grant, selection = rules.notice, rules.grant, rules.evaluation.selection
    cap = money_text(grant.cap, grant.currency, short=True)
    reserve = selection.reserve_per_field
    found = [
        _line(
            rules,
            "demands.places",
            text("선정 규모", "Places"),
            text(
                f"{rules.demands.places}곳" + ("(분야 구분 없이)" if rules.demands.pooled else ""),
                f"{rules.demands.places}" + (" (all fields together)" if rules.demands.pooled else ""),
            ),
            lang,
        ),
        _line(
            rules,
            "grant.cap",
            text("사업화 자금", "Grant"),
            text(f"기업당 최대 {cap}", f"up to {cap} each"),
            lang,
            grant.source,
        ),
    ]
    if grant.government_share_max is not None or grant.own_share_min is not None:
        most, least = grant.government_share_max, grant.own_share_min
        ko = [
            f"정부지원 {percent(most)}% 이하" if most is not None else "",
            f"자부담 {percent(least)}% 이상" if least is not None else "",
        ]
        en = [
            f"government at most {percent(most)}%" if most is not None else "",
            f"own share at least {percent(least)}%" if least is not None else "",
        ]
        found.append(
            _line(
                rules,
                "grant.government_share_max",
                text("부담 비율", "Shares of the cost"),
                text(", ".join(filter(None, ko)), ", ".join(filter(None, en))),
                lang,
                grant.source,
            )
        )
    found += [
        _line(
            rules,
            "notice.min_window_days",
            text("공고 기간", "Length of the call"),
            text(f"{notice.shortest_window_days}일 이상", f"at least {notice.shortest_window_days} days"),
            lang,
        ),
        _line(
            rules,
            "notice.page_limit",
            text("사업계획서", "Business plan"),
            text(
                f"{notice.page_limit}쪽 이내, {notice.upload_limit_mb} MB 이하",
                f"at most {notice.page_limit} pages, {notice.upload_limit_mb} MB",
            ),
            lang,
        ),
        _line(
            rules,
            "notice.applications_per_startup",
            text("신청 횟수", "Applications"),
            text(
                f"기업당 {notice.applications_per_startup}건, 분야 {notice.fields_per_application}개 선택",
                f"{notice.applications_per_startup} for each startup, in {notice.fields_per_application} field",
            ),
            lang,
        ),
        _line(
            rules,
            "eligibility.max_age_years",
            text("업력", "Age of the startup"),
            text(
                f"창업 {rules.eligibility.max_age_years}년 이내",
                f"founded at most {rules.eligibility.max_age_years} years before the opening",
            ),
            lang,
            rules.eligibility.source,
        ),
        _line(rules, "evaluation.selection.stage_weights", text("최종 점수", "Final score"), _weights(rules), lang),
        _line(rules, "evaluation.selection.tie_breaks", text("동점일 때", "Ties"), _ties(rules), lang),
        _line(
            rules,
            "evaluation.selection.reserve_per_field",
            text("예비 선정", "Reserves"),
            text(f"분야마다 {reserve}곳" if reserve else "없음", f"{reserve} in each field" if reserve else "none"),
            lang,
        ),
        _line(
            rules,
            "verification",
            text("기술검증", "Measurement"),
            text(
                f"새 프로세스 {rules.verification.processes}개에서 표본 {rules.verification.min_samples}개 이상, "
                f"신뢰 수준 {share(rules.verification.percentile_confidence)}%",
                f"at least {rules.verification.min_samples} samples in {rules.verification.processes} fresh processes, "
                f"confidence {share(rules.verification.percentile_confidence)}%",
            ),
            lang,
        ),
        _line(
            rules,
            "objection.days",
            text("이의신청", "Objections"),
            text(
                f"통지 다음 날부터 {rules.objection.days}일 안에 {rules.objection.times}회, {rules.objection.answer_days}일 안에 답변",
                f"{rules.objection.times}, within {rules.objection.days} days of the notice; answered in {rules.objection.answer_days}",
            ),
            lang,
            rules.objection.source,
        ),
        _line(
            rules,
            "confirmation.business_days",
            text("참여 확정", "Confirmation"),
            text(
                f"통지 뒤 {rules.confirmation.business_days}영업일 {rules.confirmation.until}까지",
                f"within {rules.confirmation.business_days} business days, by {rules.confirmation.until}",
            ),
            lang,
            rules.confirmation.source,
        ),
        _line(
            rules,
            "outcomes.best_projects",
            text("우수과제", "Best projects"),
            text(f"{rules.outcomes.best_projects}개", f"{rules.outcomes.best_projects}"),
            lang,
            rules.outcomes.source,
        ),
        _line(rules, "outcomes.final.grades", text("최종평가 등급", "Final grades"), _grades(rules), lang),
    ]
    return [*found, *_matching_lines(rules, lang)]


def _matching_lines(rules: Rulebook, lang: str) -> list[RuleLine]:
    """What the matching may not exceed or fall below, where there is such a rule."""
    budgets = [(f"budgets.{b.key}", b, budget_words(rules, b)) for b in rules.matching.budgets]
    reserves = [(f"reserves.{r.key}", r, reserve_words(rules, r)) for r in rules.matching.reserves]
    labels = {"budgets": text("매칭 예산", "Budget of the matching"), "reserves": text("매칭 할당", "Group reserve")}
    return [
        _line(
            rules,
            f"matching.{path}",
            labels[path.partition(".")[0]],
            text(f"{entry.name.ko}: {said['ko']}", f"{words(entry.name, 'en')}: {said['en']}"),
            lang,
        )
        for path, entry, said in (*budgets, *reserves)
    ]


def _grades(rules: Rulebook) -> dict[str, str] | object:
    bands = rules.outcomes.final.grades
    best, good, fair, low = (
        plain_decimal(value) for value in (bands.outstanding, bands.good, bands.fair, bands.insufficient)
    )
    return text(
        f"최우수 {best}점, 우수 {good}점, 보통 {fair}점, 미흡 {low}점 이상, 그 밑은 극히불량",
        f"outstanding from {best}, good {good}, fair {fair}, insufficient {low}; below it very poor",
    )


def stage_lines(rules: Rulebook, stage: Stage, lang: str) -> list[RuleLine]:
    path = f"evaluation.stages.{stage.key}"
    found: list[RuleLine] = []
    rule = stage.rule
    if rule is None:
        found.append(_line(rules, f"{path}.kind", text("점수", "Score"), WEIGHTLESS, lang))
    else:
        found += _score_lines(rules, path, rule, lang)
    if stage.panel and stage.panel.open_seats:
        found.append(
            _line(
                rules,
                f"{path}.panel.open_seats",
                text("열린 자리", "Open seats"),
                text(
                    f"신청마다 {stage.panel.open_seats}석은 어느 평가 주체의 위원이든 맡을 수 있음",
                    f"{stage.panel.open_seats} for each application, of any body",
                ),
                lang,
            )
        )
    if stage.presentation:
        p = stage.presentation
        found.append(
            _line(
                rules,
                f"{path}.presentation",
                text("발표", "Presentation"),
                text(
                    f"발표 {p.talk_minutes}분, 질의응답 {p.questions_minutes}분"
                    + (f", 수요기업 {p.demand_minutes}분" if p.demand_minutes else "")
                    + ("; 대표자가 직접 발표" if p.ceo_must_present else ""),
                    f"{p.talk_minutes} min talk, {p.questions_minutes} min questions"
                    + (f", {p.demand_minutes} min demand company" if p.demand_minutes else "")
                    + ("; given by the chief executive" if p.ceo_must_present else ""),
                ),
                lang,
            )
        )
    return found


def _score_lines(rules: Rulebook, path: str, rule: StageRule, lang: str) -> list[RuleLine]:
    found = [
        _line(
            rules,
            f"{path}.rule.cutoff_percent",
            text("과락", "Cut-off"),
            text(
                f"만점의 {percent(rule.cutoff_percent)}% 미만은 탈락",
                f"below {percent(rule.cutoff_percent)}% of the maximum: out",
            ),
            lang,
        ),
        _line(
            rules,
            f"{path}.rule.trim",
            text("집계", "Aggregation"),
            _aggregation(rule),
            lang,
        ),
    ]
    if rule.shortlist_factor is not None:
        factor = percent(rule.shortlist_factor)
        found.append(
            _line(
                rules,
                f"{path}.rule.shortlist_factor",
                text("다음 단계", "Goes on"),
                text(f"선정 규모의 {factor}배수", f"{factor} times the places"),
                lang,
            )
        )
    return found


def _aggregation(rule: StageRule) -> Text:
    trim = rule.trim
    if not trim.drop_high and not trim.drop_low:
        return text(
            f"모든 평가표의 평균, 소수점 {rule.decimals}자리", f"mean of all ballots to {rule.decimals} decimals"
        )
    return text(
        f"평가위원 {trim.min_ballots}명 이상이면 최고 {trim.drop_high}개·최저 {trim.drop_low}개를 빼고 평균, "
        f"소수점 {rule.decimals}자리",
        f"mean to {rule.decimals} decimals; from {trim.min_ballots} ballots on without the {trim.drop_high} highest "
        f"and {trim.drop_low} lowest",
    )


def _stage_name(rules: Rulebook, key: str) -> RuleText | None:
    return next((stage.name for stage in rules.stages if stage.key == key), None)


def _weights(rules: Rulebook) -> object:
    parts_ko, parts_en = [], []
    for key, weight in rules.evaluation.selection.stage_weights.items():
        if not weight:
            continue
        name = _stage_name(rules, key)
        parts_ko.append(f"{words(name, 'ko') or key} {share(weight)}%")
        parts_en.append(f"{words(name, 'en') or key} {share(weight)}%")
    return text(" + ".join(parts_ko), " + ".join(parts_en))


def _ties(rules: Rulebook) -> object:
    ko, en = [], []
    for tie in rules.evaluation.selection.tie_breaks:
        one_ko, one_en = _tie(rules, tie)
        ko.append(one_ko)
        en.append(one_en)
    if not ko or rules.evaluation.selection.tie_breaks[-1].by != "lottery":
        ko.append("공개 추첨")
        en.append("a draw from a committed seed")
    return text(" → ".join(ko), " → ".join(en))


def _tie(rules: Rulebook, tie: TieBreak) -> tuple[str, str]:
    if tie.by == "lottery":
        return "공개 추첨", "a draw from a committed seed"
    stage = _stage_name(rules, tie.stage)
    ko, en = words(stage, "ko") or tie.stage, words(stage, "en") or tie.stage
    if tie.by == "stage_total":
        return f"{ko} 총점", f"total of {en}"
    rule = rules.stage(tie.stage).rule
    if tie.by == "body":
        body = plain_words(rule.body(tie.body).name) if rule else {}
        return f"{ko} {pick(body, 'ko')} 점수", f"{pick(body, 'en')} in {en}"
    for body_rule in rule.bodies if rule else ():
        for criterion in body_rule.criteria:
            if criterion.key == tie.criterion and tie.body in (None, body_rule.key):
                name = plain_words(criterion.name)
                return f"{ko} ‘{pick(name, 'ko') or criterion.key}’", f"“{pick(name, 'en') or criterion.key}” in {en}"
    return tie.criterion, tie.criterion


def plain_words(value: object) -> dict[str, str]:
    """didimdol_decide has its own bilingual text; here only the words count."""
    return {"ko": getattr(value, "ko", "") or "", "en": getattr(value, "en", "") or ""}


def _line(
    rules: Rulebook, path: str, label: dict[str, str] | object, value: object, lang: str, own_source: str | None = None
) -> RuleLine:
    return RuleLine(
        label=pick(label, lang),  # type: ignore[arg-type]
        value=pick(value, lang),  # type: ignore[arg-type]
        source=own_source or source_of(rules, path),
        assumed=words(rules.assumption(path), lang),
    )


def source_of(rules: Rulebook, path: str) -> str:
    """The source named for the rule at ``path``, for a part above it, or for parts of it."""
    for entry in rules.sources:
        if path == entry.rule or path.startswith(f"{entry.rule}."):
            return entry.source
    return next((entry.source for entry in rules.sources if entry.rule.startswith(f"{path}.")), "")
