"""What blocks a payment, and what to do about it: the gate's own refusals with the page where each is mended."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from didimdol.funding import gates
from didimdol.funding.models import Disbursement
from didimdol.kernel.access import Access
from didimdol.kernel.words import Text, text
from didimdol.projects.models import Milestone


@dataclass(frozen=True, slots=True)
class Block:
    """``why``: the refusal. ``who``: who mends it. ``url``: where; empty where no page helps."""

    why: Text
    who: Text
    url: str


def blocks_of(milestone: Milestone, payment: Disbursement | None, found: gates.Standing) -> list[Block]:
    milestone.project = found.project
    return [_block(access, milestone, found) for access in gates.blocks(milestone, payment, found)]


def _block(access: Access, milestone: Milestone, found: gates.Standing) -> Block:
    project = milestone.project
    match access.reason:
        case "milestone_not_approved" | "gate_shut":
            return Block(access.message, _ALL, milestone.get_absolute_url())
        case "contribution_missing":
            return Block(access.message, _STARTUP, reverse("projects:contributions", args=[project.pk]))
        case "budget_not_approved":
            return Block(access.message, _STARTUP, reverse("funding:budget", args=[project.pk]))
        case "no_account" | "account_altered":
            return Block(access.message, _CEO, reverse("funding:register", args=[project.startup_id]))
        case "account_not_checked" | "account_changed" if found.account is not None:
            return Block(access.message, _OPERATOR, found.account.get_absolute_url())
        case _:
            return Block(access.message, _OPERATOR, "")


_ALL = text("창업기업·수요기업·운영기관", "Startup, demand company and operator")
_STARTUP = text("창업기업", "Startup")
_CEO = text("창업기업 대표자", "The startup's chief executive")
_OPERATOR = text("운영기관", "Operator")
