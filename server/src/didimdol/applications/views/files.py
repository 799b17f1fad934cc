"""Documents, the model and its trial measurements; and the files themselves."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from didimdol.applications import actions, rules
from didimdol.applications.completeness import slots_of
from didimdol.applications.evidence import access_measured, evidence_of
from didimdol.applications.filenames import suffix_of
from didimdol.applications.forms import ModelForm, ModelInputsForm, UploadForm
from didimdol.applications.inputs import write_inputs
from didimdol.applications.models import Application, Measured
from didimdol.applications.queries import access_attachment, access_model, access_own
from didimdol.applications.steps import BY_KEY
from didimdol.applications.wizard import wizard_context
from didimdol.kernel import blobs
from didimdol.kernel.access import require
from didimdol.kernel.actor import Actor
from didimdol.kernel.pages import ActedRequest, put_problem_into_form
from didimdol.kernel.problems import BadInput, Invisible
from didimdol.kernel.words import Text, pick, text
from didimdol.programmes.loading import as_text
from didimdol.records.actions import opened
from didimdol.verification import progress
from didimdol.verification.evidence_file import evidence_file
from didimdol_lab.contract import Criterion


@require_safe
def files_page(request: ActedRequest, id: UUID) -> HttpResponseBase:
    application = access_own(request.actor, id)
    if application.state != "draft":
        return HttpResponseRedirect(application.get_absolute_url())
    return show_files(request, application)


def show_files(
    request: ActedRequest,
    application: Application,
    status: int = 200,
    *,
    upload: tuple[str, UploadForm] | None = None,
    model_form: ModelForm | None = None,
    inputs_form: ModelInputsForm | None = None,
    problem: BadInput | None = None,
) -> HttpResponse:
    context = wizard_context(request.actor, application, "files")
    rulebook, contents = context["rulebook"], context["contents"]
    entries = []
    for slot in slots_of(rulebook):
        form = upload[1] if upload and upload[0] == slot.key else UploadForm(slot)
        entries.append({"slot": slot, "attachment": contents.attachments.get(slot.key), "form": form})
    model, rule = contents.model, rulebook.model_file
    used = Measured.objects.within(application=application, final=False).values("created_at").distinct().count()
    evidence = evidence_of(application, final=False)
    context |= {
        "entries": entries,
        "total": sum(entry.blob.size for entry in contents.attachments.values()),
        "total_most": rulebook.notice.upload_limit_mb * 1_000_000,
        "model": model,
        "model_rule": rule,
        "model_help": as_text(rule.help) if rule.help else None,
        "model_formats": ", ".join(f".{entry}" for entry in rule.formats),
        "model_most": rule.max_size_mb * 1_000_000,
        "model_form": model_form or ModelForm(rule.formats),
        "inputs_form": inputs_form
        or ModelInputsForm(initial={"inputs": write_inputs(model.inputs)} if model else None),
        "inputs_text": write_inputs(model.inputs) if model else "",
        "evidence": evidence if used else [],
        "trial_running": any(entry.running for entry in evidence),
        "trials_left": max(0, rulebook.verification.trials_per_application - used),
        "trials_most": rulebook.verification.trials_per_application,
        "problem": problem,
    }
    return render(request, "applications/files.html", context, status=status)


@require_POST
def attach(request: ActedRequest, id: UUID, document: str) -> HttpResponseBase:
    application = access_own(request.actor, id)
    slot = next((entry for entry in slots_of(rules.rules_for(application)) if entry.key == document), None)
    require(rules.may_write(request.actor, application))
    form = UploadForm(slot, request.POST, request.FILES) if slot else None
    if slot is None or form is None or not form.is_valid():
        return show_files(request, application, 422, upload=(document, form) if form else None)
    file = form.cleaned_data["file"]
    try:
        actions.attach(
            actor=request.actor, application=application, document=document, stream=file, filename=file.name or ""
        )
    except BadInput as problem:
        put_problem_into_form(form, problem)
        return show_files(request, application, 422, upload=(document, form))
    return _back(request, application, f"document-{document}", text("서류를 올렸습니다.", "The document was uploaded."))


@require_POST
def remove_document(request: ActedRequest, id: UUID) -> HttpResponseBase:
    attachment = access_attachment(request.actor, id)
    actions.remove_attachment(actor=request.actor, attachment=attachment)
    done = text("서류를 지웠습니다.", "The document was removed.")
    return _back(request, attachment.application, f"document-{attachment.document}", done)


@require_POST
def model(request: ActedRequest, id: UUID) -> HttpResponseBase:
    application = access_own(request.actor, id)
    require(rules.may_write(request.actor, application))
    form = ModelForm(rules.rules_for(application).model_file.formats, request.POST, request.FILES)
    if not form.is_valid():
        return show_files(request, application, 422, model_form=form)
    try:
        actions.upload_model(
            actor=request.actor,
            application=application,
            stream=form.cleaned_data["file"],
            filename=form.cleaned_data["file"].name,
            inputs=form.cleaned_data["inputs"],
        )
    except BadInput as problem:
        put_problem_into_form(form, problem)
        return show_files(request, application, 422, model_form=form)
    return _back(request, application, "model", text("모델을 올렸습니다.", "The model was uploaded."))


@require_POST
def model_inputs(request: ActedRequest, id: UUID) -> HttpResponseBase:
    application = access_own(request.actor, id)
    form = ModelInputsForm(request.POST)
    form.is_valid()
    try:
        actions.set_model_inputs(
            actor=request.actor, application=application, inputs=form.cleaned_data.get("inputs", "")
        )
    except BadInput as problem:
        put_problem_into_form(form, problem)
        return show_files(request, application, 422, inputs_form=form)
    return _back(request, application, "model", text("입력의 크기를 저장했습니다.", "The input shapes were saved."))


@require_POST
def remove_model(request: ActedRequest, id: UUID) -> HttpResponseBase:
    application = access_own(request.actor, id)
    actions.remove_model(actor=request.actor, application=application)
    return _back(request, application, "model", text("모델을 지웠습니다.", "The model was removed."))


@require_POST
def trial(request: ActedRequest, id: UUID) -> HttpResponseBase:
    application = access_own(request.actor, id)
    try:
        actions.measure_trial(actor=request.actor, application=application)
    except BadInput as problem:
        return show_files(request, application, 422, problem=problem)
    return _back(request, application, "trial", text("시험 측정을 맡겼습니다.", "The trial measurement is queued."))


def _back(request: HttpRequest, application: Application, anchor: str, done: Text) -> HttpResponseBase:
    messages.success(request, pick(done))
    return HttpResponseRedirect(f"{BY_KEY['files'].url(application.pk)}#{anchor}")


# --- the files -----------------------------------------------------------------------------------------------------


@require_safe
def document(request: ActedRequest, id: UUID) -> HttpResponseBase:
    """A document as a download, whole or by range. Every opening stands in the access log."""
    attachment = access_attachment(request.actor, id)
    application = attachment.application
    require(rules.may_open_document(request.actor, application))
    opened(request.actor, "attachment", attachment)
    name = served_name(request.actor, application, attachment.document, attachment.filename)
    return blobs.serve(request, attachment.blob, filename=name)


@require_safe
def model_file(request: ActedRequest, id: UUID) -> HttpResponseBase:
    upload = access_model(request.actor, id)
    application = upload.application
    require(rules.may_open_model(request.actor, application))
    opened(request.actor, "model", upload)
    name = served_name(request.actor, application, "model", upload.filename)
    return blobs.serve(request, upload.blob, filename=name)


def served_name(actor: Actor, application: Application, document: str, filename: str) -> str:
    """Evaluators get a neutral name: what a startup calls its files may say who it is."""
    if rules.reader(actor, application) != "evaluator":
        return filename
    suffix = suffix_of(filename)
    return f"{application.number}-{document}.{suffix}" if suffix else f"{application.number}-{document}"


@require_safe
def evidence_zip(request: ActedRequest, id: UUID) -> HttpResponse:
    """A measurement with its criteria, signed. Not for evaluators: the model's card may tell who made it."""
    measured = access_measured(request.actor, id)
    if rules.reader(request.actor, measured.application) == "evaluator":
        raise Invisible("evidence", id)
    opened(request.actor, "evidence", measured.application)
    return evidence_file(measured.job, [Criterion.model_validate(document) for document in measured.criteria])


@require_safe
def progress_of(request: ActedRequest, id: UUID) -> HttpResponse:
    """Polled while a measurement runs."""
    return progress.respond(request, access_measured(request.actor, id).job, request.path)
