"""Every cross-check, with an example that fails it."""

from __future__ import annotations

import pytest

from .presets import changed, line_of, only_problem, problems

#: a score sheet of the final evaluation with one body of three seats
SHEET = """  best_projects: 3
  final:
    rule:
      cutoff_percent: 0
      bodies:
        - key: {body}
          name:
            ko: 위원
          weight: 1
          seats: 3
          quorum: 2
          criteria:
            - key: goals
              max_points: {points}
"""
#: a criterion of the first field
LIMIT = """      - key: model_size
        metric: model_size
        statistic: value
        comparison: "<="
        threshold: 500
        unit: MB
"""
NO_TRIM = SHEET + "      trim:\n        drop_high: 0\n        drop_low: 0\n"
#: the matching's rules of the preset, with limits
LIMITED = """  preferences: 3
  method: {method}
  budgets:
    - key: {key}
      name:
        ko: 협력자금
      amount: {amount}
      fields: [{fields}]
      companies: [{companies}]
  reserves:
    - key: early
      name:
        ko: 초기 기술
      fields: [laptop]
      of: {of}
      at_least: {least}
      at_most: {most}
"""


def limited(**said: object) -> str:
    """The preset's matching with a budget and a group reserve that are all right, but for what is said."""
    usual = {
        "method": "best_value",
        "key": "year",
        "amount": 500_000_000,
        "fields": "",
        "companies": "",
        "of": "{question: stage, options: [idea, prototype]}",
        "least": 1,
        "most": 2,
    }
    return LIMITED.format(**{**usual, **said})


VERTICAL, FABLESS, MID = "2025-vertical.yaml", "fabless.yaml", "mid-size.yaml"


@pytest.mark.parametrize(
    ("before", "after", "path", "words"),
    [
        ("  places: 15", "  places: 14", "demands.places", "sum to 14 places"),
        ("  - key: intel\n", "  - key: lg-electronics\n", "parties.3.key", "appears twice"),
        ("    kind: operator\n", "    kind: partner\n", "parties", "no operator"),
        ("    demand_company: lg-electronics\n", "    demand_company: intel\n", "fields.laptop.demand_company",
         "no demand company 'intel'"),
        ("    provider: intel\n", "    provider: amd\n", "support.toolkit.provider", "no party 'amd'"),
        ("      - lg-electronics\n", "      - nobody\n", "consents.third-party.recipients.0", "no party 'nobody'"),
        ('  closes: "2025-03-18 16:00"', '  closes: "2025-03-17 16:00"', "calendar.closes", "open for 19 days"),
        ('  decision: "stage.presentation.closes +3bd 15:00"', '  decision: "closes +4bd 15:00"',
         "calendar.decision", "comes before 'stage.presentation.closes'"),
        ('  release: "decision +1bd 10:00"', '  release: "+1d 10:00"', "calendar.release", "comes before 'decision'"),
        ('  final: "2025-10-24 18:00"', '  final: "somewhen +1d"', "calendar.final", "no event 'somewhen'"),
        ('  agreement: "release +10bd 17:00"', '  agreement: "release +1bd 17:00"', "calendar.agreement",
         "comes before 'confirmation'"),
        ('  final: "2025-10-24 18:00"', '  final: "poc.closes +900bd"', "calendar.final", "holiday table ends"),
        ("      seats: 7", "      seats: 6", "evaluation.stages.paper.panel.seats", "expert 4 + demand 3 = 7"),
        ("                max_points: 30", "                max_points: 31",
         "evaluation.stages.paper.rule.bodies.expert.criteria", "= 101) do not sum to 100"),
        ("          scope: panel", "          scope: body", "evaluation.stages.paper.rule.trim", "can never apply"),
        ("    - paper\n", "    - papr\n", "evaluation.blind_stages.0", "no stage 'papr'"),
        ("        criterion: technology", "        criterion: beauty", "evaluation.selection.tie_breaks.1.criterion",
         "no criterion 'beauty'"),
        ("      presentation: 1\n", "      pitch: 1\n", "evaluation.selection.stage_weights.pitch", "no stage 'pitch'"),
        ("        - key: website", "        - key: summary", "form.sections.overview.fields.3.key", "appears twice"),
        ("          must_be_true: true", "          max_length: 5", "form.sections.ip-security.fields.2.max_length",
         "boolean question has no max_length"),
        ("          maximum: 100000000", "          maximum: 90000000", "grant.cap", "differs from the maximum"),
        ("  requested_in: requested-grant", "  requested_in: title", "grant.requested_in", "no money question"),
        ("  requested_in: requested-grant", "  requested_in: requested-grant\n  total: 5", "grant.total", "below the cap"),
        ("  requested_in: requested-grant",
         "  requested_in: requested-grant\n  government_share_max: 70\n  own_share_min: 20",
         "grant.own_share_min", "sum to 90 %"),
        ("  requested_in: requested-grant", "  requested_in: requested-grant\n  own_share_min: 10\n  own_cash_min: 20",
         "grant.own_cash_min", "above the whole own share"),
        ("    max_size_mb: 20", "    max_size_mb: 31", "documents.business-plan.max_size_mb", "above the 30 MB"),
        ("    page_limit: 15", "    page_limit: 16", "documents.business-plan.page_limit", "above the notice's 15"),
        ("      evidence: business-registration", "      evidence: passport", "eligibility.questions.age.evidence",
         "no document 'passport'"),
        ("  min_samples: 662", "  min_samples: 661", "verification.min_samples", "needs 662 samples"),
        ("  min_samples: 662", "  min_samples: 662\n  max_seconds: 1", "verification.max_seconds", "below the shortest"),
        (LIMIT, LIMIT.replace("model_size", "word_error_rate").replace("500", "10").replace("MB", '"%"'),
         "fields.laptop.criteria.word_error_rate.metric", "needs a data set"),
        ("  best_projects: 3\n", "  best_projects: 3\n  final:\n    grades:\n      good: 95\n", "outcomes.final.grades",
         "do not descend"),
        ("  best_projects: 3\n", NO_TRIM.format(body="jury", points=100), "outcomes.final.rule.bodies.jury.key",
         "Nobody knows who sits"),
        ("  best_projects: 3\n", NO_TRIM.format(body="expert", points=90), "outcomes.final.rule.bodies.expert.criteria",
         "do not sum to 100"),
        ("  best_projects: 3\n", SHEET.format(body="expert", points=100) + "      trim:\n        min_ballots: 4\n",
         "outcomes.final.rule.trim", "can never apply"),
        ("  best_projects: 3\n", NO_TRIM.format(body="expert", points=100) + "      shortlist_factor: 2\n",
         "outcomes.final.rule.shortlist_factor", "no shortlist factor"),
        ("  preferences: 3\n", limited(method="stable_most"), "matching.budgets", "stable_most takes no budgets"),
        ("  preferences: 3\n", limited(method="deferred_acceptance"), "matching.reserves", "takes no reserves"),
        ("  preferences: 3\n", limited(fields="tablet"), "matching.budgets.year.fields.0", "no field 'tablet'"),
        ("  preferences: 3\n", limited(companies="intel"), "matching.budgets.year.companies.0",
         "no demand company 'intel'"),
        ("  preferences: 3\n", limited(fields="laptop", companies="lg-electronics"), "matching.budgets.year.companies",
         "Both fields and companies"),
        ("  preferences: 3\n", limited(amount=99_999_999), "matching.budgets.year.amount", "below the cap of one startup"),
        ("  preferences: 3\n", limited(least=3), "matching.reserves.early.at_least", "above the maximum of 2"),
        ("  preferences: 3\n", limited(least=16, most=16), "matching.reserves.early.at_least", "places there"),
        ("  preferences: 3\n", limited(least=0, most="null"), "matching.reserves.early", "neither a minimum"),
        ("  preferences: 3\n", limited(of="{question: size, options: [small]}"), "matching.reserves.early.of.question",
         "no choice or yes-or-no question 'size'"),
        ("  preferences: 3\n", limited(of="{question: age, answer: true}"), "matching.reserves.early.of.question",
         "all who may apply answer it alike"),
        ("  preferences: 3\n", limited(of="{question: stage, options: [dream]}"),
         "matching.reserves.early.of.options.0", "no option 'dream'"),
        ("  preferences: 3\n", limited(of="{question: stage, answer: true}"), "matching.reserves.early.of",
         "is a choice"),
        ("  preferences: 3\n", limited(of="{question: personal-data, options: [yes]}"), "matching.reserves.early.of",
         "yes-or-no question"),
        ("  preferences: 3\n", limited(key="k" * 41), "matching.budgets.0.key", "is too long"),
        ("  - rule: objection\n", "  - rule: objektion\n", "sources.3.rule", "no rule 'objektion'"),
        ("  - rule: fields\n", "  - rule: fields.tablet\n", "assumed.0.rule", "no rule 'fields.tablet'"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named_at_its_line(before: str, after: str, path: str, words: str) -> None:
    source = changed(before, after)
    found = [problem for problem in problems(source) if problem.path == path]
    assert found, problems(source)
    assert words in (found[0].what.en or ""), found[0]
    assert found[0].what.ko and found[0].allowed.ko and found[0].allowed.en
    assert found[0].line > 1


def test_limits_of_a_matching_that_fit_are_taken() -> None:
    from didimdol.programmes.rulebook import parse

    for said in ({}, {"fields": "laptop, smart-tv"}, {"companies": "lg-electronics"}, {"of": "null"}, {"most": "null"}):
        rules = parse(changed("  preferences: 3\n", limited(**said))).rulebook.matching
        assert rules.budgets[0].amount == 500_000_000
        assert rules.reserves[0].at_least == 1
    yes = parse(changed("  preferences: 3\n", limited(of="{question: personal-data, answer: false}"))).rulebook
    group = yes.matching.reserves[0].of
    assert group is not None
    assert [group.holds(said) for said in ({"personal-data": False}, {"personal-data": True}, {})] == [
        True,
        False,
        False,
    ]


def test_a_group_is_told_by_what_was_answered() -> None:
    from didimdol.programmes.rulebook import StartupGroup

    group = StartupGroup(question="maturity", options=("idea", "prototype"))
    given = (
        {"maturity": "idea"},
        {"maturity": "product"},
        {"maturity": ["product", "prototype"]},
        {"maturity": []},
        {},
    )
    assert [group.holds(answers) for answers in given] == [True, False, True, False, False]


def test_the_line_is_that_of_the_rule() -> None:
    source = changed("  places: 15", "  places: 14")
    assert only_problem(source).line == line_of("  places: 14", source)


def test_an_urgent_call_may_be_shorter_when_the_reason_is_written() -> None:
    from didimdol.programmes.rulebook import parse

    short = changed('  closes: "2025-03-18 16:00"', '  closes: "2025-03-10 16:00"')
    urgent = short.replace("notice:\n", "notice:\n  urgent:\n    reason:\n      ko: 예산 집행 시한\n", 1)
    assert parse(urgent).rulebook.notice.shortest_window_days == 10
    assert "긴급" in only_problem(short).allowed.ko


def test_events_that_wait_for_each_other_are_named() -> None:
    source = changed('  decision: "stage.presentation.closes +3bd 15:00"', '  decision: "release +0d"')
    assert "wait for each other" in (only_problem(source).what.en or "")


def test_pooled_places_know_no_quota_of_a_field() -> None:
    source = changed("    demand_company: company-a\n", "    quota: 1\n    demand_company: company-a\n", MID)
    assert only_problem(source).path == "fields.task-01.quota"
    source = changed("  selection:\n", "  selection:\n    quota: 9\n", MID)
    assert only_problem(source).path == "evaluation.selection.quota"


def test_without_pooling_each_field_needs_its_quota() -> None:
    found = problems(changed("    quota: 1\n", "", VERTICAL))
    assert [problem.path for problem in found] == ["demands.places", "fields.autonomous-driving.quota"]
    source = changed("  selection:\n", "  selection:\n    quota: 4\n", VERTICAL)
    assert only_problem(source).path == "evaluation.selection.quota"


def test_demands_first_needs_a_demand_company() -> None:
    source = changed("intake: demand_first", "intake: startup_first", FABLESS).replace(
        "kind: demand_company", "kind: technology_sponsor"
    )
    assert all("demand_company" in problem.path for problem in problems(source))
    source = source.replace("intake: startup_first", "intake: demand_first")
    assert any(
        "no demand company" in (problem.what.en or "") for problem in problems(source) if problem.path == "parties"
    )


def test_a_scored_stage_needs_a_score_sheet_and_a_panel() -> None:
    source = changed("      kind: meet_up", "      kind: user_trial", MID)
    assert "has no rule" in (only_problem(source).what.en or "")
    source = changed("      name:\n        ko: 밋업", "      rulez: 1\n      name:\n        ko: 밋업", MID)
    assert "Did you mean 'rule'?" in (only_problem(source).allowed.en or "")
