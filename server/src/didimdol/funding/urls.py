from __future__ import annotations

from django.urls import path

from didimdol.funding import moves, statement_views, views

app_name = "funding"
urlpatterns = [
    path("", views.money, name="list"),
    path("<uuid:id>/", views.project, name="project"),
    path("<uuid:id>/budget/", views.BudgetPage.as_view(), name="budget"),
    path("budgets/<uuid:id>/submit/", moves.SubmitBudget.as_view(), name="submit_budget"),
    path("budgets/<uuid:id>/approve/", moves.ApproveBudget.as_view(), name="approve_budget"),
    path("budgets/<uuid:id>/return/", moves.ReturnBudget.as_view(), name="return_budget"),
    path("startups/<uuid:id>/account/", moves.RegisterAccount.as_view(), name="register"),
    path("accounts/<uuid:id>/", views.account, name="account"),
    path("accounts/<uuid:id>/verify/", moves.VerifyAccount.as_view(), name="verify"),
    path("milestones/<uuid:id>/request/", moves.Request.as_view(), name="request"),
    path("payments/<uuid:id>/", views.disbursement, name="disbursement"),
    path("payments/<uuid:id>/approve/", moves.Approve.as_view(), name="approve"),
    path("payments/<uuid:id>/release/", moves.Release.as_view(), name="release"),
    path("payments/<uuid:id>/hold/", moves.Hold.as_view(), name="hold"),
    path("payments/<uuid:id>/unhold/", moves.Unhold.as_view(), name="unhold"),
    path("payments/<uuid:id>/cancel/", moves.Cancel.as_view(), name="cancel"),
    path("<uuid:id>/return/", moves.RecordReturn.as_view(), name="record_return"),
    path("<uuid:id>/accept/", moves.AcceptSpending.as_view(), name="accept_spending"),
    path("<uuid:id>/statement/", statement_views.OfProject.as_view(), name="statement"),
    path("challenges/<slug:slug>/", views.challenge, name="challenge"),
    path("challenges/<slug:slug>/entries/", views.entries, name="entries"),
    path("challenges/<slug:id>/statement/", statement_views.OfChallenge.as_view(), name="challenge_statement"),
]
