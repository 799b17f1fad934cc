from __future__ import annotations

from django.urls import include, path

from didimdol.projects import views
from didimdol.projects.views import agreement, links, support

app_name = "projects"
urlpatterns = [
    path("", views.projects, name="list"),
    path("export/", views.ExportProjects.as_view(), name="export"),
    path("sign/<str:secret>/", links.SignByLink.as_view(), name="sign_by_link"),
    path("sign/<str:secret>/agreement.pdf", links.link_pdf, name="link_pdf"),
    path("sign/<str:secret>/sheet.pdf", links.link_sheet, name="link_sheet"),
    path("<uuid:id>/", views.project, name="project"),
    path("<uuid:id>/withdraw/", views.Withdraw.as_view(), name="withdraw"),
    path("<uuid:id>/stop/", views.Stop.as_view(), name="stop"),
    path("<uuid:id>/finish/", views.Finish.as_view(), name="finish"),
    path("<uuid:id>/plan/", views.plan, name="plan"),
    path("<uuid:id>/plan/edit/", views.EditPlan.as_view(), name="edit_plan"),
    path("plans/<uuid:id>/submit/", views.SubmitPlan.as_view(), name="submit_plan"),
    path("plans/<uuid:id>/return/", views.ReturnPlan.as_view(), name="return_plan"),
    path("plans/<uuid:id>/approve/", views.ApprovePlan.as_view(), name="approve_plan"),
    path("<uuid:id>/agreement/", agreement.agreement, name="agreement"),
    path("<uuid:id>/agreement/edit/", agreement.EditAgreement.as_view(), name="edit_agreement"),
    path("agreements/<uuid:id>/agreement.pdf", agreement.pdf, name="agreement_pdf"),
    path("agreements/<uuid:id>/sheet.pdf", agreement.sheet, name="agreement_sheet"),
    path("agreements/<uuid:id>/offer/", agreement.Offer.as_view(), name="offer_agreement"),
    path("agreements/<uuid:id>/take-back/", agreement.TakeBack.as_view(), name="take_back_agreement"),
    path("agreements/<uuid:id>/sign/", agreement.Sign.as_view(), name="sign_agreement"),
    path("agreements/<uuid:id>/decline/", agreement.Decline.as_view(), name="decline_agreement"),
    path("agreements/<uuid:id>/link/", agreement.SendLink.as_view(), name="send_link"),
    path("agreements/<uuid:id>/paper/", agreement.Paper.as_view(), name="paper"),
    path("links/<uuid:id>/revoke/", agreement.RevokeLink.as_view(), name="revoke_link"),
    path("signatures/<uuid:id>/file/", agreement.signature_file, name="signature_file"),
    path("<uuid:id>/support/", support.support, name="support"),
    path("<uuid:id>/support/promise/", support.Promise.as_view(), name="promise_support"),
    path("support/<uuid:id>/hours/", support.LogHours.as_view(), name="log_hours"),
    path("support/<uuid:id>/receive/", support.Receive.as_view(), name="receive_support"),
    path("<uuid:id>/contributions/", support.contributions, name="contributions"),
    path("<uuid:id>/contributions/give/", support.Give.as_view(), name="give_contribution"),
    path("contributions/<uuid:id>/confirm/", support.ConfirmContribution.as_view(), name="confirm_contribution"),
    path("contributions/<uuid:id>/refuse/", support.RefuseContribution.as_view(), name="refuse_contribution"),
    path("contributions/<uuid:id>/evidence/", support.evidence, name="contribution_evidence"),
    path("", include("didimdol.projects.urls_milestones")),
]
