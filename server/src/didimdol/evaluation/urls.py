from django.urls import path

from didimdol.evaluation import affinity_views, ballot_views, draw_views, views

app_name = "evaluation"
urlpatterns = [
    path("", views.evaluation_list, name="list"),
    path("open/<slug:id>/", views.OpenRound.as_view(), name="open"),
    path("<uuid:id>/", views.round_page, name="round"),
    path("<uuid:id>/seat/", views.AddSeat.as_view(), name="seat"),
    path("<uuid:id>/declarations/", views.StartDeclarations.as_view(), name="start-declarations"),
    path("<uuid:id>/conflicts/", views.Conflicts.as_view(), name="conflicts"),
    path("<uuid:id>/assign/", views.Assign.as_view(), name="assign"),
    path("<uuid:id>/extend/", views.Extend.as_view(), name="extend"),
    path("<uuid:id>/close/", views.Close.as_view(), name="close"),
    path("<uuid:id>/fit/<uuid:application>/", affinity_views.fit_page, name="fit"),
    path("seats/<uuid:id>/expertise/", affinity_views.CorrectExpertise.as_view(), name="expertise"),
    path("seats/<uuid:id>/vacate/", views.VacateSeat.as_view(), name="seat-vacate"),
    path("ballots/<uuid:id>/", ballot_views.BallotPage.as_view(), name="ballot"),
    path("ballots/<uuid:id>/save/", ballot_views.ballot_save, name="ballot-save"),
    path("ballots/<uuid:id>/lock/", ballot_views.Lock.as_view(), name="lock"),
    path("ballots/<uuid:id>/reopen/", ballot_views.Reopen.as_view(), name="reopen"),
    path("ballots/<uuid:id>/recuse/", ballot_views.Recuse.as_view(), name="recuse"),
    path("<uuid:id>/draw/", draw_views.OpenDraw.as_view(), name="draw-open"),
    path("draws/<uuid:id>/", draw_views.draw_page, name="draw"),
    path("draws/<uuid:id>/pool/", draw_views.ChangePool.as_view(), name="draw-pool"),
    path("draws/<uuid:id>/export/", draw_views.ExportPool.as_view(), name="draw-export"),
    path("draws/<uuid:id>/seal/", draw_views.SealPool.as_view(), name="draw-seal"),
    path("draws/<uuid:id>/commit/", draw_views.Commit.as_view(), name="draw-commit"),
    path("draws/<uuid:id>/reveal/", draw_views.RevealSecret.as_view(), name="draw-reveal"),
    path("draws/<uuid:id>/give-up/", draw_views.GiveUp.as_view(), name="draw-give-up"),
    path("draws/<uuid:id>/file/", draw_views.draw_file, name="draw-file"),
    path("draws/<uuid:id>/record/", draw_views.draw_record, name="draw-record"),
    path("draws/<uuid:id>/public/", draw_views.draw_public, name="draw-public"),
    path("draws/<uuid:id>/public-record/", draw_views.draw_public_record, name="draw-public-record"),
    path("draws/people/<uuid:id>/replace/", draw_views.Replace.as_view(), name="draw-replace"),
    path("draws/replacements/<uuid:id>/accept/", draw_views.AcceptReplacement.as_view(), name="draw-accept"),
    path("draws/replacements/<uuid:id>/refuse/", draw_views.RefuseReplacement.as_view(), name="draw-refuse"),
]
