from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "didimdol.people"
    label = "people"

    def ready(self) -> None:
        from didimdol.kernel import api, pages
        from didimdol.people import accounts, queries, rules  # noqa: F401  (rules registers its reasons)

        pages.actor_of_request.fill(queries.actor_of_request)
        api.actor_of_token.fill(queries.actor_of_token)
        accounts.listen()
