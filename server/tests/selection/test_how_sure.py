"""How sure a ranking is: who reads it, that it changes nothing, that a stale one is recognised, and that it goes."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from didimdol.applications import actions as applications
from didimdol.kernel import clock
from didimdol.kernel.actor import SYSTEM
from didimdol.kernel.problems import AccessDenied
from didimdol.notices.models import Todo
from didimdol.people import actions as people
from didimdol.people.enums import OrganisationKind, Role
from didimdol.people.models import Person
from didimdol.programmes.loading import moments_of
from didimdol.programmes.queries import rules_of
from didimdol.programmes.rulebook import HowSureRules
from didimdol.records.models import AccessEntry, AuditEvent
from didimdol.selection import actions, sureness, sureness_rules
from didimdol.selection.actions.estimates import delete_overdue
from didimdol.selection.models import Estimate, Line, Remark, Selection
from didimdol.selection.sureness_figures import offset_axis, rank_axis
from didimdol.selection.tasks import delete_estimates
from didimdol.selection.tasks import estimate as task
from server.tests import worlds
from server.tests.selection import sure
from server.tests.selection.standing import standing
from server.tests.selection.test_settling import line_of

SignedIn = Callable[[Person], Client]


@standing.world
def world() -> worlds.World:
    return sure.make()


@standing.world
def computed(world: worlds.World) -> Selection:
    return sure.computed(world)


@standing.world
def estimate(computed: Selection) -> Estimate:
    return sure.estimated(computed)


def url(selection: Selection, more: str = "") -> str:
    return f"/selection/{selection.pk}/how-sure/{more}"


def page(client: Client, selection: Selection, language: str = "ko") -> str:
    return client.get(url(selection), headers={"accept-language": language}).content.decode()


# --- what it says, to whom -----------------------------------------------------------------------------------------


def test_the_page_says_it_and_changes_nothing(world: worlds.World, computed: Selection, signed_in: SignedIn) -> None:
    def all_of_it() -> Any:
        computed.refresh_from_db()
        rows = Line.objects.within(selection=computed).order_by("pk").values_list()
        return computed.row_version, computed.inputs, computed.outcome, list(rows)

    before = all_of_it()
    content = sure.estimated(computed).content
    korean = page(signed_in(world.manager), computed)
    english = page(signed_in(world.auditor), computed, "en")
    assert all_of_it() == before
    assert "공식 순위는 공고한 규칙과 제출된 평가표만으로 정해집니다" in korean
    lines = {str(line.application_id): line for line in Line.objects.within(selection=computed)}
    shown = [row for row in content["applications"] if row["stands"]]
    assert len(shown) == 6
    for row in shown:
        assert f"{row['rank_low']}–{row['rank_high']}위, 공식 {lines[row['id']].rank}위" in korean
    strips = len(shown) + sum(judge["offset"] is not None for judge in content["judges"])
    assert korean.count('class="evidence-line strip"') == strips
    assert korean.count('<tr class="close">') == sum(row["borderline"] for row in shown)
    assert "ICC(k)" in korean and "%는 신청의 차이에서" in korean
    assert "<style" not in korean and " style=" not in korean
    # In English nothing Korean is left but the names that have no English.
    assert "How sure the ranking is" in english and "come from the applications" in english
    main = re.sub(r"<[^>]+>", " ", english[english.index("<main") : english.index("</main>")])
    left = {word for word in re.findall(r"[가-힣]+", main) if not word.startswith(("새싹", "전문가", "심사역"))}
    assert left <= {"리버전자", "힐로봇", *(p.name for p in world.experts)}, left


def test_who_reads_it(
    world: worlds.World, computed: Selection, estimate: Estimate, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    foreign = worlds.person("타기관")
    other = people.create_organisation(
        actor=SYSTEM, kind=OrganisationKind.OPERATOR, name={"ko": "다른기관", "en": "Another"}
    )
    worlds.give(foreign, other, Role.MANAGER)
    readers = (
        world.manager, world.coordinator, world.auditor, world.experts[0], world.judges["river"][0], world.ceos[0], foreign,
    )  # fmt: skip
    clients = [signed_in(person) for person in readers] + [Client()]
    for settings, inside in (
        (HowSureRules(), (200, 200, 200)),
        (HowSureRules(seen_by=("manager",)), (200, 403, 403)),
        (HowSureRules(enabled=False), (403, 403, 403)),
    ):
        monkeypatch.setattr(sureness_rules, "settings_of", lambda challenge, given=settings: given)
        for more in ("", "progress/"):
            got = tuple(client.get(url(computed, more)).status_code for client in clients)
            assert got == (*inside, 404, 404, 404, 404, 302)
        linked = clients[0].get(f"/selection/{computed.pk}/").content.decode()
        assert (url(computed) in linked) is (inside[0] == 200)
    monkeypatch.undo()
    # Names are for those who read ballots; a manager never does.
    names = [person.name for person in world.experts]
    for client, sees in zip(clients[:3], (False, True, True), strict=True):
        text = page(client, computed)
        assert [f">{name}<" in text or f"{name}<span" in text for name in names] == [sees] * 3
        assert "전문가 1" in text
    entry = AccessEntry.objects.within(subject_id=computed.pk, person=world.auditor.pk).first()
    assert entry is not None and (entry.what, entry.outcome) == ("how sure a ranking is", "opened")
    # Who works on the selection may have it made; nobody makes or deletes it by hand.
    assert clients[2].post(url(computed, "estimate/")).status_code == 403
    assert clients[3].post(url(computed, "estimate/")).status_code == 404
    answer = clients[1].post(url(computed, "estimate/"))
    assert (answer.status_code, answer["Location"]) == (302, url(computed))
    with pytest.raises(AccessDenied):
        actions.estimate_selection(actor=world.runs, selection=computed)
    with pytest.raises(AccessDenied):
        actions.delete_estimate(actor=world.runs, estimate=estimate)


def test_with_nothing_to_say_it_says_so(db: None, signed_in: SignedIn) -> None:
    """Not one ballot was locked in time."""
    world = sure.make(applications=1)
    round = worlds.scoring_round(world)
    clock.move_to(round.closes_at)
    selection = actions.compute_selection(actor=world.runs, round=worlds.close(world, round))
    sure.estimated(selection)
    text = page(signed_in(world.manager), selection)
    assert "평가표가 한 장도 없습니다" in text and "strip" not in text


# --- made in the background, and made anew -------------------------------------------------------------------------


def test_it_is_made_in_the_background_and_made_anew_when_the_ranking_moves(
    world: worlds.World, computed: Selection, signed_in: SignedIn
) -> None:
    jobs = ProcrastinateJob.objects.filter(task_name="selection.estimate", args={"selection": str(computed.pk)})
    assert jobs.count() == 1
    manager = signed_in(world.manager)
    waiting = page(manager, computed)
    assert "추정하고 있습니다" in waiting and f'hx-get="{url(computed, "progress/")}"' in waiting
    assert 'class="evidence-line' not in waiting
    poll = manager.get(url(computed, "progress/"), headers={"hx-request": "true"})
    assert "HX-Refresh" not in poll
    asked = {"hx-request": "true", "if-none-match": poll["ETag"]}
    assert manager.get(url(computed, "progress/"), headers=asked).status_code == 304
    task(selection=str(computed.pk))
    ready = manager.get(url(computed, "progress/"), headers=asked)
    assert (ready.status_code, ready["HX-Refresh"]) == (200, "true")
    assert "추정하고 있습니다" not in page(manager, computed)
    first = Estimate.objects.within(selection=computed).get()

    stale = Selection.objects.within(pk=computed.pk).get()
    line = line_of(computed, "01")
    actions.exclude_line(actor=world.actor(world.manager), line=line, ground="ineligible", reason="휴업")
    assert "추정하고 있습니다" in page(manager, computed), "figures of another ranking are not shown"
    assert jobs.count() == 2
    actions.estimate_selection(actor=SYSTEM, selection=stale)
    assert Estimate.objects.within(selection=computed).get().digest == first.digest, "a late task overwrites nothing"
    task(selection=str(computed.pk))
    anew = Estimate.objects.within(selection=computed).get()
    computed.refresh_from_db()
    assert anew.pk == first.pk and anew.digest != first.digest
    assert anew.digest == sureness.digest_of(computed)
    assert "점수 없음·제외 1" in page(manager, computed)

    assert "다시 계산해 주십시오" not in page(manager, computed)
    own = world.applications[1]
    applications.withdraw_application(actor=world.actor(world.ceos[1]), application=own, reason="사정")
    assert "다시 계산해 주십시오" in page(manager, computed)


def test_where_the_rulebook_says_no_none_is_asked_for(db: None) -> None:
    world = sure.make(settings={"enabled": False}, applications=1)
    selection = sure.computed(world)
    assert not ProcrastinateJob.objects.filter(task_name="selection.estimate").exists()
    assert not Estimate.objects.within(selection=selection).exists()


# --- in nothing that leaves, and until when ------------------------------------------------------------------------


def test_nothing_of_it_leaves_and_it_is_deleted(
    world: worlds.World, computed: Selection, estimate: Estimate, signed_in: SignedIn
) -> None:
    client = signed_in(world.manager)
    answer = client.post(f"/selection/{computed.pk}/export/", {"reason": "위원회 자료"})
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        written = "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))
    manager = world.actor(world.manager)
    actions.decide_selection(actor=manager, selection=computed)
    waiting = Todo.objects.within(person=sure.seat_of(computed.round, sure.HARSH).person)
    assert waiting.filter(closed_at=None).exists()
    released = actions.release_selection(actor=manager, selection=computed)
    assert not waiting.filter(closed_at=None).exists(), "with the release nobody reads a reply any more"
    assert released.record is not None
    sealed = str(released.record.document)
    for word in ("resampled", "rank_low", "borderline", "leaning", "확실성"):
        assert word not in sealed and word not in written
    for row in estimate.content["applications"]:
        assert f"'{row['quality']}'" not in sealed
    events = AuditEvent.objects.within(type__startswith="selection_estimate")
    assert [set(event.facts) for event in events] == [{"digest"}]
    own = world.applications[0]
    seen = {
        signed_in(world.ceos[0]): (f"/selection/own/{own.pk}/", f"/applications/{own.pk}/", "/selection/", "/home/"),
        Client(): (f"/selection/results/{world.challenge.slug}/", f"/challenges/{world.challenge.slug}/"),
    }
    for reader, pages in seen.items():
        for address in pages:
            got = reader.get(address)
            text = got.content.decode()
            assert got.status_code == 200 and "how-sure" not in text and "확실성" not in text, address

    until = sureness_rules.kept_until(released)
    assert until is not None and (until.date() - clock.now().astimezone(clock.KST).date()).days == 6 + 30
    leanings = Remark.objects.within(seat__round=computed.round, kind="leaning")
    reasons = Remark.objects.within(seat__round=computed.round, kind="deviation").count()
    judges = estimate.content["judges"]
    marked = [j for j in judges if j["leaning"] in ("harsh", "lenient") and abs(Decimal(j["offset"])) >= 2]
    assert leanings.count() == len(marked) > 0 and reasons > 0
    clock.move_to(until - timedelta(minutes=1))
    delete_overdue(SYSTEM)
    assert Estimate.objects.within(selection=computed).exists()
    clock.move_to(until + timedelta(minutes=1))
    delete_overdue(SYSTEM)
    assert not Estimate.objects.within(selection=computed).exists() and not leanings.exists()
    assert Remark.objects.within(seat__round=computed.round, kind="deviation").count() == reasons, "a form, no advice"
    event = AuditEvent.objects.within(type="selection_estimate.deleted").get()
    assert event.facts == {"remarks": len(marked), "keep_days": 30}
    assert "추정을 지웠습니다" in page(client, computed)
    assert client.post(url(computed, "estimate/")).status_code == 403
    task(selection=str(computed.pk))
    assert not Estimate.objects.within(selection=computed).exists(), "nothing brings it back"


def test_an_estimate_of_what_is_never_released_goes_too(
    world: worlds.World, computed: Selection, estimate: Estimate, signed_in: SignedIn
) -> None:
    """Kept as if the result had been released on the announced day; a ranking computed later has its own time."""
    client = signed_in(world.coordinator)
    announced = moments_of(rules_of(world.challenge))["release"]
    assert clock.now() < announced
    clock.move_to(announced + timedelta(days=30))
    delete_estimates(timestamp=0)
    assert "보관 기한" in page(client, computed) and Estimate.objects.within(selection=computed).exists()
    waiting = Todo.objects.within(person=sure.seat_of(computed.round, sure.HARSH).person)
    before = waiting.filter(closed_at=None).count()
    clock.move_to(announced + timedelta(days=45))
    delete_estimates(timestamp=0)
    assert waiting.filter(closed_at=None).count() == before - 1
    assert not Estimate.objects.within(selection=computed).exists()
    assert "추정을 지웠습니다" in page(client, computed)
    assert not Remark.objects.within(seat__round=computed.round, kind="leaning").exists()
    # the committee computes it again before it decides after all
    actions.compute_selection(actor=world.runs, round=computed.round)
    task(selection=str(computed.pk))
    assert Estimate.objects.within(selection=computed).exists()


# --- cost ----------------------------------------------------------------------------------------------------------


def test_the_page_costs_the_same_with_fifty_more(
    world: worlds.World, computed: Selection, estimate: Estimate, signed_in: SignedIn, queries: Any
) -> None:
    client = signed_in(world.coordinator)
    page(client, computed)
    judges = len(estimate.content["judges"])
    with queries(PAGE_QUERIES):
        assert page(client, computed).count('<th scope="row">') == 6 + judges
    sure.add_lines(world, computed, 50)
    with queries(PAGE_QUERIES):
        assert page(client, computed).count('<th scope="row">') == 56 + judges


PAGE_QUERIES = 20


# --- figures -------------------------------------------------------------------------------------------------------


def test_the_axis_of_ranks() -> None:
    axis = rank_axis(4)
    assert [axis.at(rank) for rank in (1, 2, 3, 4)] == ["43.5", "114.5", "185.5", "256.5"]
    assert axis.strip(1, 2, 3, None).line is None
    assert rank_axis(1).at(1) == "79.0"


def test_the_axis_of_offsets_has_zero_in_the_middle() -> None:
    axis = offset_axis([-4, 2])
    assert [axis.at(value) for value in (-4, 0, 4, 9)] == ["8.0", "150.0", "292.0", "292.0"]
    assert offset_axis([]).at(0) == "150.0"
