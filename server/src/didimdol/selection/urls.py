from django.urls import path

from didimdol.selection import views

app_name = "selection"
urlpatterns = [
    path("", views.selections, name="list"),
    path("rounds/<uuid:id>/compute/", views.Compute.as_view(), name="compute"),
    path("<uuid:id>/", views.selection, name="selection"),
    path("<uuid:id>/decide/", views.Decide.as_view(), name="decide"),
    path("<uuid:id>/reconsider/", views.Reconsider.as_view(), name="reconsider"),
    path("<uuid:id>/release/", views.Release.as_view(), name="release"),
    path("<uuid:id>/export/", views.Export.as_view(), name="export"),
    path("<uuid:id>/record/<slug:tier>/", views.record, name="record"),
    path("lines/<uuid:id>/", views.sheet, name="sheet"),
    path("lines/<uuid:id>/hold/", views.Hold.as_view(), name="hold"),
    path("lines/<uuid:id>/unhold/", views.Unhold.as_view(), name="unhold"),
    path("lines/<uuid:id>/exclude/", views.Exclude.as_view(), name="exclude"),
    path("lines/<uuid:id>/readmit/", views.Readmit.as_view(), name="readmit"),
    path("own/<uuid:application>/", views.own, name="own"),
    path("own/<uuid:application>/record/", views.own_record, name="own_record"),
    path("results/<slug:slug>/", views.result, name="result"),
]
