"""Pages of webhooks, under one's account."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.views import View
from django.views.decorators.http import require_safe

from didimdol.api import actions, rules, tables
from didimdol.api.enums import PAUSED
from didimdol.api.forms import SubscriptionForm
from didimdol.api.models import Delivery, Subscription
from didimdol.api.queries import (
    access_delivery,
    access_subscriber,
    access_subscription,
    challenges_for,
    subscribers,
)
from didimdol.api.states import DELIVERY, WEBHOOK
from didimdol.api.subjects import topics_for
from didimdol.kernel.access import require, signed_in
from didimdol.kernel.pages import ActedRequest, ActionView, put_problem_into_form
from didimdol.kernel.problems import BadInput
from didimdol.kernel.words import pick, text
from didimdol.people.models import Organisation


def _crumbs(*more: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"label": text("웹훅", "Webhooks"), "url": reverse("webhooks:list")}, *more]


@require_safe
def webhook_list(request: ActedRequest) -> HttpResponse:
    actor = request.actor
    require(signed_in(actor))
    context = {"table": tables.webhooks(actor, request.GET), "subscribers": subscribers(actor)}
    return render(request, "api/webhooks/list.html", context)


@require_safe
def webhook(request: ActedRequest, id: UUID) -> HttpResponse:
    row = access_subscription(request.actor, id)
    host = tables.host_of(row.url)
    context = {
        "webhook": row,
        "host": host,
        "state": WEBHOOK.state(row),
        "paused": PAUSED.get(row.paused_reason),
        "topics": tables.topics_in_words(row.topics),
        "deliveries": tables.deliveries(row, request.GET),
        "may": {name: WEBHOOK.may(name, request.actor, row) for name in WEBHOOK.moves},
        "crumbs": _crumbs({"label": host}),
    }
    return render(request, "api/webhooks/webhook.html", context)


@require_safe
def delivery(request: ActedRequest, id: UUID) -> HttpResponse:
    row = access_delivery(request.actor, id)
    host = tables.host_of(row.subscription.url)
    may = DELIVERY.may("redeliver", request.actor, row)
    context = {
        "delivery": row,
        "topic": tables.topic_label(row.topic),
        "state": DELIVERY.state(row),
        "payload": json.dumps(row.payload, ensure_ascii=False, indent=2),
        "attempts": tables.attempts(row),
        "may_redeliver": may and row.subscription.state == "active",
        "crumbs": _crumbs(
            {"label": host, "url": row.subscription.get_absolute_url()}, {"label": tables.topic_label(row.topic)}
        ),
    }
    return render(request, "api/webhooks/delivery.html", context)


class NewSubscription(View):
    request: ActedRequest

    def get(self, request: HttpRequest, id: UUID) -> HttpResponse:
        organisation = access_subscriber(self.request.actor, id)
        return self.show(organisation, self.form(organisation))

    def post(self, request: HttpRequest, id: UUID) -> HttpResponse:
        organisation = access_subscriber(self.request.actor, id)
        form = self.form(organisation, request.POST)
        if not form.is_valid():
            return self.show(organisation, form, 422)
        try:
            made = actions.create_subscription(actor=self.request.actor, organisation=organisation, **form.cleaned_data)
        except BadInput as problem:
            put_problem_into_form(form, problem)
            return self.show(organisation, form, 422)
        return show_secret(self.request, made)

    def form(self, organisation: Organisation, data: Any = None) -> SubscriptionForm:
        actor = self.request.actor
        return SubscriptionForm(
            data,
            topics=topics_for(organisation),
            challenges=challenges_for(actor, organisation),
            every=bool(rules.may_subscribe(actor, organisation)),
        )

    def show(self, organisation: Organisation, form: SubscriptionForm, status: int = 200) -> HttpResponse:
        context = {
            "form": form,
            "organisation": organisation,
            "crumbs": _crumbs({"label": text("새 웹훅", "New webhook")}),
        }
        return render(self.request, "api/webhooks/new.html", context, status=status)


class ChangeSubscription(View):
    request: ActedRequest

    def get(self, request: HttpRequest, id: UUID) -> HttpResponse:
        row = access_subscription(self.request.actor, id)
        return self.show(row, self.form(row))

    def post(self, request: HttpRequest, id: UUID) -> HttpResponseBase:
        row = access_subscription(self.request.actor, id)
        form = self.form(row, request.POST)
        if not form.is_valid():
            return self.show(row, form, 422)
        given = request.POST.get("version", "")
        try:
            actions.change_subscription(
                actor=self.request.actor,
                subscription=row,
                version=int(given) if given.isascii() and given.isdecimal() else None,
                **form.cleaned_data,
            )
        except BadInput as problem:
            put_problem_into_form(form, problem)
            return self.show(row, form, 422)
        messages.success(request, pick(text("웹훅을 바꿨습니다.", "The webhook was changed.")))
        return HttpResponseRedirect(row.get_absolute_url())

    def form(self, row: Subscription, data: Any = None) -> SubscriptionForm:
        return SubscriptionForm(
            data, topics=topics_for(row.organisation), initial={"url": row.url, "topics": row.topics}
        )

    def show(self, row: Subscription, form: SubscriptionForm, status: int = 200) -> HttpResponse:
        context = {
            "form": form,
            "webhook": row,
            "crumbs": _crumbs(
                {"label": tables.host_of(row.url), "url": row.get_absolute_url()},
                {"label": text("바꾸기", "Change")},
            ),
        }
        return render(self.request, "api/webhooks/change.html", context, status=status)


def show_secret(request: ActedRequest, row: Subscription) -> HttpResponse:
    """Shown this once: on the answer to the POST, never after a redirect, and kept by no cache."""
    context = {"webhook": row, "clear": row.clear_secret, "host": tables.host_of(row.url)}  # type: ignore[attr-defined]
    response = render(request, "api/webhooks/secret.html", context)
    add_never_cache_headers(response)
    return response


class _OfWebhook(ActionView):
    reach, row_name, who = access_subscription, "subscription", rules.keeps


class RotateSecret(_OfWebhook):
    action = actions.rotate_secret
    title = text("비밀값 교체", "Replace the secret")
    consequence = text(
        "새 비밀값이 나옵니다. 24시간 동안은 옛 비밀값의 서명도 함께 보내므로 그 안에 받는 쪽을 바꾸면 됩니다.",
        "A new secret is made. For 24 hours the old one signs too, so the receiver can change over in that time.",
    )
    button = text("교체", "Replace")

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        row = self.reached(kwargs["id"])
        return show_secret(self.request, actions.rotate_secret(actor=self.request.actor, subscription=row))


class Pause(_OfWebhook):
    action = actions.pause_subscription
    title = text("웹훅 끄기", "Switch the webhook off")
    consequence = text(
        "꺼져 있는 동안 일어난 일은 나중에 전달되지 않습니다.", "What happens while it is off is not told later."
    )
    button = text("끄기", "Switch off")
    done = text("웹훅을 껐습니다.", "The webhook is off.")


class Resume(_OfWebhook):
    action = actions.resume_subscription
    title = text("웹훅 켜기", "Switch the webhook on")
    consequence = text(
        "지금부터의 일과 아직 보내지 못하고 기다리던 것이 전달됩니다. 이제부터 내 역할로 볼 수 있는 것만 받습니다.",
        "What happens from now on and what still waited is sent. From now on it hears what your roles see.",
    )
    button = text("켜기", "Switch on")
    done = text("웹훅을 켰습니다.", "The webhook is on.")


class End(_OfWebhook):
    action = actions.end_subscription
    title = text("웹훅 삭제", "Remove the webhook")
    consequence = text(
        "되돌릴 수 없습니다. 전달 이력도 더 보이지 않습니다.",
        "This cannot be undone; its deliveries are no longer shown.",
    )
    button = text("삭제", "Remove")
    done = text("웹훅을 삭제했습니다.", "The webhook was removed.")
    danger = True

    def after(self, row: Subscription, result: Any) -> str:
        return reverse("webhooks:list")


class SendTest(_OfWebhook):
    action = actions.send_test
    title = text("시험 보내기", "Send a test")
    consequence = text("아무 일도 담지 않은 시험 전달을 하나 보냅니다.", "One delivery that tells nothing is sent.")
    button = text("보내기", "Send")
    done = text(
        "시험 전달을 보냈습니다. 잠시 뒤 결과가 보입니다.", "The test is on its way; its outcome shows in a moment."
    )

    def after(self, row: Subscription, result: Delivery) -> str:
        return result.get_absolute_url()


class Redeliver(ActionView):
    action, reach, row_name, who = actions.redeliver, access_delivery, "delivery", rules.keeps_delivery
    title = text("다시 보내기", "Send again")
    consequence = text(
        "같은 내용을 같은 전달 번호로 다시 보냅니다.", "The same content is sent again, with the same delivery id."
    )
    button = text("다시 보내기", "Send again")
    done = text("다시 보내고 있습니다.", "It is being sent again.")
