from django.urls import path

from didimdol.verification import device_views, views

app_name = "verification"
urlpatterns = [
    path("devices/", views.devices, name="devices"),
    path("devices/new/", device_views.Register.as_view(), name="register"),
    path("devices/<uuid:id>/", device_views.device, name="device"),
    path("devices/<uuid:id>/export/", device_views.Export.as_view(), name="export"),
    path("devices/<uuid:id>/new-key/", device_views.NewKey.as_view(), name="new_key"),
    path("devices/<uuid:id>/token/", device_views.ChangeToken.as_view(), name="token"),
    path("devices/<uuid:id>/release/", device_views.Release.as_view(), name="release"),
    path("devices/<uuid:id>/retire/", device_views.Retire.as_view(), name="retire"),
    path("jobs/<uuid:id>/", views.job, name="job"),
    path("jobs/<uuid:id>/progress/", views.job_progress, name="progress"),
    path("jobs/<uuid:id>/evidence.zip", views.evidence_zip, name="evidence"),
    path("jobs/<uuid:id>/cancel/", views.Cancel.as_view(), name="cancel"),
    path("jobs/<uuid:id>/repeat/", views.Repeat.as_view(), name="repeat"),
]
