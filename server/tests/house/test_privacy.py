"""Every field of every model says which personal data it holds and how long it is kept."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps

from didimdol.kernel.privacy import ROW_FIELDS, STATE_FIELDS, Privacy
from didimdol.kernel.rows import Row, StatefulRow
from didimdol.people.third_party import THIRD_PARTY

OURS = [m for m in apps.get_models() if m.__module__.startswith("didimdol.")]
OTHERS = [m for m in apps.get_models() if not m.__module__.startswith("didimdol.")]


def columns(model: Any) -> set[str]:
    return {f.name for f in model._meta.get_fields() if f.concrete}


@pytest.mark.parametrize("model", OURS, ids=lambda m: m._meta.label)
def test_each_field_is_classified_once(model: Any) -> None:
    privacy: Privacy = model.privacy
    named = privacy.named()
    given = set(ROW_FIELDS if issubclass(model, Row) else ())
    if issubclass(model, StatefulRow):
        given |= set(STATE_FIELDS)
    assert sorted(named) == sorted(set(named)), "named twice"
    assert set(named) | given == columns(model)


@pytest.mark.parametrize("model", OTHERS, ids=lambda m: m._meta.label)
def test_tables_of_libraries_are_classified_too(model: Any) -> None:
    assert set(THIRD_PARTY[model._meta.db_table].named()) == columns(model)
