from django.urls import path

from didimdol.notices import views

app_name = "notices"
urlpatterns = [
    path("", views.message_list, name="list"),
    path("read/", views.read_all, name="read-all"),
    path("<uuid:id>/read/", views.read, name="read"),
    path("mail/", views.mail, name="mail"),
]
