from django.urls import path

from didimdol.programmes import views

app_name = "programmes"
urlpatterns = [
    path("", views.challenge_list, name="list"),
    path("load/", views.LoadRulebook.as_view(), name="load"),
    path("<slug:id>/", views.challenge_page, name="challenge"),
    path("<slug:id>/rulebook.yaml", views.rulebook_file, name="rulebook"),
    path("<slug:id>/rulebook-v<int:version>.yaml", views.rulebook_file, name="rulebook_version"),
    path("<slug:id>/manage/", views.manage_page, name="manage"),
    path("<slug:id>/manage/announce/", views.AnnounceChallenge.as_view(), name="announce"),
    path("<slug:id>/manage/amend/", views.AmendChallenge.as_view(), name="amend"),
    path("<slug:id>/manage/cancel/", views.CancelChallenge.as_view(), name="cancel"),
]
