from django.apps import AppConfig


class ProgrammesConfig(AppConfig):
    name = "didimdol.programmes"
    label = "programmes"

    def ready(self) -> None:
        from didimdol.people.ports import challenge_facts
        from didimdol.programmes import labels, queries, states  # noqa: F401  (table and labels register themselves)

        challenge_facts.fill(queries.challenge_facts)
