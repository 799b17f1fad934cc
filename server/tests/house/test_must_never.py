"""What no cell of the access matrix may say, whatever was generated (domain.md §9, "must never").

These read the table, not the site: who writes the table anew and overlooks a cell is told here.
"""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from server.tests.house.matrix import PERSONS, Key, read

TABLE = read()
EVALUATORS = ("judge", "rival_judge", "expert", "unassigned", "conflicted")
OPERATORS = ("manager", "coordinator", "verifier", "auditor")
STARTUPS = ("ceo", "staff", "rival_ceo")
COMPANIES = ("lead", "owner", "rival_lead")
OUTSIDE = ("visitor", "newcomer", "platform", "platform_open", "other_manager", "sponsor", *COMPANIES)
BEFORE_RELEASE = ("open", "preparing", "declaring", "scoring", "computed", "decided")
#: tells nothing: a visitor is asked to sign in for what exists and what does not (test_visitors.py)
NOTHING = ("404", "405", "302→login")
CONTENT = ("plan", "founder", "price", "deck")


def cells(
    *personas: str, rooms: str = "", phases: Iterable[str] = (), address: str = ""
) -> Iterable[tuple[Key, str, str]]:
    wanted = set(phases)
    for key, row in TABLE.items():
        if (not wanted or key[0] in wanted) and key[1].startswith(rooms) and (not address or key[1] == address):
            yield from ((key, persona, row[persona]) for persona in personas)


def shows(cell: str, *secrets: str) -> bool:
    inside = cell.partition("[")[2].partition("]")[0].split()
    return bool(set(inside) & set(secrets))


def none(found: Iterable[tuple[Key, str, str]]) -> None:
    assert [f"{' '.join(key)} as {persona}: {cell}" for key, persona, cell in found] == []


def test_nothing_fails() -> None:
    none(each for each in cells(*PERSONS) if each[2].startswith("5"))


def test_reading_changes_nothing() -> None:
    none(each for each in cells(*PERSONS) if each[0][3] == "GET" and "CHANGES" in each[2])


def test_visitors_change_nothing() -> None:
    none(each for each in cells("visitor") if "CHANGES" in each[2])


def test_visitors_are_asked_to_sign_in_wherever_they_may_not_look() -> None:
    """404 only where signing in would help nobody."""
    helps_nobody = ("selection:result", "evaluation:draw-public-record", "site:metrics", "notices:mail", "api")
    wrong = (each for each in cells("visitor") if each[0][3] == "GET" and each[2].startswith(("403", "404")))
    none(
        each for each in wrong
        if not each[0][1].startswith(helps_nobody) and each[0][1:3] != ("selection:record", "public")
    )  # fmt: skip


def test_auditors_only_read() -> None:
    """But for their own account: messages and roles."""
    none(
        each for each in cells("auditor") if "CHANGES" in each[2] and not each[0][1].startswith(("people:", "notices:"))
    )


def test_auditors_are_refused_before_their_words_are_read() -> None:
    """422 would say: mend the form. Exports and statements are theirs; tokens, profile and a startup of their own account;
    and a mailed link is answered by who holds its secret, whoever that is."""
    theirs = ("people:", "records:export", "applications:export", "applications:start", "selection:export", "selection:meet_up_export",
              "evaluation:draw-export", "evaluation:export-sessions", "projects:export", "funding:statement", "funding:challenge_statement", "outcomes:export",
              "projects:sign_by_link", "verification:export")  # fmt: skip
    none(each for each in cells("auditor") if each[2].startswith("422") and not each[0][1].startswith(theirs))


def test_who_is_in_a_pool_is_for_who_conducts_the_round() -> None:
    """The second body sees pseudonyms; everybody else the public page."""
    everybody = tuple(p for p in PERSONS if p not in ("manager", "coordinator", "auditor"))
    none(each for each in cells(*everybody, rooms="evaluation:draw") if shows(each[2], "colleague"))
    assert any(shows(each[2], "colleague") for each in cells("auditor", address="evaluation:draw"))
    inside = ("evaluation:draw-public", "evaluation:draw-public-record")
    none(
        each
        for each in cells(*OUTSIDE, *EVALUATORS, *STARTUPS, rooms="evaluation:draw")
        if each[0][1] not in inside and each[1] not in ("lead", "owner") and each[2] not in NOTHING
    )


def test_managers_never_score_and_never_edit_a_submission() -> None:
    none(each for each in cells("manager", rooms="evaluation:ballot") if each[2] not in NOTHING)
    for page in ("lock", "reopen", "recuse"):
        none(each for each in cells("manager", address=f"evaluation:{page}") if each[2] not in NOTHING)
    none(each for each in cells(*OPERATORS, rooms="applications:") if "CHANGES" in each[2])
    none(each for each in cells("manager", phases=BEFORE_RELEASE) if shows(each[2], "points", "comment"))


def test_coordinators_never_change_scores() -> None:
    for page in ("ballot", "ballot-save", "lock", "recuse"):
        none(each for each in cells("coordinator", address=f"evaluation:{page}") if "CHANGES" in each[2])


def test_a_draft_exists_for_its_startup_only() -> None:
    others = [persona for persona in PERSONS if persona not in ("ceo", "staff")]
    none(each for each in cells(*others, phases=("open",)) if shows(each[2], "title", *CONTENT))
    none(
        each
        for each in cells(*others, phases=("open",))
        if shows(each[2], "applicant") and not each[0][1].startswith("people:")
    )
    alone = ("applications:list", "applications:export", "applications:start")
    none(
        each
        for each in cells(*others, rooms="applications:", phases=("open",))
        if each[0][1] not in alone and each[2] not in NOTHING
    )


def test_demands_that_are_not_proposed_exist_for_their_company_only() -> None:
    others = [persona for persona in PERSONS if persona not in ("lead", "owner")]
    none(each for each in cells(*others) if shows(each[2], "draft"))
    none(each for each in cells("rival_lead", "rival_judge", "judge", *STARTUPS) if shows(each[2], "proposed"))


def test_those_outside_never_see_an_application() -> None:
    none(each for each in cells(*OUTSIDE) if shows(each[2], "title", "comment", "points", *CONTENT))
    none(
        each
        for each in cells(*OUTSIDE)
        if shows(each[2], "colleague") and (each[1], each[0][1]) != ("platform_open", "people:organisation")
    )


def test_sponsors_never_see_evaluation_data() -> None:
    own_lists = ("evaluation:list", "selection:list", "selection:result", "selection:places", "selection:meet_ups")
    closed = ("404", "405", "403:only_the_operator")
    public = ("evaluation:draw-public", "evaluation:draw-public-record")  # pseudonyms, for everybody
    none(
        each
        for each in cells("sponsor", rooms="evaluation:")
        if each[0][1] not in (*own_lists, *public) and each[2] not in closed
    )
    none(
        each
        for each in cells("sponsor", rooms="selection:")
        if each[0][1] not in own_lists and each[0][2] != "public" and each[2] not in closed
    )
    for page in ("selection:places", "selection:meet_ups"):  # nothing of anybody's in it
        none(each for each in cells("sponsor", address=page) if each[2] not in ("200", "405"))


def test_platform_staff_without_a_session_are_anybody() -> None:
    differ = [key for key, row in TABLE.items() if row["platform"] != row["newcomer"]]
    assert {key[1] for key in differ} == {"people:staff"}


def test_platform_staff_with_a_session_see_no_application_and_no_evaluation() -> None:
    for room in ("applications:", "evaluation:", "selection:"):
        none(
            each
            for each in cells("platform_open", rooms=room)
            if each[2] != TABLE[each[0]]["newcomer"] and each[0][2] != "unannounced"
        )


def test_another_operators_manager_sees_nothing_of_ours() -> None:
    none(each for each in cells("other_manager") if shows(each[2], "title", "applicant", "unannounced", "note", *CONTENT)
         and each[0][1] not in ("selection:result", "people:invitation"))  # fmt: skip


def test_evaluators_see_nothing_before_they_declared() -> None:
    none(
        each
        for each in cells(*EVALUATORS, phases=("preparing", "declaring"))
        if shows(each[2], "title", *CONTENT)
        or (each[0][1].startswith("applications:") and each[2] not in NOTHING and each[0][1] != "applications:list")
    )
    none(each for each in cells(*EVALUATORS, phases=("preparing",)) if shows(each[2], "applicant"))


def test_unassigned_and_conflicted_evaluators_see_nothing_of_a_case() -> None:
    none(each for each in cells("unassigned", "conflicted", "rival_judge") if shows(each[2], "title", *CONTENT))
    for page in ("application", "document", "model_file", "progress"):
        none(
            each
            for each in cells("unassigned", "conflicted", "rival_judge", address=f"applications:{page}")
            if each[2] not in NOTHING
        )
    none(
        each
        for each in cells("unassigned", "conflicted", "rival_judge", rooms="evaluation:ballot")
        if each[2] not in NOTHING
    )


def test_evaluators_never_see_the_ballots_of_others_nor_who_evaluates() -> None:
    none(each for each in cells(*EVALUATORS, *STARTUPS, *COMPANIES) if shows(each[2], "points", "comment", "colleague"))


def test_a_blind_stage_hides_who_applied() -> None:
    none(
        each
        for each in cells("expert", "judge", phases=("scoring", "computed", "decided"))
        if shows(each[2], "applicant", "founder", "deck")
    )
    none(each for each in cells("expert") if shows(each[2], "price"))


def test_nobody_but_the_startup_and_the_operator_gets_a_model() -> None:
    none(
        each
        for each in cells(*EVALUATORS, *COMPANIES, "sponsor", address="applications:model_file")
        if each[2].startswith("200")
    )


def test_access_ends_with_the_round() -> None:
    none(each for each in cells(*EVALUATORS, phases=("decided", "released")) if shows(each[2], *CONTENT))


def test_staff_never_submit_and_never_withdraw() -> None:
    for page in ("check", "withdraw"):
        none(
            each
            for each in cells("staff", address=f"applications:{page}")
            if each[0][3] == "POST" and each[2] != "403:only_the_ceo"
        )


def test_a_submission_never_changes() -> None:
    none(each for each in cells(*PERSONS, rooms="applications:", phases=BEFORE_RELEASE[1:]) if "CHANGES" in each[2])


def test_nobody_sees_an_outcome_before_the_release() -> None:
    others = [persona for persona in PERSONS if persona not in ("manager", "coordinator", "auditor")]
    none(
        each
        for each in cells(*others, rooms="selection:", phases=BEFORE_RELEASE)
        if each[0][1] not in ("selection:list", "selection:remarks") and each[2] not in NOTHING
    )
    none(each for each in cells(*PERSONS, address="selection:own", phases=BEFORE_RELEASE) if each[2] not in NOTHING)


def test_how_sure_a_ranking_is_exists_for_the_operator_only() -> None:
    """And what evaluators are told about their ballots, for them alone."""
    others = [persona for persona in PERSONS if persona not in ("manager", "coordinator", "auditor")]
    for page in ("how_sure", "how_sure_progress", "estimate", "deviations"):
        none(each for each in cells(*others, address=f"selection:{page}") if each[2] not in NOTHING)
    rest = [persona for persona in PERSONS if persona not in EVALUATORS]
    none(each for each in cells(*rest, address="selection:remarks") if each[2] not in NOTHING)
    none(each for each in cells("manager", rooms="selection:") if shows(each[2], "points") and each[0][2] != "full")


def test_rivals_never_see_each_others_results() -> None:
    for page in ("own", "own_record"):
        none(each for each in cells("rival_ceo", address=f"selection:{page}") if each[2] not in NOTHING)


def test_of_a_meet_up_each_side_sees_its_own_meetings_only() -> None:
    """And of the whole nobody but the operator sees anything."""
    for side, own in (("place", ("ceo", "staff")), ("demand", ("lead", "owner"))):
        for page in ("", "_calendar", "_export"):
            others = [persona for persona in PERSONS if persona not in own]
            none(each for each in cells(*others, address=f"selection:meet_as_{side}{page}") if each[2] not in NOTHING)
    others = [persona for persona in PERSONS if persona not in ("manager", "coordinator", "auditor")]
    for page in ("meet_up", "meet_up_record", "timetable", "timetable_progress", "meet_up_export", "meeting_absence"):
        none(each for each in cells(*others, address=f"selection:{page}") if each[2] not in NOTHING)
    none(
        each
        for each in cells(*others, address="selection:meet_ups")
        if shows(each[2], "applicant") and each[1] not in STARTUPS
    )


def test_of_the_presentations_everybody_sees_their_own_only() -> None:
    """The whole: the operator. An evaluator no colleague and, in a blind stage, no applicant; an applicant nobody else."""
    conduct, evaluators, applicants = ("manager", "coordinator", "auditor"), EVALUATORS, ("ceo", "staff")
    for pages, own in (
        (("own-sessions", "own-sessions-calendar"), evaluators),
        (("own-presentation", "own-presentation-calendar"), applicants),
        (("sessions", "session-record", "session-timetable", "session-progress", "export-sessions", "session-absence"), conduct),
    ):  # fmt: skip
        for page in pages:
            others = [persona for persona in PERSONS if persona not in own]
            none(each for each in cells(*others, address=f"evaluation:{page}") if not each[2].startswith(NOTHING))
    for page in ("own-sessions", "own-sessions-calendar"):
        none(
            each
            for each in cells(*evaluators, address=f"evaluation:{page}")
            if shows(each[2], "applicant", "colleague")
        )
    none(each for each in cells(*applicants, address="evaluation:own-presentation") if shows(each[2], "colleague"))


@pytest.mark.parametrize("move", ["decide", "reconsider", "release"])
def test_only_a_manager_decides(move: str) -> None:
    others = [persona for persona in PERSONS if persona != "manager"]
    none(each for each in cells(*others, address=f"selection:{move}") if not each[2].startswith(("403", *NOTHING)))


def test_personal_words_beside_the_chain_are_read_by_few() -> None:
    readers = ("manager", "auditor", "platform_open")
    others = [persona for persona in PERSONS if persona not in readers]
    none(each for each in cells(*others, rooms="records:") if shows(each[2], "note"))
