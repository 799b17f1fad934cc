from __future__ import annotations

import json
from datetime import timedelta

import pytest

from didimdol.programmes.rulebook import KST, diff, export, from_canonical, notes, parse, resolve_calendar

from .presets import NAMES, preset, text_of


@pytest.mark.parametrize("name", NAMES)
def test_a_preset_is_sound_and_survives_export_and_storage(name: str) -> None:
    loaded = preset(name)
    assert loaded.text == text_of(name)
    exported = export(loaded.rulebook)
    again = parse(exported, name)
    assert again.digest == loaded.digest
    assert export(again.rulebook) == exported
    stored = json.loads(json.dumps(loaded.canonical))
    assert from_canonical(stored) == loaded.rulebook
    assert from_canonical(stored).digest() == loaded.digest
    assert diff(loaded.rulebook, again.rulebook) == []
    assert notes(loaded.rulebook) == []


@pytest.mark.parametrize("name", NAMES)
def test_every_text_of_a_preset_is_bilingual(name: str) -> None:
    def walk(value: object, path: str) -> None:
        if isinstance(value, dict):
            if "ko" in value:
                assert value["ko"] and value.get("en"), path
            for key, item in value.items():
                walk(item, f"{path}.{key}")
        elif isinstance(value, list):
            for place, item in enumerate(value):
                walk(item, f"{path}.{place}")

    walk(preset(name).canonical, name)


def test_on_device_is_the_programme_of_2025() -> None:
    book = preset().rulebook
    assert [entry.quota for entry in book.fields] == [3, 3, 2, 2, 2, 3]
    assert all(entry.assumed and entry.demand_company == "lg-electronics" for entry in book.fields)
    assert book.demands.places == 15
    assert book.grant.cap == 100_000_000
    assert [stage.kind for stage in book.stages] == ["paper", "presentation"]
    paper = book.stage_rules[0]
    assert paper.panel_size == 7 and paper.shortlist_factor == 2
    assert (paper.trim.drop_high, paper.trim.drop_low, paper.trim.min_ballots) == (1, 1, 5)
    assert book.assumption("fields.laptop.quota") is not None
    assert book.assumption("grant.cap") is None
    when = resolve_calendar(book)
    assert when["opens"].isoformat() == "2025-02-26T10:00:00+09:00"
    assert when["closes"].isoformat() == "2025-03-18T16:00:00+09:00"
    assert when["showcase"].date().isoformat() == "2025-11-05"
    assert when["confirmation"] == when["release"].replace(hour=17, minute=0) + timedelta(days=5)
    assert all(moment.tzinfo is KST for moment in when.values())


def test_vertical_gives_one_place_and_one_partner_to_each_field() -> None:
    book = preset("2025-vertical.yaml").rulebook
    assert [entry.quota for entry in book.fields] == [1, 1, 1, 1]
    assert len({entry.demand_company for entry in book.fields}) == 4
    assert book.demands.walls


def test_mid_size_pools_its_places_and_has_a_meet_up_without_scores() -> None:
    book = preset("mid-size.yaml").rulebook
    assert book.evaluation.selection.quota == 10 and len(book.fields) == 15
    assert [stage.kind for stage in book.stages] == ["paper", "meet_up", "presentation"]
    assert book.stage("meet-up").rule is None and len(book.stage_rules) == 2
    assert book.eligibility.max_age_years == 7


@pytest.mark.parametrize("lookup", ["stage", "field", "party", "consent", "document"])
def test_what_is_not_there_is_a_key_error(lookup: str) -> None:
    with pytest.raises(KeyError):
        getattr(preset().rulebook, lookup)("nothing")
