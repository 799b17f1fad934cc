"""The tables of the webhook pages, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from didimdol.api.enums import ERRORS, TEST_TOPIC
from didimdol.api.models import Delivery, Subscription
from didimdol.api.queries import deliveries_of, subscriptions_visible_to
from didimdol.api.states import DELIVERY, WEBHOOK
from didimdol.api.subjects import SUBJECTS, TOPICS
from didimdol.design.parts import Badge, Column, Empty, Filter, Link, Table
from didimdol.kernel.actor import Actor
from didimdol.kernel.paging import page
from didimdol.kernel.words import pick, text

TEST = text("시험", "Test")


def host_of(url: str) -> str:
    """Lists show the server only: the rest of an address may hold a key."""
    return url.split("/")[2] if url.count("/") >= 2 else url


def topic_label(topic: str) -> str:
    return pick(TEST) if topic == TEST_TOPIC else pick(TOPICS.get(topic)) or topic


def topics_in_words(topics: list[str]) -> list[tuple[str, str]]:
    """Thing by thing, what of it is told."""
    found = []
    for subject in SUBJECTS:
        told = [pick(label).partition(": ")[2] for topic, label in subject.topics.items() if topic in topics]
        if told:
            found.append((pick(subject.label), " · ".join(told)))
    return found


def webhooks(actor: Actor, asked: Mapping[str, str]) -> Table:
    state = asked.get("state", "")
    rows = subscriptions_visible_to(actor)
    if state in ("active", "paused"):
        rows = rows.filter(state=state)
    found = page(rows, cursor=asked.get("after", ""))
    states = [(key, pick(WEBHOOK.states[key].label)) for key in ("active", "paused")]
    return Table(
        columns=[
            Column("url", pick(text("받을 주소", "Address"))),
            Column("organisation", pick(text("조직", "Organisation"))),
            Column("challenge", pick(text("챌린지", "Challenge"))),
            Column("topics", pick(text("사건", "Events")), number=True),
            Column("owner", pick(text("만든 사람", "Set up by"))),
            Column("state", pick(text("상태", "State"))),
        ],
        rows=[_webhook(row) for row in found.rows],
        caption=pick(text("웹훅", "Webhooks")),
        show_caption=False,
        filters=[Filter("state", pick(text("상태", "State")), state, states)],
        empty=Empty(
            pick(text("웹훅이 없습니다.", "There is no webhook.")),
            pick(
                text(
                    "웹훅을 만들면 여기 일어난 일을 다른 시스템이 바로 받습니다.",
                    "With a webhook another system hears at once what happens here.",
                )
            ),
        ),
        next=found.next_cursor or "",
    )


def _webhook(row: Subscription) -> dict[str, Any]:
    state = WEBHOOK.state(row)
    return {
        "url": Link(host_of(row.url), row.get_absolute_url()),
        "organisation": pick(row.organisation.name),
        "challenge": pick(row.challenge.name) if row.challenge else pick(text("모든 챌린지", "All challenges")),
        "topics": len(row.topics),
        "owner": row.owner.name,
        "state": Badge(pick(state.label), state.kind),
    }


def deliveries(subscription: Subscription, asked: Mapping[str, str]) -> Table:
    state = asked.get("state", "")
    rows = deliveries_of(subscription)
    if state in DELIVERY.states:
        rows = rows.filter(state=state)
    found = page(rows, cursor=asked.get("after", ""))
    return Table(
        columns=[
            Column("topic", pick(text("사건", "Event"))),
            Column("at", pick(text("때", "When"))),
            Column("attempts", pick(text("시도", "Attempts")), number=True),
            Column("answer", pick(text("마지막 답", "Last answer"))),
            Column("state", pick(text("상태", "State"))),
        ],
        rows=[
            {
                "topic": Link(topic_label(row.topic), row.get_absolute_url()),
                "at": row.created_at,
                "attempts": row.attempts,
                "answer": answer_text(row.log[-1]) if row.log else "",
                "state": Badge(pick(DELIVERY.state(row).label), DELIVERY.state(row).kind),
            }
            for row in found.rows
        ],
        caption=pick(text("전달", "Deliveries")),
        show_caption=False,
        filters=[
            Filter(
                "state",
                pick(text("상태", "State")),
                state,
                [(key, pick(part.label)) for key, part in DELIVERY.states.items()],
            )
        ],
        empty=Empty(
            pick(text("아직 보낸 것이 없습니다.", "Nothing was sent yet.")),
            pick(text("시험 보내기로 받는 쪽을 확인해 보십시오.", "Try the receiver out with a test.")),
        ),
        next=found.next_cursor or "",
    )


def attempts(delivery: Delivery) -> Table:
    return Table(
        columns=[
            Column("at", pick(text("때", "When"))),
            Column("answer", pick(text("답", "Answer")), head=True),
            Column("ms", pick(text("걸린 시간(ms)", "Took (ms)")), number=True),
        ],
        rows=[
            {"at": datetime.fromisoformat(entry["at"]), "answer": answer_text(entry), "ms": entry["ms"]}
            for entry in reversed(delivery.log)
        ],
        caption=pick(text("시도", "Attempts")),
        show_caption=False,
        empty=Empty(pick(text("아직 보내지 않았습니다.", "It was not sent yet."))),
    )


def answer_text(entry: Mapping[str, Any]) -> str:
    """200 · or 503, and why it did not count."""
    status, error = entry.get("status") or "", entry.get("error") or ""
    return " · ".join(part for part in (str(status), pick(ERRORS.get(error)) or error) if part)
