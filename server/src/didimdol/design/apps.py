from django.apps import AppConfig


class DesignConfig(AppConfig):
    name = "didimdol.design"
    label = "design"
    verbose_name = "Design"
