"""Every address of the project, and the things to ask it for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver

#: module prefix → why its addresses are not in the table
EXCLUDED = {
    "allauth.": "sign-in of one's own account, tested in server/tests/people; shows nothing but the own account",
    "didimdol.design.": "the living page of the design: public, reads no row",
    "django.views.i18n": "sets a language cookie",
}
#: static files are served before the resolver (whitenoise) and hold no data


@dataclass(frozen=True)
class Address:
    """``name``: the URL's name, or its route where it has none."""

    name: str
    route: str
    module: str

    @property
    def excluded(self) -> bool:
        return any(self.module.startswith(prefix) for prefix in EXCLUDED)


def addresses(resolver: URLResolver | None = None, route: str = "", space: str = "") -> Iterator[Address]:
    for entry in (resolver or get_resolver()).url_patterns:
        here = route + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from addresses(entry, here, f"{space}{entry.namespace}:" if entry.namespace else space)
        else:
            assert isinstance(entry, URLPattern)
            yield Address(f"{space}{entry.name}" if entry.name else f"/{here}", here, _module(entry))


def _module(entry: URLPattern) -> str:
    view = getattr(entry.callback, "view_class", entry.callback)
    return str(getattr(view, "__module__", ""))


#: URL name → thing → the arguments of the URL, as names in ``Scene.at`` (a value that is no such name stands for itself)
Things = dict[str, dict[str, str]]


def _one(**arguments: str) -> Things:
    return {"": arguments}


def _each(argument: str, *things: str) -> Things:
    return {thing: {argument: thing} for thing in things}


_APPLICATION = _one(id="application")
_CHALLENGES = _each("slug", "announced", "unannounced")
_DEMANDS = _each("id", "published", "proposed", "draft")

THINGS: dict[str, Things] = {
    "people:organisation": _each("id", "startup", "operator", "company"),
    "people:edit-organisation": _each("id", "startup", "operator", "company"),
    "people:invite": _each("id", "startup", "operator", "company"),
    "people:end-role": _each("id", "staff_role", "expert_role"),
    "people:withdraw-invitation": _one(id="invitation"),
    "people:invitation": _one(secret="secret"),
    "people:revoke-token": _one(id="token"),
    "notices:read": _one(id="message"),
    "records:event": _each("id", "event", "site_event"),
    "records:erase": _one(id="note"),
    "records:export": _each("what", "log", "access"),
    "programmes:challenge": _each("id", "announced", "unannounced"),
    "programmes:rulebook": _each("id", "announced", "unannounced"),
    "programmes:rulebook_version": {
        "announced": {"id": "announced", "version": "1"},
        "unannounced": {"id": "unannounced", "version": "1"},
    },
    "programmes:manage": _each("id", "announced", "unannounced"),
    "programmes:announce": _each("id", "announced", "unannounced"),
    "programmes:amend": _each("id", "announced", "unannounced"),
    "programmes:cancel": _each("id", "announced", "unannounced"),
    "demands:create": _CHALLENGES,
    "applications:export": _CHALLENGES,
    "applications:start": _CHALLENGES,
    "applications:claim": _one(id="application", demand="published"),
    "applications:attach": _one(id="application", document="deck"),
    "applications:document": _one(id="attachment"),
    "applications:remove_document": _one(id="attachment"),
    "applications:model_file": _one(id="model"),
    "applications:progress": _one(id="measured"),
    "applications:evidence": _one(id="measured"),
    "evaluation:open": _one(id="announced"),
    "evaluation:seat-vacate": _one(id="seat"),
    "evaluation:expertise": _one(id="seat"),
    "evaluation:fit": _one(id="round", application="application"),
    "evaluation:seat-change": _one(id="seat"),
    "selection:compute": _one(id="round"),
    "selection:deviations": _one(id="round"),
    "selection:remarks": _one(id="round"),
    "selection:record": {"public": {"id": "selection", "tier": "public"}, "full": {"id": "selection", "tier": "full"}},
    "selection:own": _one(application="application"),
    "selection:own_record": _one(application="application"),
    "selection:result": _one(slug="announced"),
    "api:challenge": _CHALLENGES,
    "api:demands": _CHALLENGES,
    "api:result": _one(slug="announced"),
}
_BY_ROOM: dict[str, Things] = {
    "demands": _DEMANDS,
    "applications": _APPLICATION,
    "verification": _one(id="job"),
    "agent": _one(id="job"),
    "evaluation": _one(id="round"),
    "selection": _one(id="selection"),
    "projects": _each("id", "project", "rival_project"),
    "funding": _one(id="payment"),
    "outcomes": _one(id="case"),
    "webhooks": _one(id="webhook"),
    "rehearsal": _one(id="rehearsal"),
    "api": _one(id="project"),
}
for _name in ("ballot", "ballot-save", "lock", "reopen", "recuse"):
    THINGS[f"evaluation:{_name}"] = {"expert's": {"id": "ballot"}, "colleague's": {"id": "locked"}}
for _name in ("draw", "draw-file", "draw-record", "draw-public", "draw-public-record", "draw-export"):
    THINGS[f"evaluation:{_name}"] = _each("id", "draw", "drawn")
for _name in ("draw-pool", "draw-seal", "draw-commit", "draw-reveal", "draw-give-up"):
    THINGS[f"evaluation:{_name}"] = _one(id="draw")
for _name in ("draw-accept", "draw-refuse"):
    THINGS[f"evaluation:{_name}"] = _one(id="replacement")
THINGS["evaluation:draw-replace"] = _one(id="drawn_person")
for _name in ("sheet", "hold", "unhold", "exclude", "readmit"):
    THINGS[f"selection:{_name}"] = _one(id="line")
THINGS |= {
    "selection:prefer_as_place": _one(id="matching", side="place"),
    "selection:prefer_as_demand": _one(id="matching", side="published"),
    "selection:meeting_absence": _one(id="meet_up", side="place"),
    "evaluation:session-absence": _one(id="sessions", whose="application"),
    "evaluation:own-presentation": _one(id="sessions", application="application"),
    "evaluation:own-presentation-calendar": _one(id="sessions", application="application"),
    "funding:challenge": _one(slug="announced"),
    "rehearsal:evaluators": _CHALLENGES,
    "funding:entries": _one(slug="announced"),
    "webhooks:new": _each("id", "startup", "operator", "company"),
    "projects:signature_file": _one(id="signature"),
    "projects:model_version": _one(id="model_version"),
    "projects:review": _each("id", "review", "others_review"),
    "projects:lock_review": _each("id", "review", "others_review"),
}
for _name in ("", "_calendar", "_export"):
    THINGS[f"selection:meet_as_place{_name}"] = _one(id="meet_up", side="place")
    THINGS[f"selection:meet_as_demand{_name}"] = _one(id="meet_up", side="published")
for _name in ("sign_by_link", "link_pdf", "link_sheet"):
    THINGS[f"projects:{_name}"] = _one(secret="link_secret")

#: thing → the pages of it
_PAGES_OF = {
    "place": "selection:place place_confirm place_decline place_lapse place_give_up place_close place_promote api:place",
    "matching": "selection:matching matching_compute matching_release matching_cancel matching_record",
    "meet_up": "selection:meet_up meet_up_change meet_up_add_table meet_up_collect meet_up_cancel meet_up_export "
    "meet_up_record timetable timetable_make timetable_progress timetable_publish timetable_change",
    "meeting": "selection:meeting_cancel",
    "sessions": "evaluation:sessions change-sessions add-session-room ask-sessions cancel-sessions export-sessions "
    "session-record session-timetable make-sessions session-progress publish-sessions put-sessions own-sessions "
    "own-sessions-calendar",
    "session_room": "evaluation:change-session-room remove-session-room",
    "meeting_table": "selection:meeting_table meeting_table_remove",
    "plan": "projects:submit_plan return_plan approve_plan",
    "agreement": "projects:agreement_pdf agreement_sheet offer_agreement take_back_agreement sign_agreement "
    "decline_agreement send_link paper",
    "link": "projects:revoke_link",
    "support": "projects:log_hours receive_support",
    "contribution": "projects:confirm_contribution refuse_contribution contribution_evidence",
    "milestone": "projects:milestone milestone_progress milestone_evidence add_deliverable hand_in_model record_test submit_milestone "
    "accept_milestone approve_milestone supplement_milestone drop_milestone",
    "deliverable": "projects:deliverable",
    "test": "projects:test_log sign_test refuse_test",
    "final": "projects:final compute_final release_final final_record",
    "project": "funding:project budget record_return accept_spending statement",
    "budget": "funding:submit_budget approve_budget return_budget",
    "account": "funding:account verify",
    "startup": "funding:register",
    "earned": "funding:request",
    "announced": "selection:export_places open_matching open_meet_up funding:challenge_statement",
    "challenge_id": "projects:open_final",
    "published": "api:demand",
    "application": "api:application application_runs",
    "case": "api:adoption",
    "webhook": "api:webhook end_webhook rotate_webhook_secret pause_webhook resume_webhook deliveries",
    "introduction": "outcomes:result",
    "sale": "outcomes:add-evidence confirm-sale refuse-sale withdraw-sale",
    "evidence": "outcomes:evidence",
    "device": "verification:device export new_key token release retire",
    "delivery": "webhooks:delivery redeliver api:redeliver",
}
for _thing, _pages in _PAGES_OF.items():
    _room = ""
    for _name in _pages.split():
        _room, _, _page = _name.rpartition(":") if ":" in _name else (_room, "", _name)
        THINGS[f"{_room}:{_page}"] = _one(id=_thing)


def things(address: Address) -> Things:
    if "<" not in address.route:
        return {"": {}}
    if address.name in THINGS:
        return THINGS[address.name]
    return _BY_ROOM[address.name.partition(":")[0]]


# --- when it is asked ----------------------------------------------------------------------------------------------

_READS = ("application", "document", "model_file", "progress", "list", "receipt", "content_file", "evidence")
_SEATING = (
    "list",
    "open",
    "round",
    "seat",
    "seat-vacate",
    "seat-change",
    "start-declarations",
    "conflicts",
    "assign",
    "what-if",
    "expertise",
)


#: pages of the places, meetings and matches, and what the API serves of the running projects
_LATER = (
    "place", "matching", "prefer_as_", "open_matching", "meet", "timetable", "open_meet_up", "export_places", "application_runs", "project", "adoption",
    "webhook", "end_webhook", "rotate_webhook", "pause_webhook", "resume_webhook", "create_webhook", "deliveries", "redeliver",
)  # fmt: skip


def phases(name: str) -> tuple[str, ...]:
    """The phases that matter to an address: all of the evaluation's, the selection's and the applications'."""
    room, _, page = name.partition(":")
    if room in ("projects", "funding", "outcomes", "webhooks", "rehearsal") or page.startswith(_LATER):
        return ("running",)
    if room == "evaluation" and page.startswith("draw"):
        return ("preparing", "scoring", "released")
    if room == "evaluation":
        return (
            ("preparing", "declaring", "scoring", "decided", "released")
            if page in _SEATING
            else ("scoring", "decided", "released")
        )
    if room == "selection" or name == "api:result":
        return (
            ("open", "computed", "decided", "released")
            if page in ("list", "result")
            else ("computed", "decided", "released")
        )
    if room == "applications":
        middle = ("declaring", "scoring", "decided") if page in _READS else ("scoring",)
        return ("open", *middle, "released")
    if room == "api" and page in ("applications", "application", "runs"):
        return ("open", "scoring", "released")
    if name in ("programmes:challenge", "site:home", "site:front"):
        return ("open", "scoring", "decided", "released", "running")
    return ("open",)
