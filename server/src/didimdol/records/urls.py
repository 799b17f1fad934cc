from django.urls import path, re_path

from didimdol.records import views

app_name = "records"
urlpatterns = [
    path("", views.log, name="log"),
    path("access/", views.access, name="access"),
    path("events/<uuid:id>/", views.event, name="event"),
    path("notes/<uuid:id>/erase/", views.EraseNote.as_view(), name="erase"),
    re_path(r"^export/(?P<what>log|access)/$", views.Export.as_view(), name="export"),
    path("heads/", views.heads, name="heads"),
    path("heads.json", views.heads_json, name="heads_json"),
    path("keys.json", views.keys_json, name="keys"),
]
