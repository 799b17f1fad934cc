from __future__ import annotations

import re
from datetime import date, datetime

import pytest

from didimdol.kernel.actor import PUBLIC, SYSTEM
from didimdol.kernel.clock import KST
from didimdol.kernel.problems import AccessDenied, BadInput, WrongState
from didimdol.people.enums import Role
from didimdol.programmes.actions import create_programme, load_rulebook
from didimdol.programmes.models import Challenge, Field, Party, Programme, Rulebook
from didimdol.programmes.queries import rules_of
from didimdol.records.models import AuditEvent
from server.tests.programmes.samples import YAML, changed


def load(scene, text=YAML, who="manager", **more):
    return load_rulebook(actor=scene.acts(who), operator=scene.operator, text=text, filename="stone.yaml", **more)


def test_loading_makes_challenge_fields_parties_and_organisations(scene):
    challenge = scene.challenge
    assert challenge.state == "draft"
    assert challenge.example
    assert challenge.opens_at.isoformat() == "2025-02-26T01:00:00+00:00"
    assert challenge.closes_at.isoformat() == "2025-03-18T07:00:00+00:00"
    assert [
        (f.key, f.quota, f.demand_company.name["ko"]) for f in challenge.fields.select_related("demand_company")
    ] == [
        ("laptop", 2, "리버전자"),
        ("robot", 1, "힐로봇"),
    ]
    assert {p.key: p.part for p in challenge.parties.all()} == {
        "agency": "operator",
        "river": "demand_company",
        "hill": "demand_company",
        "chip": "technology_sponsor",
    }
    assert scene.organisations["agency"] == scene.operator
    assert scene.organisations["river"].example
    assert rules_of(challenge).digest() == challenge.rulebook.digest


def test_the_log_says_who_loaded_which_digest(scene):
    event = AuditEvent.objects.within(type="programmes.rulebook_loaded").get()
    assert event.person == scene.people["manager"].id
    assert event.facts["digest"] == scene.challenge.rulebook.digest
    assert event.chain == str(scene.challenge.id)


def test_loading_again_makes_the_next_version_and_the_same_again_none(scene):
    load(scene)
    assert Rulebook.objects.within(challenge=scene.challenge).count() == 1
    load(scene, changed("cap: 100000000", "cap: 90000000"))
    scene.fresh()
    assert scene.challenge.rulebook.version == 2
    assert rules_of(scene.challenge).grant.cap == 90_000_000
    assert Challenge.objects.within(slug="stone-2025").count() == 1
    assert Party.objects.within(challenge=scene.challenge).count() == 4


def test_a_field_that_goes_is_retired_and_a_party_that_goes_is_removed(scene):
    text = re.sub(r"  - key: robot\n(?:    .*\n)+", "", YAML)
    text = text.replace("  - {key: hill, kind: demand_company, name: {ko: 힐로봇, en: Hill Robotics}}\n", "")
    text = text.replace("demands: {places: 3}", "demands: {places: 2}")
    load(scene, text)
    assert Field.objects.within(challenge=scene.challenge, key="robot").get().retired
    assert not Party.objects.within(challenge=scene.challenge, key="hill").exists()
    load(scene)
    assert not Field.objects.within(challenge=scene.challenge, key="robot").get().retired


def test_opens_moves_the_whole_calendar(scene):
    challenge = load(scene, opens=date(2025, 4, 2))
    assert challenge.opens_at == datetime(2025, 4, 2, 10, tzinfo=KST)
    assert (challenge.closes_at - challenge.opens_at).days == 20
    assert "2025-04-02 10:00" in challenge.rulebook.text


def test_an_opening_that_breaks_the_rules_is_refused_in_words(scene):
    with pytest.raises(BadInput) as refused:
        load(scene, opens=date(2031, 4, 2))
    assert refused.value.code == "rulebook_rebase"
    assert refused.value.message["ko"]
    assert scene.fresh().rulebook.version == 1


def test_a_wrong_key_is_refused_with_line_and_remedy_and_nothing_is_half_done(scene):
    with pytest.raises(BadInput) as refused:
        load(scene, changed("grant: {cap: 100000000}", "grant: {capp: 100000000}"))
    problem = refused.value.detail["problems"][0]
    line = next(n for n, words in enumerate(YAML.splitlines(), start=1) if words.startswith("grant:"))
    assert problem["line"] == line
    assert "capp" in problem["what"]["ko"]
    assert "cap" in problem["allowed"]["ko"]
    assert problem["allowed"]["en"]
    assert Rulebook.objects.within(challenge=scene.challenge).count() == 1


@pytest.mark.parametrize("who", ["coordinator", "auditor", "lead", "stranger"])
def test_only_the_manager_loads(scene, who):
    with pytest.raises(AccessDenied):
        load(scene, changed("places: 3", "places: 3"), who=who)


def test_the_public_cannot_load_and_the_installation_can(scene, make_organisation):
    new = changed("key: stone-2025", "key: other-2025")
    with pytest.raises(AccessDenied):
        load_rulebook(actor=PUBLIC, operator=scene.operator, text=new, filename="x.yaml")
    assert load_rulebook(actor=SYSTEM, operator=scene.operator, text=new, filename="x.yaml").slug == "other-2025"


def test_a_manager_of_one_challenge_sets_up_no_other(scene, make_person, grant):
    actor = grant(make_person(), scene.operator, Role.MANAGER, challenge=scene.challenge)
    with pytest.raises(AccessDenied):
        load_rulebook(
            actor=actor, operator=scene.operator, text=changed("key: stone-2025", "key: other-2025"), filename="x.yaml"
        )
    load_rulebook(actor=actor, operator=scene.operator, text=YAML + "# seen\n", filename="x.yaml")
    assert scene.fresh().rulebook.version == 2


def test_another_operator_cannot_take_the_key(scene, make_organisation, make_person, grant):
    other = make_organisation("operator", "다른진흥원")
    actor = grant(make_person(), other, Role.MANAGER)
    with pytest.raises(BadInput) as refused:
        load_rulebook(actor=actor, operator=other, text=YAML, filename="x.yaml")
    assert refused.value.code == "challenge_key_taken"


def test_announced_rules_are_frozen(announced):
    with pytest.raises(WrongState) as refused:
        load(announced, changed("cap: 100000000", "cap: 90000000"))
    assert refused.value.code == "rules_are_frozen"
    assert announced.fresh().rulebook.version == 1


def test_organisations_are_found_again_by_name_and_kind(scene):
    challenge = load(scene, changed("key: stone-2025", "key: stone-2026"))
    again = {p.key: p.organisation_id for p in challenge.parties.all()}
    assert again == {key: organisation.id for key, organisation in scene.organisations.items()}


def test_a_programme_is_made_once(scene):
    name = {"ko": "디딤돌 사업", "en": "Stones"}
    first = create_programme(actor=scene.acts("manager"), operator=scene.operator, key="stones", name=name)
    assert first == scene.challenge.programme
    assert Programme.objects.within(operator=scene.operator).count() == 1
    with pytest.raises(AccessDenied):
        create_programme(actor=scene.acts("lead"), operator=scene.operator, key="more", name=name)
