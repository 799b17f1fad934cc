"""Writes of applications."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import IO, Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from didimdol.applications import rules
from didimdol.applications.answers import clean_answers, clean_text
from didimdol.applications.claims import clean_claims
from didimdol.applications.completeness import TITLE as TITLE_KEY
from didimdol.applications.completeness import Contents, Gap, Slot, contents_of, gaps, has_own_title, slots_of
from didimdol.applications.content import content_digest, content_of
from didimdol.applications.filenames import check_kind, plain_name
from didimdol.applications.inputs import input_specs
from didimdol.applications.measuring import parts_of, queue_parts
from didimdol.applications.model_files import keep_model
from didimdol.applications.models import Application, Attachment, ClaimedDemand, Measured, ModelUpload
from didimdol.applications.receipt import receipt_of, seal_receipt
from didimdol.applications.signals import application_withdrawn
from didimdol.applications.states import APPLICATION
from didimdol.demands.models import Demand
from didimdol.design.texts import when_text
from didimdol.kernel import blobs, clock
from didimdol.kernel.access import require
from didimdol.kernel.action import action, audit, check_version, locked, notify, save
from didimdol.kernel.actor import Actor, Grant
from didimdol.kernel.problems import BadInput, Stale, WrongState
from didimdol.kernel.words import Text, text
from didimdol.people.enums import OrganisationKind, Role
from didimdol.people.models import Organisation
from didimdol.people.queries import persons_with
from didimdol.programmes.models import Challenge, Field
from didimdol.programmes.rulebook import Rulebook
from didimdol.programmes.rules import runs
from didimdol.records.actions import opened
from didimdol.verification.actions import cancel_job
from didimdol.verification.models import DeviceJob

MOST_TITLE = 200


# --- the draft -----------------------------------------------------------------------------------------------------


@action
def start_application(*, actor: Actor, challenge: Challenge, startup: Organisation) -> Application:
    """Begin a draft. A startup has one application a challenge: begun twice, it is the first one.

    Raises AccessDenied (role, window), BadInput (no startup).
    """
    by = require(rules.may_start(actor, challenge, startup))
    if startup.kind != OrganisationKind.STARTUP:
        message = text("창업기업만 신청할 수 있습니다.", "Only startups apply.")
        raise BadInput("not_a_startup", message, fields={"startup": message})
    assert challenge.rulebook is not None and actor.person is not None
    _one_at_a_time(f"start:{challenge.pk}:{startup.pk}")
    found = Application.objects.within(challenge=challenge, startup=startup).exclude(state="withdrawn").first()
    if found is not None:
        audit("application.start_repeated", found, by=by)
        return found
    application = Application(
        challenge=challenge, rulebook=challenge.rulebook, startup=startup, started_by_id=actor.person
    )
    APPLICATION.enter(actor, application, by=by, facts={"startup": startup.pk})
    return application


@action
def save_draft(
    *,
    actor: Actor,
    application: Application,
    answers: Mapping[str, Any],
    version: int | None = None,
    title: str | None = None,
) -> Application:
    """Keep the named answers (None takes one back) and the title; the others stay. What is too long or incomplete is
    kept too, and named by the final check. ``version``: the row version at which the answers were read.

    Raises AccessDenied, Stale (the answers were changed in the meantime), BadInput.
    """
    application, by = _draft(actor, application)
    if version is not None and not application.answers_version <= version <= application.row_version:
        raise Stale
    rulebook = rules.rules_for(application)
    cleaned = clean_answers(rulebook.form, answers)
    before = dict(application.answers)
    merged = {key: value for key, value in {**before, **cleaned}.items() if value is not None}
    if has_own_title(rulebook):
        title = str(merged.get(TITLE_KEY, ""))[:MOST_TITLE]
    changed = sorted(key for key in {*before, *merged} if before.get(key) != merged.get(key))
    if title is not None:
        title = clean_text(title).replace("\n", " ").strip()
        if len(title) > MOST_TITLE:
            message = text(f"과제명은 {MOST_TITLE}자까지입니다.", f"A title has at most {MOST_TITLE} characters.")
            raise BadInput("answer_invalid", message, fields={"title": message})
        if title != application.title:
            changed.append("(title)")
            application.title = title
    application.answers = merged
    if changed:
        application.answers_version = application.row_version + 1
        save(application, "answers", "title", "answers_version")
    audit("application.saved", application, by=by, facts={"changed": changed})
    return application


@action
def choose_field(*, actor: Actor, application: Application, field: Field) -> Application:
    """Name the one field. Claims of demands of another field are taken back. Raises AccessDenied, BadInput."""
    application, by = _draft(actor, application)
    if field.challenge_id != application.challenge_id or field.retired:
        message = text("이 챌린지에서 고를 수 없는 분야입니다.", "This field cannot be chosen.")
        raise BadInput("field_invalid", message, fields={"field": message})
    if application.field_id != field.pk:
        application.field = field
        ClaimedDemand.objects.within(application=application).exclude(demand__field=field).delete()
    save(application, "field")
    audit("application.field_chosen", application, by=by, facts={"field": field.key})
    return application


@action
def claim_demand(
    *, actor: Actor, application: Application, demand: Demand, claims: Mapping[str, Any] | None = None
) -> ClaimedDemand:
    """Claim to meet a published demand of one's field, with own figures by criterion ("8", "8.5"); again: change them.

    Raises AccessDenied, BadInput that names the criterion.
    """
    application, by = _draft(actor, application)
    _check_claimable(application, demand)
    figures = clean_claims(demand, claims or {})
    claim = ClaimedDemand.objects.within(application=application, demand=demand).first()
    if claim is None:
        claim = ClaimedDemand(application=application, demand=demand, claims=figures)
        save(claim)
    else:
        claim.claims = figures
        save(claim, "claims")
    _touched(application)
    audit("application.demand_claimed", application, by=by, facts={"demand": demand.pk, "figures": sorted(figures)})
    return claim


@action
def unclaim_demand(*, actor: Actor, application: Application, demand: Demand) -> Application:
    """Take a claim and its figures back while it is a draft. Raises AccessDenied."""
    application, by = _draft(actor, application)
    gone, _ = ClaimedDemand.objects.within(application=application, demand=demand).delete()
    if gone:
        _touched(application)
    audit("application.demand_unclaimed", application, by=by, facts={"demand": demand.pk, "claims": gone})
    return application


@action
def answer_eligibility(*, actor: Actor, application: Application, answers: Mapping[str, bool | None]) -> Application:
    """Answer self-check questions (None takes an answer back); the others stay. Raises AccessDenied, BadInput."""
    application, by = _draft(actor, application)
    known = {entry.key for entry in rules.rules_for(application).eligibility.questions}
    for key, value in answers.items():
        if key not in known or not (value is None or isinstance(value, bool)):
            message = text("자가진단에 없는 항목입니다.", "The self-check has no such question.")
            raise BadInput("eligibility_invalid", message, fields={str(key)[:60]: message})
    merged = {**application.eligibility, **answers}
    application.eligibility = {key: value for key, value in merged.items() if value is not None}
    save(application, "eligibility")
    audit("application.eligibility_answered", application, by=by, facts={"questions": sorted(answers)})
    return application


@action
def give_consents(*, actor: Actor, application: Application, consents: Iterable[str]) -> Application:
    """The chief executive consents to the named texts in the version of the rules in force; others are taken back.

    ``submit_application`` takes them along as well. Raises AccessDenied, BadInput.
    """
    application, _ = _draft(actor, application)
    by = require(rules.is_chief_executive(actor, application))
    application.consents = _consents(rules.rules_for(application), consents)
    save(application, "consents")
    audit("application.consents_given", application, by=by, facts={"consents": application.consents})
    return application


# --- files ---------------------------------------------------------------------------------------------------------


@action
def attach(*, actor: Actor, application: Application, document: str, stream: IO[bytes], filename: str) -> Attachment:
    """Put a file into a document's place; what was there before is replaced. Raises AccessDenied, BadInput."""
    application, by = _draft(actor, application)
    rulebook = rules.rules_for(application)
    slot = next((entry for entry in slots_of(rulebook) if entry.key == document), None)
    if slot is None:
        message = text("이 신청에 없는 서류입니다.", "The application has no such document.")
        raise BadInput("document_unknown", message, fields={"file": message})
    name = plain_name(filename)
    try:
        check_kind(name, stream, slot.formats)
        blob = blobs.store(
            stream, organisation=application.startup_id, most_bytes=min(slot.most_bytes, settings.DIDIMDOL_UPLOAD_BYTES)
        )
    except BadInput as problem:
        raise _at(problem, "file") from problem
    _check_total(application, rulebook, slot, blob.size)
    _remove(Attachment.objects.within(application=application, document=document, removed_at=None))
    attachment = Attachment(application=application, document=document, blob=blob, filename=name)
    save(attachment)
    _touched(application)
    facts = {"document": document, "sha256": blob.sha256, "size": blob.size}
    audit("application.document_attached", application, by=by, facts=facts)
    return attachment


@action
def remove_attachment(*, actor: Actor, attachment: Attachment) -> Attachment:
    """Take a document out of a draft; its row stays, marked removed. Raises AccessDenied."""
    application, by = _draft(actor, attachment.application)
    attachment = locked(attachment)
    if attachment.removed_at is None:
        attachment.removed_at = clock.now()
        save(attachment, "removed_at")
        _touched(application)
    audit("application.document_removed", application, by=by, facts={"document": attachment.document})
    return attachment


@action
def upload_model(
    *,
    actor: Actor,
    application: Application,
    stream: IO[bytes],
    filename: str,
    inputs: str | Mapping[str, Mapping[str, Any]] = "",
) -> ModelUpload:
    """The model to be measured; it replaces the one before. ``inputs``: how to feed it, as text (``input: 1x576``) or
    ``{name: {shape, fill}}``; nothing where every shape is fixed. Raises AccessDenied, BadInput."""
    application, by = _draft(actor, application)
    specs = input_specs(inputs)
    try:
        rulebook = rules.rules_for(application)
        blob, name = keep_model(rulebook, stream, filename, startup=application.startup_id)
    except BadInput as problem:
        raise _at(problem, "file") from problem
    _remove(ModelUpload.objects.within(application=application, removed_at=None))
    model = ModelUpload(application=application, blob=blob, filename=name, inputs=specs)
    save(model)
    _touched(application)
    audit(
        "application.model_uploaded",
        application,
        by=by,
        facts={"sha256": blob.sha256, "size": blob.size, "inputs": specs},
    )
    return model


@action
def set_model_inputs(
    *, actor: Actor, application: Application, inputs: str | Mapping[str, Mapping[str, Any]]
) -> ModelUpload:
    """Say anew how to feed the uploaded model. Raises AccessDenied, BadInput."""
    application, by = _draft(actor, application)
    model = contents_of(application).model
    if model is None:
        raise _no_model()
    model.inputs = input_specs(inputs)
    save(model, "inputs")
    _touched(application)
    audit("application.model_inputs_set", application, by=by, facts={"inputs": model.inputs})
    return model


@action
def remove_model(*, actor: Actor, application: Application) -> Application:
    """Take the model out of a draft; its row stays, marked removed. Raises AccessDenied."""
    application, by = _draft(actor, application)
    gone = _remove(ModelUpload.objects.within(application=application, removed_at=None))
    if gone:
        _touched(application)
    audit("application.model_removed", application, by=by, facts={"models": gone})
    return application


@action
def measure_trial(*, actor: Actor, application: Application) -> Application:
    """Measure the draft's model now, by the plans that would be frozen with a submission.

    Raises AccessDenied, BadInput (no model, nothing to measure, trials used up, no device), WrongState (one is running).
    """
    application, by = _draft(actor, application)
    rulebook = rules.rules_for(application)
    contents = contents_of(application)
    if contents.model is None:
        raise _no_model()
    parts = parts_of(application, rulebook, contents)
    if not parts:
        raise BadInput(
            "nothing_to_measure",
            text("측정할 기준이 없습니다.", "There is no criterion to measure by."),
            text("먼저 분야를 고르고 충족할 수요를 신청해 주십시오.", "Choose the field and claim a demand first."),
        )
    trials = Measured.objects.within(application=application, final=False)
    if trials.filter(job__state__in=("queued", "leased")).exists():
        raise WrongState(
            "trial_running",
            text("앞서 맡긴 시험 측정이 진행 중입니다.", "A trial measurement is already running."),
            text("끝난 뒤에 다시 맡겨 주십시오.", "Ask again when it has finished."),
        )
    used, most = trials.values("created_at").distinct().count(), rulebook.verification.trials_per_application
    if used >= most:
        raise BadInput(
            "trials_used_up",
            text(
                f"시험 측정은 신청마다 {most}번까지입니다.",
                f"An application may be measured {most} times before submission.",
            ),
            text("제출하면 정식으로 측정합니다.", "It is measured for good once submitted."),
        )
    queued, refused = queue_parts(actor, application, contents.model, parts, final=False)
    if not queued:
        raise refused[0]
    facts = {"jobs": [measured.job_id for measured in queued], "no_device": len(refused)}
    audit("application.trial_queued", application, by=by, facts=facts)
    return application


# --- submitting ----------------------------------------------------------------------------------------------------


@action
def submit_application(
    *, actor: Actor, application: Application, version: int | None = None, consents: Iterable[str] | None = None
) -> Application:
    """Submit: judged by the server's clock at the moment of asking, strictly before the deadline. Freezes the content,
    pins the rules, gives the number, seals the receipt, queues the measurements. Submitted twice is submitted once.

    ``version``: the row version that was read; ``consents``: keys of the texts consented to with this submission.
    Raises AccessDenied, Stale, BadInput with every gap (``detail["gaps"]``), WrongState.
    """
    at = clock.now()
    application = locked(application)
    if application.state != "draft":
        APPLICATION.move("submit", actor, application)
        return application
    by = require(rules.may_submit(actor, application, at))
    check_version(application, version)
    challenge, rulebook = application.challenge, rules.rules_for(application)
    if consents is not None:
        application.consents = _consents(rulebook, consents)
    contents = contents_of(application)
    if lacking := gaps(application, rulebook, contents):
        raise incomplete(lacking)
    content = content_of(application, contents)
    assert challenge.rulebook is not None
    application.rulebook = challenge.rulebook
    application.submitted_by_id = actor.person
    application.submitted_at = at
    application.number = _next_number(challenge)
    application.content_digest = content_digest(content)
    save(application, "consents", "rulebook", "submitted_by", "submitted_at", "number", "content_digest")
    facts = {
        "number": application.number,
        "content_digest": application.content_digest,
        "rulebook": content["rulebook"],
        "plans": content["plans"],
    }
    APPLICATION.move("submit", actor, application, facts=facts)
    seal_receipt(application)
    _cancel_trials(actor, application)
    _queue_final(actor, application, rulebook, contents, by)
    _tell_submitted(application)
    return application


@action
def queue_measurements(*, actor: Actor, application: Application) -> Application:
    """Queue what found no device when it was submitted. The system asks every ten minutes. Raises AccessDenied."""
    application = locked(application)
    by = require(rules.may_queue(actor, application))
    if application.state == "submitted" and application.awaits_device:
        _queue_final(actor, application, rules.rules_for(application), contents_of(application), by)
    audit("application.measuring_asked", application, by=by, facts={"awaits_device": application.awaits_device})
    return application


@action
def withdraw_application(*, actor: Actor, application: Application, reason: str) -> Application:
    """Take it back, draft or submitted. A number that was given is never given again. Raises AccessDenied, BadInput."""
    application = locked(application)
    if APPLICATION.move("withdraw", actor, application, reason=reason):
        jobs = DeviceJob.objects.within(subject=application.pk, state__in=("queued", "leased"))
        for job in jobs.order_by("pk"):
            cancel_job(actor=actor, job=job, reason="withdrawn")
        application_withdrawn.send(sender=Application, application=application, actor=actor)
    return application


@action
def log_export(*, actor: Actor, challenge: Challenge, rows: int, reason: str) -> None:
    """Somebody takes the list of applications out of the system, and says why (안전성 확보조치 기준)."""
    by = require(runs(actor, challenge, *rules.OPERATES))
    if not reason.strip():
        message = text("사유를 적어 주십시오.", "Please give the reason.")
        raise BadInput("reason_required", message, fields={"reason": message})
    audit("application.list_exported", challenge, by=by, facts={"rows": rows}, personal={"reason": reason})
    opened(actor, "export: applications", challenge, purpose=reason)


# --- parts of the above --------------------------------------------------------------------------------------------


def _draft(actor: Actor, application: Application) -> tuple[Application, Grant | None]:
    """The application, locked, if the actor may still write it. Raises AccessDenied."""
    application = locked(application)
    return application, require(rules.may_write(actor, application))


def _touched(application: Application) -> None:
    """Something beside the row changed: whoever is about to submit what they read before must look again."""
    save(application, "state_since")


def _one_at_a_time(key: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"didimdol.applications.{key}"])


def _next_number(challenge: Challenge) -> str:
    """ "slug-0007": counted up within the challenge, withdrawn ones included, one submission at a time."""
    _one_at_a_time(f"number:{challenge.pk}")
    given = Application.objects.within(challenge=challenge).exclude(number="").values_list("number", flat=True)
    last = max((int(number.rpartition("-")[2]) for number in given), default=0)
    return f"{challenge.slug}-{last + 1:04d}"


def _consents(rulebook: Rulebook, keys: Iterable[str]) -> dict[str, str]:
    given = set(keys)
    known = {consent.key: consent.version for consent in rulebook.consents}
    if not given <= set(known):
        message = text("이 공고에 없는 동의 항목입니다.", "The call has no such consent.")
        raise BadInput("consent_unknown", message)
    return {key: version for key, version in known.items() if key in given}


def incomplete(lacking: list[Gap]) -> BadInput:
    return BadInput(
        "application_incomplete",
        text(
            f"아직 빠진 항목이 {len(lacking)}개 있어 제출하지 못했습니다.",
            f"Not submitted: {len(lacking)} items are missing.",
        ),
        text("아래 목록의 항목을 채운 뒤 다시 제출해 주십시오.", "Fill in what the list names and submit again."),
        gaps=[{"step": gap.step, "what": gap.what, "why": gap.why, "url": gap.url} for gap in lacking],
    )


def _check_claimable(application: Application, demand: Demand) -> None:
    if demand.challenge_id != application.challenge_id or demand.state != "published":
        raise BadInput("demand_not_open", text("신청할 수 없는 수요입니다.", "This demand cannot be claimed."))
    if application.field_id is None or demand.field_id != application.field_id:
        raise BadInput(
            "demand_of_another_field",
            text("고른 분야의 수요가 아닙니다.", "The demand is not of the chosen field."),
            text("먼저 그 수요의 분야를 골라 주십시오.", "Choose the demand's field first."),
        )
    most = rules.rules_for(application).demands.max_claims
    others = ClaimedDemand.objects.within(application=application).exclude(demand=demand)
    if most is not None and others.count() >= most:
        raise BadInput(
            "too_many_demands",
            text(f"수요는 {most}개까지 신청할 수 있습니다.", f"At most {most} demands may be claimed."),
            text("다른 수요의 신청을 먼저 취소해 주십시오.", "Take back another claim first."),
        )


def _check_total(application: Application, rulebook: Rulebook, slot: Slot, size: int) -> None:
    """공고의 제출 용량: all documents together; the model counts apart."""
    most = rulebook.notice.upload_limit_mb * 1_000_000
    others = Attachment.objects.within(application=application, removed_at=None).exclude(document=slot.key)
    total = size + sum(others.values_list("blob__size", flat=True))
    if total > most:
        over = text(
            f"서류를 모두 합해 {rulebook.notice.upload_limit_mb} MB까지 낼 수 있습니다.",
            f"All documents together may have {rulebook.notice.upload_limit_mb} MB.",
        )
        raise BadInput(
            "documents_too_large",
            over,
            text("파일을 줄이거나 다른 서류를 더 작은 파일로 바꿔 주십시오.", "Make this or another document smaller."),
            fields={"file": over},
        )


def _remove(rows: Any) -> int:
    count = 0
    for row in rows.select_for_update():
        row.removed_at = clock.now()
        save(row, "removed_at")
        count += 1
    return count


def _at(problem: BadInput, field: str) -> BadInput:
    return BadInput(problem.code, problem.message, problem.remedy, fields={field: problem.message}, **problem.detail)


def _no_model() -> BadInput:
    return BadInput(
        "no_model",
        text("아직 올린 모델이 없습니다.", "No model has been uploaded yet."),
        text("먼저 모델 파일을 올려 주십시오.", "Upload the model file first."),
    )


def _cancel_trials(actor: Actor, application: Application) -> None:
    """Trials still waiting would only keep a device from the measurements that count."""
    waiting = DeviceJob.objects.within(subject=application.pk, state="queued")
    for job in waiting.order_by("pk"):
        cancel_job(actor=actor, job=job, reason="submitted")


def _queue_final(
    actor: Actor, application: Application, rulebook: Rulebook, contents: Contents, by: Grant | None
) -> None:
    """Queue the frozen plans that have no job yet. A missing device never stands in the way of a submission."""
    model = contents.model
    if model is None:
        return
    measured = Measured.objects.within(application=application, final=True)
    there: set[UUID | None] = set(measured.values_list("demand_id", flat=True))
    parts = [
        part
        for part in parts_of(application, rulebook, contents)
        if (part.demand.pk if part.demand else None) not in there
    ]
    queued, refused = queue_parts(actor, application, model, parts, final=True)
    awaits = bool(refused)
    audit(
        "application.measurements_queued",
        application,
        by=by,
        facts={"jobs": [entry.job_id for entry in queued], "no_device": len(refused)},
    )
    if awaits == application.awaits_device:
        return
    application.awaits_device = awaits
    save(application, "awaits_device")
    if awaits:
        _tell_no_device(application, refused[0])


def _people(application: Application) -> list[UUID]:
    people = persons_with(*rules.WRITERS, organisation=application.startup_id, challenge=application.challenge_id)
    return [person.id for person in people]


def _tell_submitted(application: Application) -> None:
    receipt, name = receipt_of(application), application.challenge.name
    assert receipt is not None and application.submitted_at is not None
    when = when_text(application.submitted_at, seconds=True)
    notify(
        _people(application),
        subject=text(f"접수증: {application.number}", f"Receipt: {application.number}"),
        body=text(
            f"‘{name['ko']}’ 신청이 접수되었습니다.\n접수번호 {application.number}\n접수 시각 {when}\n"
            f"제출 내용 SHA-256 {application.content_digest}\n접수증 SHA-256 {receipt.digest}",
            f"Your application to “{name.get('en') or name['ko']}” was received.\nNumber {application.number}\n"
            f"Received {when}\nSHA-256 of the content {application.content_digest}\n"
            f"SHA-256 of the receipt {receipt.digest}",
        ),
        url=application.get_absolute_url(),
    )


def _tell_no_device(application: Application, problem: BadInput) -> None:
    operator = application.challenge.programme.operator_id
    engineers = persons_with(Role.VERIFIER, Role.MANAGER, organisation=operator, challenge=application.challenge_id)
    message: Text = problem.message
    notify(
        [person.id for person in engineers],
        subject=text(f"측정할 장비가 없습니다: {application.number}", f"No device to measure: {application.number}"),
        body=text(f"{message['ko']} {problem.remedy['ko']}", f"{message['en']} {problem.remedy['en']}"),
        url=application.get_absolute_url(),
    )
