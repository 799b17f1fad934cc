from django.urls import path

from didimdol.applications import views
from didimdol.applications.views import files, lists, submission

app_name = "applications"
urlpatterns = [
    path("", lists.application_list, name="list"),
    path("export/<slug:slug>/", lists.Export.as_view(), name="export"),
    path("new/<slug:slug>/", lists.Start.as_view(), name="start"),
    path("<uuid:id>/", submission.application_page, name="application"),
    path("<uuid:id>/field/", views.FieldStep.as_view(), name="field"),
    path("<uuid:id>/demands/<uuid:demand>/", views.claim, name="claim"),
    path("<uuid:id>/self-check/", views.EligibilityStep.as_view(), name="eligibility"),
    path("<uuid:id>/self-check/autosave/", views.autosave_eligibility, name="autosave_eligibility"),
    path("<uuid:id>/form/", views.FormStep.as_view(), name="form"),
    path("<uuid:id>/form/autosave/", views.autosave, name="autosave"),
    path("<uuid:id>/files/", files.files_page, name="files"),
    path("<uuid:id>/files/<str:document>/attach/", files.attach, name="attach"),
    path("<uuid:id>/model/", files.model, name="model"),
    path("<uuid:id>/model/inputs/", files.model_inputs, name="model_inputs"),
    path("<uuid:id>/model/remove/", files.remove_model, name="remove_model"),
    path("<uuid:id>/trial/", files.trial, name="trial"),
    path("<uuid:id>/check/", submission.Check.as_view(), name="check"),
    path("<uuid:id>/receipt/", submission.receipt_page, name="receipt"),
    path("<uuid:id>/receipt.json", submission.receipt_file, name="receipt_file"),
    path("<uuid:id>/content.json", submission.content_file, name="content_file"),
    path("<uuid:id>/withdraw/", submission.Withdraw.as_view(), name="withdraw"),
    path("documents/<uuid:id>/", files.document, name="document"),
    path("documents/<uuid:id>/remove/", files.remove_document, name="remove_document"),
    path("models/<uuid:id>/", files.model_file, name="model_file"),
    path("measurements/<uuid:id>/progress/", files.progress_of, name="progress"),
    path("measurements/<uuid:id>/evidence.zip", files.evidence_zip, name="evidence"),
]
