from django.urls import path

from didimdol.api import views

app_name = "webhooks"
urlpatterns = [
    path("", views.webhook_list, name="list"),
    path("new/<uuid:id>/", views.NewSubscription.as_view(), name="new"),
    path("<uuid:id>/", views.webhook, name="webhook"),
    path("<uuid:id>/change/", views.ChangeSubscription.as_view(), name="change"),
    path("<uuid:id>/secret/", views.RotateSecret.as_view(), name="secret"),
    path("<uuid:id>/pause/", views.Pause.as_view(), name="pause"),
    path("<uuid:id>/resume/", views.Resume.as_view(), name="resume"),
    path("<uuid:id>/end/", views.End.as_view(), name="end"),
    path("<uuid:id>/test/", views.SendTest.as_view(), name="test"),
    path("deliveries/<uuid:id>/", views.delivery, name="delivery"),
    path("deliveries/<uuid:id>/again/", views.Redeliver.as_view(), name="redeliver"),
]
