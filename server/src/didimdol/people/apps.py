from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "didimdol.people"
    label = "people"
