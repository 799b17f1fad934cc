from django.urls import path

from didimdol.api.endpoints import api

urlpatterns = [path("", api.urls)]
