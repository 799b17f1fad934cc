from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    name = "didimdol.applications"
    label = "applications"
