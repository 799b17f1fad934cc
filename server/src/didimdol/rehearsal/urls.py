from django.urls import path

from didimdol.rehearsal import views

app_name = "rehearsal"
urlpatterns = [
    path("", views.reports, name="reports"),
    path("<uuid:id>/", views.report, name="report"),
]
