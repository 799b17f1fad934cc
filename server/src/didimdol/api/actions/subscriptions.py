"""Webhooks: set up, changed, switched off and on, removed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from didimdol.api import outbound, rules, signing
from didimdol.api.enums import KEEPERS, PAUSED
from didimdol.api.models import Delivery, Subscription
from didimdol.api.queries import challenges_for
from didimdol.api.states import WEBHOOK
from didimdol.api.subjects import topics_for
from didimdol.kernel import clock
from didimdol.kernel.access import require
from didimdol.kernel.action import action, audit, check_version, defer, locked, notify, save
from didimdol.kernel.actor import Actor
from didimdol.kernel.limits import limit
from didimdol.kernel.problems import BadInput
from didimdol.kernel.words import Text, text
from didimdol.people.enums import OrganisationKind
from didimdol.people.models import Organisation
from didimdol.people.queries import person_of, persons_with
from didimdol.programmes.models import Challenge

AT_ONCE = 10
CHANGES_AN_HOUR = 60
#: for so long the secret before the last one signs too, so that a receiver can change over without losing anything
BOTH_SECRETS = timedelta(hours=24)


@action
def create_subscription(
    *, actor: Actor, organisation: Organisation, challenge: Challenge | None, url: str, topics: Collection[str]
) -> Subscription:
    """A new webhook, on. Its secret stands in ``.clear_secret`` of what is returned, this once.

    Raises AccessDenied, BadInput (url, topics, challenge, too many), TooMany.
    """
    by = require(rules.may_subscribe(actor, organisation, challenge))
    limit(f"webhook:{actor.person}", most=CHANGES_AN_HOUR, per=timedelta(hours=1))
    if challenge is not None and challenge not in challenges_for(actor, organisation):
        raise _bad(
            "challenge", text("이 조직과 관계없는 챌린지입니다.", "This challenge does not concern the organisation.")
        )
    organisation = locked(organisation)  # two at once do not pass the limit together
    if Subscription.objects.within(organisation=organisation).exclude(state="ended").count() >= AT_ONCE:
        raise BadInput(
            "too_many_webhooks",
            text(f"조직 하나에 웹훅은 {AT_ONCE}개까지입니다.", f"An organisation has at most {AT_ONCE} webhooks."),
            text("쓰지 않는 웹훅을 삭제해 주십시오.", "Remove one that is not used."),
        )
    clear = signing.new_secret()
    subscription = Subscription(
        organisation=organisation,
        challenge=challenge,
        owner=person_of(actor),
        url=_url(url),
        topics=_topics(organisation, topics),
        secret=signing.sealed(clear),
    )
    WEBHOOK.enter(actor, subscription, by=by, facts=_facts(subscription))
    subscription.clear_secret = clear  # type: ignore[attr-defined]  # of this object only, never of the row
    return subscription


@action
def change_subscription(
    *, actor: Actor, subscription: Subscription, url: str, topics: Collection[str], version: int | None = None
) -> Subscription:
    """Another address or other events, from the next event on; what waits goes to the new address.

    Raises AccessDenied, BadInput, Stale.
    """
    subscription = _standing(subscription)
    by = require(rules.keeps(actor, subscription))
    check_version(subscription, version)
    subscription.url, subscription.topics = _url(url), _topics(subscription.organisation, topics)
    save(subscription, "url", "topics")
    audit("webhook.changed", subscription, by=by, facts=_facts(subscription))
    return subscription


@action
def rotate_secret(*, actor: Actor, subscription: Subscription) -> Subscription:
    """A new secret, in ``.clear_secret`` this once. For 24 hours deliveries carry the signatures of both."""
    subscription = _standing(subscription)
    by = require(rules.keeps(actor, subscription))
    limit(f"webhook:{actor.person}", most=CHANGES_AN_HOUR, per=timedelta(hours=1))
    clear = signing.new_secret()
    subscription.previous_secret, subscription.previous_until = subscription.secret, clock.real() + BOTH_SECRETS
    subscription.secret = signing.sealed(clear)
    save(subscription, "secret", "previous_secret", "previous_until")
    audit("webhook.secret_rotated", subscription, by=by)
    subscription.clear_secret = clear  # type: ignore[attr-defined]
    return subscription


@action
def pause_subscription(*, actor: Actor, subscription: Subscription) -> Subscription:
    """Nothing is sent while it is off, and what happens in that time is not told later. Twice is once."""
    subscription = _standing(subscription)
    WEBHOOK.move("pause", actor, subscription)
    return subscription


@action
def resume_subscription(*, actor: Actor, subscription: Subscription) -> Subscription:
    """On again, by the roles of whoever switches it on. What still waited is sent. Twice is once."""
    subscription = _standing(subscription)
    if WEBHOOK.move("resume", actor, subscription):
        subscription.owner, subscription.failures, subscription.paused_reason = person_of(actor), 0, ""
        save(subscription, "owner", "failures", "paused_reason")
        for delivery in Delivery.objects.within(subscription=subscription, state="waiting").order_by(
            "created_at", "pk"
        ):
            defer("api.deliver", delivery=str(delivery.pk))
    return subscription


@action
def end_subscription(*, actor: Actor, subscription: Subscription) -> Subscription:
    """Removed for good; its secrets are forgotten. Twice is once."""
    subscription = _standing(subscription)
    if WEBHOOK.move("end", actor, subscription):
        subscription.secret = subscription.previous_secret = ""
        save(subscription, "secret", "previous_secret")
    return subscription


@action
def stop_orphan(*, actor: Actor, subscription: Subscription) -> Subscription:
    """By the system: the role of whoever set it up has ended, so it hears nothing any more. The others are told."""
    require(rules.is_system(actor, subscription))
    subscription = _standing(subscription)
    switch_off(actor, subscription, "owner_left")
    return subscription


def switch_off(actor: Actor, subscription: Subscription, why: str) -> None:
    """Off by itself, with a message to whoever can do something about it. Inside an action that locked the row."""
    if not WEBHOOK.move("pause", actor, subscription, facts={"why": why}):
        return
    subscription.paused_reason = why
    save(subscription, "paused_reason")
    organisation = subscription.organisation
    roles = KEEPERS[OrganisationKind(organisation.kind)]
    told = [subscription.owner_id] if why != "owner_left" else []
    challenge = subscription.challenge_id
    told += [person.pk for person in persons_with(*roles, organisation=organisation.pk, challenge=challenge)]
    reason = PAUSED[why]
    notify(
        told,
        subject=text("웹훅이 꺼졌습니다", "A webhook was switched off"),
        body=text(
            f"{organisation.name['ko']}의 웹훅이 꺼졌습니다. {reason['ko']} 원인을 고친 뒤 다시 켜 주십시오. "
            "꺼져 있는 동안의 일은 나중에 전달되지 않으니 API의 목록에서 확인해 주십시오.",
            f"A webhook of {organisation.name.get('en') or organisation.name['ko']} was switched off. {reason['en']} "
            "Mend the cause and switch it on again. What happens while it is off is not told later: read the API's lists.",
        ),
        url=subscription.get_absolute_url(),
    )


def _standing(subscription: Subscription) -> Subscription:
    found = Subscription.objects.within(pk=subscription.pk).select_related("organisation", "challenge")
    return found.select_for_update(of=("self",)).get()


def _url(url: str) -> str:
    plain = url.strip()
    problem = text(
        "https:// 주소를 적어 주십시오. 아이디·비밀번호나 #이 들어간 주소, 443과 1024 이상이 아닌 포트는 쓸 수 없습니다.",
        "Give an https:// address, without a user name, password or #; the port is 443, or 1024 and above.",
    )
    try:
        to = outbound.target(plain)
    except outbound.Refused as refused:
        raise _bad("url", problem) from refused
    try:
        outbound.checked_address(to)
    except outbound.Refused as refused:
        if refused.code == "unresolved":
            raise _bad(
                "url",
                text(
                    "서버 이름을 찾지 못했습니다. 주소를 확인해 주십시오.",
                    "The host's name was not found. Check the address.",
                ),
            ) from refused
        raise _bad(
            "url",
            text(
                "내부망이나 공개되지 않은 주소로는 보내지 않습니다.",
                "Nothing is sent to private or internal addresses.",
            ),
        ) from refused
    return plain


def _topics(organisation: Organisation, topics: Collection[str]) -> list[str]:
    known = topics_for(organisation)
    unknown = sorted(set(topics) - set(known))
    if unknown:
        names = ", ".join(unknown)[:300]
        raise _bad("topics", text(f"받을 수 없는 사건입니다: {names}", f"No such event for this organisation: {names}"))
    if not topics:
        raise _bad("topics", text("사건을 하나 이상 골라 주십시오.", "Choose at least one event."))
    return [topic for topic in known if topic in set(topics)]


def _facts(subscription: Subscription) -> dict[str, object]:
    # not the address: it may hold a key of the receiver's
    return {"organisation": str(subscription.organisation_id), "topics": subscription.topics}


def _bad(field: str, message: Text) -> BadInput:
    return BadInput(f"bad_{field}", message, fields={field: message}, field=field)
