from django.urls import path

from didimdol.verification import agent

app_name = "agent"
urlpatterns = [
    path("claim", agent.claim, name="claim"),
    path("jobs/<uuid:id>/model", agent.model, name="model"),
    path("jobs/<uuid:id>/dataset", agent.dataset, name="dataset"),
    path("jobs/<uuid:id>/heartbeat", agent.heartbeat, name="heartbeat"),
    path("jobs/<uuid:id>/result", agent.result, name="result"),
    path("jobs/<uuid:id>/failure", agent.failure, name="failure"),
]
