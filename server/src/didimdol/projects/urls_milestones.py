"""Addresses of milestones, checks, finals and reviews; part of the room's ``urls``."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from didimdol.projects.views import finals, milestones

urlpatterns: list[URLPattern | URLResolver] = [
    path("milestones/<uuid:id>/", milestones.milestone, name="milestone"),
    path("milestones/<uuid:id>/progress/", milestones.progress_of, name="milestone_progress"),
    path("milestones/<uuid:id>/evidence.zip", milestones.evidence_zip, name="milestone_evidence"),
    path("milestones/<uuid:id>/deliverable/", milestones.AddDeliverable.as_view(), name="add_deliverable"),
    path("milestones/<uuid:id>/model/", milestones.HandInModel.as_view(), name="hand_in_model"),
    path("milestones/<uuid:id>/test/", milestones.RecordTest.as_view(), name="record_test"),
    path("milestones/<uuid:id>/submit/", milestones.Submit.as_view(), name="submit_milestone"),
    path("milestones/<uuid:id>/accept/", milestones.Accept.as_view(), name="accept_milestone"),
    path("milestones/<uuid:id>/approve/", milestones.Approve.as_view(), name="approve_milestone"),
    path("milestones/<uuid:id>/supplement/", milestones.Supplement.as_view(), name="supplement_milestone"),
    path("milestones/<uuid:id>/drop/", milestones.Drop.as_view(), name="drop_milestone"),
    path("deliverables/<uuid:id>/", milestones.deliverable, name="deliverable"),
    path("models/<uuid:id>/", milestones.model_file, name="model_version"),
    path("tests/<uuid:id>/log/", milestones.test_log, name="test_log"),
    path("tests/<uuid:id>/sign/", milestones.SignTest.as_view(), name="sign_test"),
    path("tests/<uuid:id>/refuse/", milestones.RefuseTest.as_view(), name="refuse_test"),
    path("<uuid:id>/checks/", milestones.checks, name="checks"),
    path("<uuid:id>/checks/new/", milestones.CheckProject.as_view(), name="check_project"),
    path("finals/", finals.finals, name="finals"),
    path("finals/open/<uuid:id>/", finals.Open.as_view(), name="open_final"),
    path("finals/<uuid:id>/", finals.final, name="final"),
    path("finals/<uuid:id>/compute/", finals.Compute.as_view(), name="compute_final"),
    path("finals/<uuid:id>/release/", finals.Release.as_view(), name="release_final"),
    path("finals/<uuid:id>/record/", finals.record, name="final_record"),
    path("reviews/<uuid:id>/", finals.review, name="review"),
    path("reviews/<uuid:id>/lock/", finals.Lock.as_view(), name="lock_review"),
    path("<uuid:id>/final-record/", finals.own_record, name="own_final_record"),
]
