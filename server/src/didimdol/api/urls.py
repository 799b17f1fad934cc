from django.urls import path, re_path

from didimdol.api.endpoints import api, unknown

# What is not there answers as the API does, not with a page.
urlpatterns = [path("", api.urls), re_path(r"", unknown, name="api-unknown")]
