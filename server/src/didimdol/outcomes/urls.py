from django.urls import path

from didimdol.outcomes.views import moves, pages

app_name = "outcomes"
urlpatterns = [
    path("", pages.cases, name="list"),
    path("export/", pages.Export.as_view(), name="export"),
    path("statistics/", pages.public_statistics, name="statistics"),
    path("introductions/", pages.introductions, name="introductions"),
    path("introductions/<uuid:id>/result/", moves.Result.as_view(), name="result"),
    path("evidence/<uuid:id>/", pages.evidence, name="evidence"),
    path("sales/<uuid:id>/evidence/", moves.AddEvidence.as_view(), name="add-evidence"),
    path("sales/<uuid:id>/confirm/", moves.ConfirmSale.as_view(), name="confirm-sale"),
    path("sales/<uuid:id>/refuse/", moves.RefuseSale.as_view(), name="refuse-sale"),
    path("sales/<uuid:id>/withdraw/", moves.WithdrawSale.as_view(), name="withdraw-sale"),
    path("<uuid:id>/", pages.case, name="case"),
    path("<uuid:id>/adopt/", moves.Adopt.as_view(), name="adopt"),
    path("<uuid:id>/follow-on/", moves.FollowOn.as_view(), name="follow-on"),
    path("<uuid:id>/decline/", moves.Decline.as_view(), name="decline"),
    path("<uuid:id>/postpone/", moves.Postpone.as_view(), name="postpone"),
    path("<uuid:id>/budget-owner/", moves.HandOver.as_view(), name="hand-over"),
    path("<uuid:id>/contract/", moves.Contract.as_view(), name="contract"),
    path("<uuid:id>/ship/", moves.Ship.as_view(), name="ship"),
    path("<uuid:id>/confirm-revenue/", moves.ConfirmRevenue.as_view(), name="confirm-revenue"),
    path("<uuid:id>/sales/new/", moves.NewSale.as_view(), name="new-sale"),
    path("<uuid:id>/introduce/", moves.Introduce.as_view(), name="introduce"),
]
