"""What every test of the server may use. Rows are made by the product's own actions."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.db import connection
from django.test import Client

from didimdol.kernel import clock
from didimdol.kernel.actor import Actor
from server.tests import making
from server.tests.standing import in_order_of_worlds

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # the browser's driver runs a loop in the test's thread


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items[:] = in_order_of_worlds(items)


@pytest.fixture(autouse=True)
def test_settings(settings: Any, tmp_path: Any) -> None:
    settings.DIDIMDOL_CLOCK_MOVABLE = True
    settings.DEVELOPMENT = True
    settings.SECURE_SSL_REDIRECT = False
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.STORAGES = {
        **django_settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Append-only tables refuse TRUNCATE; only a database that says it is for tests may be emptied by its owner. At the end
    a thread of the live server may still hold a connection, or open one for a request that waited: nobody comes in any
    more, or the database could not be dropped."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        name = connection.settings_dict["NAME"]
        assert "test" in name
        cursor.execute(f"ALTER DATABASE \"{name}\" SET didimdol.test_database = 'yes'")
        cursor.execute("SET didimdol.test_database = 'yes'")
    yield
    with django_db_blocker.unblock():
        connection.close()
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
            cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])


@pytest.fixture(scope="session")
def static_root() -> None:
    Path(django_settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)


@pytest.fixture(scope="session")
def live_server(static_root: None, live_server: Any) -> Any:
    """The server lasts the whole session and starts before any test's settings: the folder it looks for is there first."""
    return live_server


@pytest.fixture(autouse=True)
def emptied_queue(request: pytest.FixtureRequest, django_db_blocker: Any) -> Iterator[None]:
    """The queue's tables are not Django's to empty: after a test that committed, its jobs are removed here."""
    yield
    marker = request.node.get_closest_marker("django_db")
    if (marker and marker.kwargs.get("transaction")) or {"transactional_db", "live_server"} & set(request.fixturenames):
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute("TRUNCATE procrastinate_jobs CASCADE")


@pytest.fixture(autouse=True)
def released_clock() -> Iterator[None]:
    yield
    clock.release()
    cache.clear()


@pytest.fixture
def clock_at() -> Callable[[str], datetime]:
    return making.clock_at


@pytest.fixture
def make_person(db: None) -> Callable[..., Any]:
    return making.make_person


@pytest.fixture
def make_organisation(db: None) -> Callable[..., Any]:
    return making.make_organisation


@pytest.fixture
def actor_for(db: None) -> Callable[[Any], Actor]:
    return making.actor_for


@pytest.fixture
def grant(db: None) -> Callable[..., Actor]:
    return making.grant


@pytest.fixture
def signed_in(db: None) -> Callable[[Any], Client]:
    return making.signed_in


@pytest.fixture
def queries(django_assert_num_queries: Any) -> Any:
    return django_assert_num_queries
