from django.apps import AppConfig


class VerificationConfig(AppConfig):
    name = "didimdol.verification"
    label = "verification"
