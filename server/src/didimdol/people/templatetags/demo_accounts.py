"""The accounts of the demo, on the sign-in page of a development server."""

from __future__ import annotations

from django import template
from django.conf import settings

from didimdol.people import ports

register = template.Library()


@register.simple_tag
def demo_accounts() -> list[ports.DemoAccount]:
    if not settings.DEVELOPMENT or not ports.demo_accounts.filled:
        return []
    return ports.demo_accounts.ask()
