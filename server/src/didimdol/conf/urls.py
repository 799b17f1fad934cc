"""Every room brings its own addresses; here they are put together."""

from django.urls import include, path

from didimdol.records.views import keys_json

urlpatterns = [
    path("", include("didimdol.site.urls")),
    path("design/", include("didimdol.design.urls")),
    path("account/webhooks/", include("didimdol.api.webhook_urls")),
    path("account/", include("didimdol.people.urls")),
    path("account/", include("allauth.urls")),
    path("notices/", include("didimdol.notices.urls")),
    path("records/", include("didimdol.records.urls")),
    path(".well-known/didimdol-keys.json", keys_json),
    path("challenges/", include("didimdol.programmes.urls")),
    path("demands/", include("didimdol.demands.urls")),
    path("applications/", include("didimdol.applications.urls")),
    path("verification/", include("didimdol.verification.urls")),
    path("agent/v1/", include("didimdol.verification.agent_urls")),
    path("evaluation/", include("didimdol.evaluation.urls")),
    path("selection/", include("didimdol.selection.urls")),
    path("projects/", include("didimdol.projects.urls")),
    path("funding/", include("didimdol.funding.urls")),
    path("outcomes/", include("didimdol.outcomes.urls")),
    path("rehearsals/", include("didimdol.rehearsal.urls")),
    path("api/v1/", include("didimdol.api.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
]
