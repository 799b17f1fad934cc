from django.urls import path

from didimdol.design.views import LivingPage

app_name = "design"
urlpatterns = [path("", LivingPage.as_view(), name="living")]
