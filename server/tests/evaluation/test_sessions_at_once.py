"""Two at once: a timetable is published while an applicant withdraws, or while another coordinator publishes."""

from __future__ import annotations

from functools import partial

import pytest

from didimdol.applications.actions import withdraw_application
from didimdol.evaluation import actions
from didimdol.kernel.problems import Problem
from server.tests.evaluation import presenting as of
from server.tests.evaluation.presenting import Presenting
from server.tests.together import together

pytestmark = pytest.mark.django_db(transaction=True)


def made() -> Presenting:
    return of.made(applications=2, experts=2).plan().make()


def test_who_withdraws_while_the_timetable_is_published_has_no_session() -> None:
    """Whichever comes first: nobody fails but for what the other did, and no session of the withdrawn stands."""
    found = made()
    publish = partial(actions.publish_sessions, actor=found.runs, sessions=found.row, digest=found.digest)
    withdraw = partial(withdraw_application, actor=found.ceo(1), application=found.application(1), reason="사정")
    published, withdrawn = together(publish, withdraw)
    assert not isinstance(withdrawn, Exception), withdrawn
    assert found.application(1).pk not in found.where()
    if isinstance(published, Exception):
        assert isinstance(published, Problem) and published.code == "timetable_changed", published
        assert found.row.state == "draft" and not found.sessions()
    else:
        assert list(found.where()) == [found.application(2).pk]
        assert [row.why for row in found.sessions(ended=True)] == ["withdrawn"]


def test_published_twice_at_once_is_published_once() -> None:
    found = made()
    digest = found.digest
    both = together(
        *[
            partial(actions.publish_sessions, actor=found.world.actor(who), sessions=found.row, digest=digest)
            for who in (found.world.coordinator, found.world.manager)
        ]
    )
    assert not [one for one in both if isinstance(one, Exception)], both
    assert len(found.sessions()) == 2 and not found.clashes()
