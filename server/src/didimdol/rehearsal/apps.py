from django.apps import AppConfig


class RehearsalConfig(AppConfig):
    name = "didimdol.rehearsal"
    label = "rehearsal"
