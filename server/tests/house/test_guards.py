"""What the database refuses, whoever asks."""

from __future__ import annotations

import psycopg
import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from didimdol.kernel import guard
from didimdol.kernel.models import Blob

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("model", guard.audited_models(), ids=lambda m: m._meta.label)
def test_every_audited_table_has_its_trigger(model: type) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal",
            [f'"{model._meta.db_table}"'],
        )
        triggers = {row[0] for row in cursor.fetchall()}
    expected = {"didimdol_action"}
    if model in guard.append_only_models():
        expected |= {"didimdol_append_only", "didimdol_no_truncate"}
    assert expected <= triggers


def test_a_write_outside_an_action_is_refused() -> None:
    with pytest.raises(ProgrammingError, match="outside an action"), transaction.atomic():
        Blob.objects.create(organisation="5c5f2b6a-0000-4000-8000-000000000000", sha256="0" * 64, size=1)


@pytest.mark.parametrize("model", guard.append_only_models(), ids=lambda m: m._meta.label)
@pytest.mark.parametrize("statement", ['UPDATE "{}" SET id = id', 'DELETE FROM "{}"', 'TRUNCATE "{}" CASCADE'])
def test_the_application_role_cannot_change_what_is_append_only(model: type, statement: str) -> None:
    with pytest.raises(ProgrammingError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE didimdol_app")
        cursor.execute(statement.format(model._meta.db_table))
    assert isinstance(refused.value.__cause__, psycopg.errors.InsufficientPrivilege)
