"""Do the parts of a rulebook fit together? Each check names the place, what is wrong and what is allowed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from itertools import pairwise
from typing import Any, NamedTuple

from didimdol_decide.rules import FieldQuota, StageRule, check_selection
from didimdol_lab.contract import TASKS, Metric, sample_floor

from .base import Text, path_parts, text
from .evaluation import SCORED, Stage
from .schema import Rulebook
from .timetable import CalendarBroken, resolve_calendar, written_events

Path = tuple[str, ...]


class Finding(NamedTuple):
    """`path`: keys from the top; an entry of a list goes by its `key` where it has one, else by its place."""

    path: Path
    what: Text
    allowed: Text


def check(rulebook: Rulebook) -> list[Finding]:
    """Everything that does not fit together, in the order of a rulebook; empty when all is well."""
    return [finding for one in _CHECKS for finding in one(rulebook)]


def _repeated(path: Path, things: Iterable[Any], ko: str, en: str) -> Iterator[Finding]:
    seen: set[str] = set()
    for place, thing in enumerate(things):
        if thing.key in seen:
            yield Finding(
                (*path, str(place), "key"),
                text(f"{ko} '{thing.key}'이(가) 두 번 나옵니다.", f"The {en} '{thing.key}' appears twice."),
                text("키를 서로 다르게 적으십시오.", "Give each its own key."),
            )
        seen.add(thing.key)


def _unknown(path: Path, key: str, ko: str, en: str, known: Iterable[str]) -> Finding:
    names = ", ".join(known) or "-"
    return Finding(
        path,
        text(f"{ko} '{key}'이(가) 없습니다.", f"There is no {en} '{key}'."),
        text(f"가능한 값: {names}.", f"Allowed: {names}."),
    )


def _keys(book: Rulebook) -> Iterator[Finding]:
    yield from _repeated(("parties",), book.parties, "참여기관", "party")
    yield from _repeated(("fields",), book.fields, "분야", "field")
    for entry in book.fields:
        yield from _repeated(("fields", entry.key, "criteria"), entry.criteria, "검증 기준", "criterion")
    yield from _repeated(("eligibility", "questions"), book.eligibility.questions, "자가진단 문항", "question")
    yield from _repeated(("eligibility", "excluded"), book.eligibility.excluded, "제외 대상", "exclusion")
    yield from _repeated(("documents",), book.documents, "제출 서류", "document")
    yield from _repeated(("evaluation", "stages"), book.stages, "평가 단계", "stage")
    yield from _repeated(("support",), book.support, "지원 항목", "support item")
    yield from _repeated(("consents",), book.consents, "동의서", "consent")


def _parties(book: Rulebook) -> Iterator[Finding]:
    known = {party.key: party for party in book.parties}
    if not any(party.kind == "operator" for party in book.parties):
        yield Finding(
            ("parties",),
            text("운영기관이 없습니다.", "There is no operator."),
            text("kind: operator인 기관을 하나 이상 두십시오.", "Add a party with kind: operator."),
        )
    buyers = [key for key, party in known.items() if party.kind in ("demand_company", "partner")]
    if book.intake == "demand_first" and not buyers:
        yield Finding(
            ("parties",),
            text("수요 선행형인데 수요기업이 없습니다.", "Demands come first, but there is no demand company."),
            text("kind: demand_company인 기관을 두십시오.", "Add a party with kind: demand_company."),
        )
    for entry in book.fields:
        if entry.demand_company is not None and entry.demand_company not in buyers:
            yield _unknown(
                ("fields", entry.key, "demand_company"),
                entry.demand_company,
                "수요기업",
                "demand company",
                buyers,
            )
    for item in book.support:
        if item.provider not in known:
            yield _unknown(("support", item.key, "provider"), item.provider, "참여기관", "party", known)
    for consent in book.consents:
        for place, key in enumerate(consent.recipients):
            if key not in known:
                yield _unknown(("consents", consent.key, "recipients", str(place)), key, "참여기관", "party", known)


def _places(book: Rulebook) -> Iterator[Finding]:
    places, quota = book.demands.places, book.evaluation.selection.quota
    where = ("evaluation", "selection", "quota")
    if book.demands.pooled:
        for entry in book.fields:
            if entry.quota is not None:
                yield Finding(
                    ("fields", entry.key, "quota"),
                    text(
                        "선발 규모를 통합하는데 분야별 규모가 있습니다.",
                        "Places are pooled, yet this field has its own.",
                    ),
                    text(
                        "quota를 지우거나 pooled: false로 바꾸십시오.",
                        "Remove quota, or write pooled: false.",
                    ),
                )
        if quota != places:
            yield Finding(
                where,
                text("통합 선발 규모와 다릅니다.", "This differs from the pooled places."),
                text(f"quota: {places}로 적거나 지우십시오.", f"Write quota: {places}, or leave it out."),
            )
        return
    for entry in book.fields:
        if entry.quota is None:
            yield Finding(
                ("fields", entry.key, "quota"),
                text("분야별 선발 규모가 없습니다.", "The field has no places."),
                text("quota를 적거나 pooled: true로 바꾸십시오.", "Write its quota, or pooled: true."),
            )
    total = sum(entry.quota or 0 for entry in book.fields)
    if total != places:
        sums = " + ".join(str(entry.quota or 0) for entry in book.fields)
        yield Finding(
            ("demands", "places"),
            text(
                f"분야별 선발 규모의 합({sums} = {total})이 전체 {places}와 다릅니다.",
                f"The fields' quotas ({sums} = {total}) do not sum to {places} places.",
            ),
            text(
                f"places: {total}로 바꾸거나 분야별 quota를 고치십시오.",
                f"Write places: {total}, or change the quotas.",
            ),
        )
    by_field = {entry.key: entry.quota or 0 for entry in book.fields}
    if any(entry.quota is None for entry in book.fields):
        return
    if not isinstance(quota, FieldQuota) or quota.by_field != by_field:
        yield Finding(
            where,
            text(
                "선발 규칙의 규모가 분야별 규모와 다릅니다.",
                "The selection's quota differs from the fields' quotas.",
            ),
            text("quota를 지우면 분야별 규모를 씁니다.", "Leave quota out to use the fields' own."),
        )


def _calendar(book: Rulebook) -> Iterator[Finding]:
    try:
        when = resolve_calendar(book)
    except CalendarBroken as error:
        yield Finding(error.path, error.what, error.allowed)
        return
    paths = _event_paths(book)
    for first, second, strict in _order(book):
        if first not in when or second not in when:
            continue
        if when[first] < when[second] or (not strict and when[first] == when[second]):
            continue
        a, b = when[first].strftime("%Y-%m-%d %H:%M"), when[second].strftime("%Y-%m-%d %H:%M")
        yield Finding(
            paths.get(second, ("calendar",)),
            text(
                f"'{second}'({b})이 '{first}'({a})보다 앞섭니다.",
                f"'{second}' ({b}) comes before '{first}' ({a}).",
            ),
            text(
                f"'{second}'을(를) {a} {'뒤로' if strict else '이후로'} 옮기십시오.",
                f"Move '{second}' {'after' if strict else 'to, or after,'} {a}.",
            ),
        )
    days = (when["closes"].date() - when["opens"].date()).days
    if days < (least := book.notice.shortest_window_days):
        yield Finding(
            ("calendar", "closes"),
            text(
                f"접수 기간이 {days}일로, 최소 {least}일보다 짧습니다.",
                f"The call is open for {days} days, less than the {least} required.",
            ),
            text(
                "마감을 늦추십시오. 긴급하면 notice.urgent에 사유를 적어 줄일 수 있습니다(운영요령 §7②).",
                "Close later; for an urgency write its reason into notice.urgent to shorten the window.",
            ),
        )


def _event_paths(book: Rulebook) -> dict[str, Path]:
    paths = {entry.event: entry.path for entry in written_events(book)}
    return paths | {"confirmation": ("calendar", "agreement"), "objection": ("calendar", "release")}


def _order(book: Rulebook) -> Iterator[tuple[str, str, bool]]:
    """(earlier, later, whether they must differ)."""
    yield "demand.opens", "demand.closes", True
    if book.intake == "demand_first":
        yield "demand.closes", "opens", False
    yield "announce", "opens", False
    yield "opens", "closes", True
    yield "opens", "questions_close", False
    yield "questions_close", "closes", False
    yield "closes", "eligibility", False
    for stage in book.stages:
        yield f"stage.{stage.key}.opens", f"stage.{stage.key}.closes", True
    yield "closes", f"stage.{book.stages[0].key}.opens", False
    for one, other in pairwise(book.stages):
        yield f"stage.{one.key}.closes", f"stage.{other.key}.opens", False
    yield "eligibility", "decision", False
    yield f"stage.{book.stages[-1].key}.closes", "decision", False
    yield "decision", "release", False
    yield "release", "agreement", True
    yield "confirmation", "agreement", False
    yield "agreement", "poc.opens", False
    yield "poc.opens", "poc.closes", True
    yield "poc.closes", "final", False
    yield "final", "showcase", False


def _stages(book: Rulebook) -> Iterator[Finding]:
    for stage in book.stages:
        path = ("evaluation", "stages", stage.key)
        if stage.rule is None:
            if stage.kind in SCORED:
                yield Finding(
                    path,
                    text(
                        f"점수를 매기는 단계 '{stage.key}'에 배점이 없습니다.",
                        f"The scored stage '{stage.key}' has no rule.",
                    ),
                    text("rule에 평가 주체와 배점을 적으십시오.", "Write bodies and points into rule."),
                )
            continue
        yield from _score_sheet(stage, stage.rule, path)
    if not book.stage_rules:
        yield Finding(
            ("evaluation", "stages"),
            text("점수를 매기는 단계가 하나도 없습니다.", "No stage gives a score."),
            text("rule이 있는 단계를 하나 이상 두십시오.", "Give at least one stage a rule."),
        )
    for place, key in enumerate(book.evaluation.blind_stages):
        if key not in (known := [stage.key for stage in book.stages]):
            yield _unknown(("evaluation", "blind_stages", str(place)), key, "평가 단계", "stage", known)


def _how_sure(book: Rulebook) -> Iterator[Finding]:
    readers = book.evaluation.how_sure.seen_by
    for place, role in enumerate(readers):
        if role in readers[:place]:
            yield Finding(
                ("evaluation", "how_sure", "seen_by", str(place)),
                text(f"역할 '{role}'을(를) 두 번 적었습니다.", f"The role '{role}' is named twice."),
                text("역할마다 한 번만 적으십시오.", "Name each role once."),
            )


def _score_sheet(stage: Stage, rule: StageRule, path: Path) -> Iterator[Finding]:
    if rule.key != stage.key:
        yield Finding(
            (*path, "rule", "key"),
            text("단계의 키와 다릅니다.", "This differs from the stage's key."),
            text("rule의 key를 지우십시오.", "Leave key out of rule."),
        )
    yield from _points(rule, (*path, "rule"))
    if stage.panel is None:
        yield Finding(
            path,
            text(f"단계 '{stage.key}'에 위원회 구성이 없습니다.", f"The stage '{stage.key}' has no panel."),
            text("panel에 위원 수와 제척 기준을 적으십시오.", "Write seats and conflict rules into panel."),
        )
    elif stage.panel.seats != rule.panel_size:
        sums = " + ".join(f"{body.key} {body.seats}" for body in rule.bodies)
        yield Finding(
            (*path, "panel", "seats"),
            text(
                f"위원 수 {stage.panel.seats}명이 평가 주체별 합({sums} = {rule.panel_size})과 다릅니다.",
                f"{stage.panel.seats} seats, but the bodies have {sums} = {rule.panel_size}.",
            ),
            text(f"seats: {rule.panel_size}로 바꾸십시오.", f"Write seats: {rule.panel_size}."),
        )
    yield from _trimming(rule, (*path, "rule"))


def _points(rule: StageRule, path: Path) -> Iterator[Finding]:
    for body in rule.bodies:
        if body.maximum != 100:
            sums = " + ".join(str(criterion.max_points) for criterion in body.criteria)
            yield Finding(
                (*path, "bodies", body.key, "criteria"),
                text(
                    f"'{rule.key}' 단계 '{body.key}'의 배점 합({sums} = {body.maximum})이 100이 아닙니다.",
                    f"Points of '{body.key}' in '{rule.key}' ({sums} = {body.maximum}) do not sum to 100.",
                ),
                text("배점의 합을 100으로 맞추십시오.", "Make the points sum to 100."),
            )


def _trimming(rule: StageRule, path: Path) -> Iterator[Finding]:
    trim = rule.trim
    if trim.drop_high + trim.drop_low:
        most = rule.panel_size if trim.scope == "panel" else max(body.seats for body in rule.bodies)
        if most < trim.min_ballots:
            yield Finding(
                (*path, "trim"),
                text(
                    f"최고·최저 제외에는 평가표 {trim.min_ballots}장이 필요하나 많아야 {most}장입니다.",
                    f"Trimming needs {trim.min_ballots} ballots of {most} at most: it can never apply.",
                ),
                text(
                    "min_ballots를 낮추거나 scope: panel로 하거나 drop_high·drop_low를 0으로 하십시오.",
                    "Lower min_ballots, write scope: panel, or set drop_high and drop_low to 0.",
                ),
            )


def _final(book: Rulebook) -> Iterator[Finding]:
    final, path = book.outcomes.final, ("outcomes", "final")
    for part, rule in (("rule", final.rule), ("best_rule", final.best_rule)):
        yield from _points(rule, (*path, part))
        yield from _trimming(rule, (*path, part))
        for body in rule.bodies:
            if body.key != "expert" and not body.key.startswith("demand"):
                yield Finding(
                    (*path, part, "bodies", body.key, "key"),
                    text(
                        f"평가 주체 '{body.key}'을(를) 누가 맡는지 알 수 없습니다.",
                        f"Nobody knows who sits in the body '{body.key}'.",
                    ),
                    text(
                        "외부 전문가는 expert, 수요기업은 demand로 시작하는 키를 쓰십시오.",
                        "Call it expert, or, for the demand company, by a key that begins with demand.",
                    ),
                )
        if rule.shortlist_factor is not None:
            yield Finding(
                (*path, part, "shortlist_factor"),
                text(
                    "다음 단계가 없으므로 선발 배수를 둘 수 없습니다.",
                    "No stage follows, so it has no shortlist factor.",
                ),
                text("shortlist_factor를 지우십시오.", "Leave shortlist_factor out."),
            )
    bands = [final.grades.outstanding, final.grades.good, final.grades.fair, final.grades.insufficient]
    if any(higher <= lower for higher, lower in pairwise(bands)):
        yield Finding(
            (*path, "grades"),
            text("등급의 기준 점수가 높은 등급부터 낮아지지 않습니다.", "The bands of the grades do not descend."),
            text(
                "outstanding > good > fair > insufficient 순으로 적으십시오.",
                "Write outstanding > good > fair > insufficient.",
            ),
        )


def _selection(book: Rulebook) -> Iterator[Finding]:
    scored = [stage for stage in book.stages if stage.rule is not None]
    if not scored or len({stage.key for stage in scored}) != len(scored):
        return  # said already
    for place, words in check_selection(book.stage_rules, book.evaluation.selection):
        parts = path_parts(place)
        if parts[0] == "selection":
            path: Path = ("evaluation", *parts)
        elif len(parts) > 1:
            path = ("evaluation", "stages", scored[int(parts[1])].key, "rule", *parts[2:])
        else:
            path = ("evaluation", "stages")
        yield Finding(
            path,
            text(words.ko, words.en or words.ko),
            text(
                "점수를 매기는 단계, 그 평가 주체와 평가 항목만 가리킬 수 있습니다.",
                "Only scored stages, their bodies and their criteria can be named.",
            ),
        )


def _form(book: Rulebook) -> Iterator[Finding]:
    seen: set[str] = set()
    bodies = sorted({body.key for rule in book.stage_rules for body in rule.bodies})
    yield from _repeated(("form", "sections"), book.form.sections, "신청서 항목 묶음", "section")
    for section in book.form.sections:
        for place, entry in enumerate(section.fields):
            path = ("form", "sections", section.key, "fields", str(place))
            if entry.key in seen:
                yield Finding(
                    (*path, "key"),
                    text(
                        f"신청서 항목 '{entry.key}'이(가) 두 번 나옵니다.",
                        f"The question '{entry.key}' appears twice.",
                    ),
                    text("키를 서로 다르게 적으십시오.", "Give each its own key, over all sections."),
                )
            seen.add(entry.key)
            choice = entry.type in ("choice", "multi_choice")
            if choice and len(entry.options) < 2:
                yield Finding(
                    path,
                    text("선택형 항목에 보기가 부족합니다.", "A choice needs at least two options."),
                    text("options에 보기를 둘 이상 적으십시오.", "Write two or more options."),
                )
            yield from _repeated((*path, "options"), entry.options, "보기", "option")
            misplaced = [
                (bool(entry.options) and not choice, "options", "choice, multi_choice"),
                (
                    entry.max_length is not None and entry.type not in ("text", "long_text", "url"),
                    "max_length",
                    "text, long_text, url",
                ),
                (entry.must_be_true and entry.type != "boolean", "must_be_true", "boolean"),
                (
                    entry.minimum is not None and entry.type not in ("number", "money"),
                    "minimum",
                    "number, money",
                ),
                (
                    entry.maximum is not None and entry.type not in ("number", "money"),
                    "maximum",
                    "number, money",
                ),
            ]
            for wrong, name, types in misplaced:
                if wrong:
                    yield Finding(
                        (*path, name),
                        text(
                            f"{entry.type} 항목에는 {name}을(를) 둘 수 없습니다.",
                            f"A {entry.type} question has no {name}.",
                        ),
                        text(f"{name}을(를) 쓸 수 있는 형식: {types}.", f"{name} belongs to: {types}."),
                    )
            if entry.minimum is not None and entry.maximum is not None and entry.minimum > entry.maximum:
                yield Finding(
                    (*path, "minimum"),
                    text("최솟값이 최댓값보다 큽니다.", "The minimum is above the maximum."),
                    text(f"{entry.maximum} 이하로 적으십시오.", f"Write at most {entry.maximum}."),
                )
            for index, body in enumerate(entry.visible_to or ()):
                if body not in bodies:
                    yield _unknown((*path, "visible_to", str(index)), body, "평가 주체", "body", bodies)


def _documents(book: Rulebook) -> Iterator[Finding]:
    known = [entry.key for entry in book.documents]
    for question in book.eligibility.questions:
        if question.evidence is not None and question.evidence not in known:
            yield _unknown(
                ("eligibility", "questions", question.key, "evidence"),
                question.evidence,
                "제출 서류",
                "document",
                known,
            )
    for entry in book.documents:
        if entry.when == "application" and entry.max_size_mb > (limit := book.notice.upload_limit_mb):
            yield Finding(
                ("documents", entry.key, "max_size_mb"),
                text(
                    f"{entry.max_size_mb}MB는 전체 첨부 한도 {limit}MB를 넘습니다.",
                    f"{entry.max_size_mb} MB is above the {limit} MB for all files together.",
                ),
                text(f"{limit} 이하로 적으십시오.", f"Write at most {limit}."),
            )
        if entry.page_limit is not None and entry.page_limit > book.notice.page_limit:
            yield Finding(
                ("documents", entry.key, "page_limit"),
                text(
                    f"{entry.page_limit}쪽은 공고의 한도 {book.notice.page_limit}쪽을 넘습니다.",
                    f"{entry.page_limit} pages is above the notice's {book.notice.page_limit}.",
                ),
                text(f"{book.notice.page_limit} 이하로 적으십시오.", f"Write at most {book.notice.page_limit}."),
            )


def _verification(book: Rulebook) -> Iterator[Finding]:
    rules = book.verification
    if rules.max_seconds < rules.min_seconds:
        yield Finding(
            ("verification", "max_seconds"),
            text("최대 시간이 최소 시간보다 짧습니다.", "The longest time is below the shortest."),
            text(f"{rules.min_seconds} 이상으로 적으십시오.", f"Write at least {rules.min_seconds}."),
        )
    for entry in book.fields:
        for criterion in entry.criteria:
            if criterion.metric in TASKS:
                yield Finding(
                    ("fields", entry.key, "criteria", criterion.key, "metric"),
                    text(
                        f"'{criterion.metric}'은(는) 데이터 세트가 있어야 재는데, 분야에는 데이터 세트가 없습니다.",
                        f"'{criterion.metric}' needs a data set, and a field has none.",
                    ),
                    text("수요의 기준으로 옮기십시오.", "Make it a criterion of a demand."),
                )
            if criterion.metric is not Metric.latency:
                continue
            floor = sample_floor(int(criterion.statistic.value[1:]), rules.percentile_confidence)
            if rules.min_samples < floor:
                yield Finding(
                    ("verification", "min_samples"),
                    text(
                        f"분야 '{entry.key}'의 {criterion.statistic} 판정에는 표본 {floor}개가 필요합니다.",
                        f"The {criterion.statistic} criterion of '{entry.key}' needs {floor} samples.",
                    ),
                    text(f"{floor} 이상으로 적으십시오.", f"Write at least {floor}."),
                )


def _grant(book: Rulebook) -> Iterator[Finding]:
    grant = book.grant
    if grant.total is not None and grant.total < grant.cap:
        yield Finding(
            ("grant", "total"),
            text("전체 예산이 기업당 한도보다 적습니다.", "The whole budget is below the cap of one startup."),
            text(f"{grant.cap:,}원 이상으로 적으십시오.", f"Write at least KRW {grant.cap:,}."),
        )
    if grant.government_share_max is not None and grant.own_share_min is not None:
        total = grant.government_share_max + grant.own_share_min
        if total != Decimal(100):
            yield Finding(
                ("grant", "own_share_min"),
                text(
                    f"정부지원 최대 비율과 자기부담 최소 비율의 합이 {total}%로, 100%가 아닙니다.",
                    f"The greatest government share and the least own share sum to {total} %, not 100 %.",
                ),
                text(
                    f"own_share_min: {100 - grant.government_share_max}로 적으십시오.",
                    f"Write own_share_min: {100 - grant.government_share_max}.",
                ),
            )
    if grant.own_share_min is not None and grant.own_cash_min > grant.own_share_min:
        yield Finding(
            ("grant", "own_cash_min"),
            text(
                "자기부담 현금 비율이 자기부담 전체 비율보다 큽니다.",
                "The own cash is above the whole own share.",
            ),
            text(f"{grant.own_share_min} 이하로 적으십시오.", f"Write at most {grant.own_share_min}."),
        )
    if grant.requested_in is not None:
        asked = next((entry for entry in book.form.questions if entry.key == grant.requested_in), None)
        money = [entry.key for entry in book.form.questions if entry.type == "money"]
        if asked is None or asked.type != "money":
            yield _unknown(("grant", "requested_in"), grant.requested_in, "금액 항목", "money question", money)
        elif asked.maximum != grant.cap:
            yield Finding(
                ("grant", "cap"),
                text(
                    f"지원 한도가 신청서 항목 '{asked.key}'의 최댓값과 다릅니다.",
                    f"The cap differs from the maximum of the question '{asked.key}'.",
                ),
                text(f"그 항목에 maximum: {grant.cap}을 적으십시오.", f"Write maximum: {grant.cap} there."),
            )


def _references(book: Rulebook) -> Iterator[Finding]:
    data = book.canonical()
    named = {"sources": [e.rule for e in book.sources], "assumed": [e.rule for e in book.assumed]}
    for name, rules in named.items():
        for place, rule in enumerate(rules):
            if not _reaches(data, path_parts(rule)):
                yield Finding(
                    (name, str(place), "rule"),
                    text(f"'{rule}'이라는 규칙이 없습니다.", f"There is no rule '{rule}'."),
                    text(
                        "'objection.days'나 'fields.laptop.quota'처럼 있는 경로를 적으십시오.",
                        "Write an existing path, as in 'objection.days' or 'fields.laptop.quota'.",
                    ),
                )


def _reaches(value: Any, path: Path) -> bool:
    for part in path:
        if isinstance(value, dict):
            if part not in value:
                return False
            value = value[part]
        elif isinstance(value, list):
            named = [item for item in value if isinstance(item, dict) and item.get("key") == part]
            if named:
                value = named[0]
            elif part.isascii() and part.isdigit() and int(part) < len(value):
                value = value[int(part)]
            else:
                return False
        else:
            return False
    return True


_CHECKS: tuple[Callable[[Rulebook], Iterator[Finding]], ...] = (
    _keys,
    _parties,
    _places,
    _calendar,
    _stages,
    _how_sure,
    _selection,
    _form,
    _documents,
    _verification,
    _grant,
    _final,
    _references,
)
