"""What milestones and finals are called in the log, and what follows from facts of other rooms."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from didimdol.kernel.action import locked_all, notify
from didimdol.kernel.actor import SYSTEM, Actor
from didimdol.kernel.words import text
from didimdol.people.queries import persons_with
from didimdol.programmes import pages as challenge_pages
from didimdol.programmes import rules as programme_rules
from didimdol.programmes.models import Challenge
from didimdol.projects import pages
from didimdol.projects.final_rules import CONDUCT
from didimdol.projects.models import ModelVersion, Project, Review
from didimdol.projects.rules import STARTUP, is_startup
from didimdol.projects.signals import project_ended
from didimdol.projects.states.final import REVIEW
from didimdol.records import labels
from didimdol.verification.models import DeviceJob
from didimdol.verification.signals import job_finished


def ended(sender: Any, *, project: Project, **more: Any) -> None:
    """Nobody reviews a project that has ended: open sheets are closed, and their to-dos with them."""
    open_sheets = Review.objects.within(project=project, state="draft").order_by("pk")
    for review in locked_all(list(open_sheets)):
        REVIEW.move("close", SYSTEM, review)


def measured(sender: Any, *, job: DeviceJob, **more: Any) -> None:
    """The startup learns that its model was measured, or why not."""
    if job.state == "cancelled":
        return
    version = ModelVersion.objects.within(pk=job.subject).select_related("milestone__project").first()
    if version is None or version.job_id != job.pk:
        return
    project = version.milestone.project
    people = persons_with(*STARTUP, organisation=project.startup_id, challenge=project.challenge_id)
    number = f"{project.number} {version.milestone.position}"
    notify(
        [person.id for person in people],
        subject=text(f"모델 측정이 끝났습니다 · {number}", f"Your model was measured · {number}"),
        body=text(
            "관문이 열렸는지, 무엇이 모자란지 단계 화면에서 확인해 주십시오.",
            "The milestone's page says whether the gate is open, and what is missing if not.",
        ),
        url=version.milestone.get_absolute_url(),
    )


def challenge_links(actor: Actor, challenge: Challenge) -> Iterable[challenge_pages.PageLink]:
    """On the operator's page: once there are projects to grade."""
    if programme_rules.runs(actor, challenge, *CONDUCT) and Project.objects.within(challenge=challenge).exists():
        yield challenge_pages.PageLink("manage", text("최종평가", "Final evaluation"), reverse("projects:finals"))


def project_links(actor: Actor, project: Project) -> Iterable[pages.ProjectLink]:
    """For the startup: its own sealed line, once its grade is there."""
    if project.grade and is_startup(actor, project):
        url = reverse("projects:own_final_record", args=[project.pk])
        yield pages.ProjectLink(text("최종평가 기록", "Record of the grade"), url)


def register() -> None:
    challenge_pages.add_links(challenge_links)
    pages.add_links(project_links)
    project_ended.connect(ended, dispatch_uid="projects.close_reviews")
    job_finished.connect(measured, dispatch_uid="projects.tell_measured")
    labels.events(
        {
            "milestone.deliverable_added": text("결과물 추가", "File added"),
            "milestone.model_handed_in": text("모델 제출", "Model handed in"),
            "witnessed_test.signed_again": text("서명(이미 되어 있음)", "Signed (already so)"),
            "project.checked": text("과제 점검", "Project checked"),
            "project.grade_given": text("최종 등급 부여", "Final grade given"),
            "project.named_best": text("최종 우수과제 선정", "Named one of the best"),
            "review.saved": text("평가표 저장", "Review saved"),
        }
    )
    labels.things(
        {
            "projects.Milestone": text("과제 단계", "Milestone"),
            "projects.Deliverable": text("결과물", "File of a milestone"),
            "projects.ModelVersion": text("모델", "Model"),
            "projects.WitnessedTest": text("입회 시험", "Witnessed test"),
            "projects.Check": text("과제 점검", "Check of a project"),
            "projects.Final": text("최종평가", "Final evaluation"),
            "projects.Review": text("과제 평가표", "Review of a project"),
            "milestone": text("과제 단계", "Milestone"),
            "deliverable": text("결과물", "File of a milestone"),
            "model version": text("모델", "Model"),
            "witnessed test": text("입회 시험", "Witnessed test"),
            "test log": text("입회 시험의 원시 기록", "Raw log of a witnessed test"),
            "final": text("최종평가", "Final evaluation"),
            "review": text("과제 평가표", "Review of a project"),
            "final record": text("최종평가 기록", "Record of a final evaluation"),
            "final record (full)": text("최종평가 기록(전체)", "Record of a final evaluation (full)"),
            "final record (own)": text("최종평가 기록(본인)", "Record of a final evaluation (own)"),
        }
    )
