from django.apps import AppConfig


class DemandsConfig(AppConfig):
    name = "didimdol.demands"
    label = "demands"
