from django.urls import path

from didimdol.verification import views

app_name = "verification"
urlpatterns = [
    path("devices/", views.devices, name="devices"),
    path("devices/new/", views.Register.as_view(), name="register"),
    path("devices/<uuid:id>/retire/", views.Retire.as_view(), name="retire"),
    path("jobs/<uuid:id>/", views.job, name="job"),
    path("jobs/<uuid:id>/progress/", views.job_progress, name="progress"),
    path("jobs/<uuid:id>/evidence.zip", views.evidence_zip, name="evidence"),
    path("jobs/<uuid:id>/cancel/", views.Cancel.as_view(), name="cancel"),
    path("jobs/<uuid:id>/repeat/", views.Repeat.as_view(), name="repeat"),
]
