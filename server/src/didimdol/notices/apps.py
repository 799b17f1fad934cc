from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "didimdol.notices"
    label = "notices"
