from django.urls import path

from didimdol.rehearsal import chance_views, views

app_name = "rehearsal"
urlpatterns = [
    path("", views.reports, name="reports"),
    path("evaluators/<slug:slug>/", chance_views.evaluators, name="evaluators"),
    path("<uuid:id>/", views.report, name="report"),
]
