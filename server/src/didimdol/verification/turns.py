"""Whose turn it is: among jobs of one priority the applicants take turns.

Each job waits in a round. The first waiting job of every applicant stands in the round that is being served, an
applicant's next one in the round after: nobody's second goes before anybody's first. Order of the queue: priority, round,
age. A job keeps its round when a device hands it back. (Start-time fair queueing with jobs of one length: Goyal, Vin and
Cheng, 1996.)
"""

from __future__ import annotations

from django.db import connection
from django.db.models import Q

from didimdol.verification.models import DeviceJob

ORDER = ("priority", "turn", "created_at", "id")


def next_turn(job: DeviceJob) -> int:
    """The round of a job that is about to wait; three look-ups by index. Inside an action.

    Jobs compete where they need the same labels; the round of the others counts only where no such job waits, so that a
    kind whose queue ran empty does not begin before all others.
    """
    with connection.cursor() as cursor:  # two requests of one applicant at once would else share a round
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext('didimdol.verification.turn'), hashtext(%s))", [job.owner.hex]
        )
    queue = DeviceJob.objects.within(operator=job.operator, priority=job.priority, health_of=None)
    alike = queue.filter(labels=job.labels)
    own = alike.filter(Q(state="queued") | Q(attempts__gt=0), owner=job.owner).order_by("-turn")
    waiting = alike.filter(state="queued").order_by("turn")
    taken = queue.filter(attempts__gt=0).order_by("-turn")
    mine, first, last = (found.values_list("turn", flat=True).first() for found in (own, waiting, taken))
    served = first if first is not None else last if last is not None else 0
    return served if mine is None else max(served, mine + 1)


def before(job: DeviceJob) -> Q:
    """The jobs that stand before this one."""
    condition, equal = Q(pk__in=[]), Q()
    for name in ORDER:
        condition |= equal & Q(**{f"{name}__lt": getattr(job, name)})
        equal &= Q(**{name: getattr(job, name)})
    return condition
