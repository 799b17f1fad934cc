from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "didimdol.api"
    label = "api"
