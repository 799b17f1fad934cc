"""What an application still lacks: the same list for the steps, the final check and the server's own guard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from didimdol.applications import eligibility, rules
from didimdol.applications.models import Application, Attachment, ClaimedDemand, ModelUpload
from didimdol.applications.steps import BY_KEY
from didimdol.demands.queries import criteria_of
from didimdol.kernel.words import Text, text
from didimdol.programmes.criteria import label
from didimdol.programmes.loading import as_text
from didimdol.programmes.rulebook import FormField, Rulebook, validate_answers

TITLE = "title"
#: documents that a file question of the form asks for
ANY_DOCUMENT = ("pdf", "hwp", "hwpx", "docx", "xlsx", "pptx", "png", "jpg", "jpeg", "zip")


@dataclass(frozen=True, slots=True)
class Gap:
    """Something missing or wrong: ``what`` in one line, ``why`` where it is not plain, and the place to mend it."""

    step: str
    anchor: str
    what: Text
    why: Text | None
    url: str


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for one document: a document of the rulebook, or a file question of the form."""

    key: str
    name: Text
    help: Text | None
    required: bool
    formats: tuple[str, ...]
    most_bytes: int
    page_limit: int | None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Contents:
    """Everything an application holds beside its own row; three queries."""

    attachments: dict[str, Attachment]
    claimed: list[ClaimedDemand]
    model: ModelUpload | None


def contents_of(application: Application) -> Contents:
    attachments = Attachment.objects.within(application=application, removed_at=None).select_related("blob")
    claimed = ClaimedDemand.objects.within(application=application).select_related(
        "demand__company", "demand__field", "demand__dataset"
    )
    model = (
        ModelUpload.objects.within(application=application, removed_at=None)
        .select_related("blob")
        .order_by("-created_at")
    )
    return Contents(
        {entry.document: entry for entry in attachments.order_by("created_at")},
        list(claimed.order_by("created_at", "pk")),
        model.first(),
    )


def slots_of(rulebook: Rulebook) -> list[Slot]:
    """The documents that belong to the application (others are asked for after the paper stage or before agreement)."""
    slots = [
        Slot(
            key=rule.key,
            name=as_text(rule.name),
            help=as_text(rule.help) if rule.help else None,
            required=rule.required,
            formats=rule.formats,
            most_bytes=rule.max_size_mb * 1_000_000,
            page_limit=rule.page_limit,
            source=rule.source or "",
        )
        for rule in rulebook.documents
        if rule.when == "application"
    ]
    taken = {slot.key for slot in slots}
    slots += [
        Slot(
            key=entry.key,
            name=as_text(entry.label),
            help=as_text(entry.help) if entry.help else None,
            required=entry.required,
            formats=ANY_DOCUMENT,
            most_bytes=rulebook.notice.upload_limit_mb * 1_000_000,
            page_limit=None,
        )
        for entry in file_questions(rulebook)
        if entry.key not in taken
    ]
    return slots


def file_questions(rulebook: Rulebook) -> list[FormField]:
    return [entry for entry in rulebook.form.questions if entry.type == "file"]


def has_own_title(rulebook: Rulebook) -> bool:
    """Does the form itself ask for the title? Then nobody is asked twice."""
    return any(entry.key == TITLE for entry in rulebook.form.questions)


def all_answers(application: Application, rulebook: Rulebook, contents: Contents) -> dict[str, Any]:
    """The answers, those of file questions by their attachments."""
    answers = dict(application.answers)
    for entry in file_questions(rulebook):
        attachment = contents.attachments.get(entry.key)
        answers[entry.key] = str(attachment.pk) if attachment else None
    return answers


def gaps(
    application: Application,
    rulebook: Rulebook | None = None,
    contents: Contents | None = None,
    *,
    consents: bool = True,
) -> list[Gap]:
    """What stands between the application and its submission, in the order of the steps.

    ``consents=False`` leaves the consents out: they are given with the submission itself.
    """
    rulebook = rulebook or rules.rules_for(application)
    contents = contents or contents_of(application)
    found = [
        *_field_gaps(application),
        *_claim_gaps(application, contents),
        *_eligibility_gaps(application, rulebook),
        *_form_gaps(application, rulebook, contents),
        *_file_gaps(application, rulebook, contents),
    ]
    return [*found, *_consent_gaps(application, rulebook)] if consents else found


def of_step(found: Sequence[Gap], step: str) -> list[Gap]:
    return [gap for gap in found if gap.step == step]


def _gap(application: Application, step: str, anchor: str, what: Text, why: Text | None = None) -> Gap:
    return Gap(step, anchor, what, why, f"{BY_KEY[step].url(application.pk)}#{anchor}")


def _field_gaps(application: Application) -> list[Gap]:
    if application.field is None:
        return [_gap(application, "field", "id_field_group", text("신청 분야", "The field"))]
    if application.field.retired:
        why = text(
            "공고 변경으로 없어진 분야입니다. 다른 분야를 골라 주십시오.",
            "An amendment removed this field. Choose another.",
        )
        return [_gap(application, "field", "id_field_group", text("신청 분야", "The field"), why)]
    return []


def _claim_gaps(application: Application, contents: Contents) -> list[Gap]:
    found = []
    for claim in contents.claimed:
        demand, anchor = claim.demand, f"demand-{claim.demand_id}"
        name = text(demand.title["ko"], demand.title.get("en") or demand.title["ko"])
        if demand.state != "published":
            why = text(
                "철회된 수요입니다. 이 수요의 신청을 취소해 주십시오.", "The demand was withdrawn. Take back the claim."
            )
            found.append(
                _gap(application, "field", anchor, text(f"수요 ‘{name['ko']}’", f"Demand “{name['en']}”"), why)
            )
            continue
        lacking = [c for c in criteria_of(demand) if not str(claim.claims.get(c.key, "")).strip()]
        if lacking:
            why = text(
                ", ".join(label(c)["ko"] for c in lacking) + "의 자체 수치를 적어 주십시오.",
                "Give your own figures for: " + ", ".join(label(c)["en"] for c in lacking) + ".",
            )
            what = text(f"수요 ‘{name['ko']}’의 자체 수치", f"Own figures for “{name['en']}”")
            found.append(_gap(application, "field", anchor, what, why))
    return found


def _eligibility_gaps(application: Application, rulebook: Rulebook) -> list[Gap]:
    found = []
    for outcome in eligibility.outcomes(application, rulebook):
        if outcome.result == "met":
            continue
        if outcome.result == "open" and not outcome.computed:
            what = text(f"자가진단: {outcome.question['ko']}", f"Self-check: {outcome.question['en']}")
            found.append(_gap(application, "eligibility", f"id_e-{outcome.key}_group", what))
        else:
            what = text(f"신청 요건: {outcome.question['ko']}", f"Requirement: {outcome.question['en']}")
            found.append(_gap(application, "eligibility", f"outcome-{outcome.key}", what, outcome.explanation))
    return found


def _form_gaps(application: Application, rulebook: Rulebook, contents: Contents) -> list[Gap]:
    found = []
    if not has_own_title(rulebook) and not application.title.strip():
        found.append(_gap(application, "form", "id_title", text("과제명", "The title")))
    files = {entry.key for entry in file_questions(rulebook)}
    names = {entry.key: as_text(entry.label) for entry in rulebook.form.questions}
    for problem in validate_answers(rulebook.form, all_answers(application, rulebook, contents), complete=True):
        if problem.field in files:
            continue  # a document: named with the documents
        name = names.get(problem.field, text(problem.field or "신청서", problem.field or "the form"))
        found.append(_gap(application, "form", f"id_q-{problem.field}", name, as_text(problem.message)))
    return found


def _file_gaps(application: Application, rulebook: Rulebook, contents: Contents) -> list[Gap]:
    found = [
        _gap(application, "files", f"document-{slot.key}", slot.name)
        for slot in slots_of(rulebook)
        if slot.required and slot.key not in contents.attachments
    ]
    if rulebook.model_file.required and contents.model is None:
        found.append(_gap(application, "files", "model", text("모델 파일", "The model file")))
    return found


def _consent_gaps(application: Application, rulebook: Rulebook) -> list[Gap]:
    return [
        _gap(
            application,
            "check",
            f"id_c-{consent.key}",
            text(f"동의: {consent.title.ko}", f"Consent: {consent.title.en or consent.title.ko}"),
        )
        for consent in rulebook.consents
        if consent.required and application.consents.get(consent.key) != consent.version
    ]
