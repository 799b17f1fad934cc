from django.apps import AppConfig


class ProgrammesConfig(AppConfig):
    name = "didimdol.programmes"
    label = "programmes"
