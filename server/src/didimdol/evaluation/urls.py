from django.urls import path

from didimdol.evaluation import assignment_views, ballot_views, views

app_name = "evaluation"
urlpatterns = [
    path("", views.evaluation_list, name="list"),
    path("open/<slug:id>/", views.OpenRound.as_view(), name="open"),
    path("<uuid:id>/", views.round_page, name="round"),
    path("<uuid:id>/seat/", views.AddSeat.as_view(), name="seat"),
    path("<uuid:id>/declarations/", views.StartDeclarations.as_view(), name="start-declarations"),
    path("<uuid:id>/conflicts/", views.Conflicts.as_view(), name="conflicts"),
    path("<uuid:id>/assign/", assignment_views.Assign.as_view(), name="assign"),
    path("<uuid:id>/what-if/", assignment_views.what_if, name="what-if"),
    path("<uuid:id>/assignment/", assignment_views.assignment, name="assignment"),
    path("<uuid:id>/assignment/record/", assignment_views.assignment_record, name="assignment-record"),
    path("<uuid:id>/fill/", assignment_views.Fill.as_view(), name="fill"),
    path("seats/<uuid:id>/change/", assignment_views.ChangeSeat.as_view(), name="seat-change"),
    path("<uuid:id>/extend/", views.Extend.as_view(), name="extend"),
    path("<uuid:id>/close/", views.Close.as_view(), name="close"),
    path("seats/<uuid:id>/vacate/", views.VacateSeat.as_view(), name="seat-vacate"),
    path("ballots/<uuid:id>/", ballot_views.BallotPage.as_view(), name="ballot"),
    path("ballots/<uuid:id>/save/", ballot_views.ballot_save, name="ballot-save"),
    path("ballots/<uuid:id>/lock/", ballot_views.Lock.as_view(), name="lock"),
    path("ballots/<uuid:id>/reopen/", ballot_views.Reopen.as_view(), name="reopen"),
    path("ballots/<uuid:id>/recuse/", ballot_views.Recuse.as_view(), name="recuse"),
]
