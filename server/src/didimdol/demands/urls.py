from django.urls import path

from didimdol.demands import views

app_name = "demands"
urlpatterns = [
    path("", views.demand_list, name="list"),
    path("new/<slug:slug>/", views.CreateDemand.as_view(), name="create"),
    path("<uuid:id>/", views.demand_page, name="demand"),
    path("<uuid:id>/edit/", views.EditDemand.as_view(), name="edit"),
    path("<uuid:id>/dataset/", views.SetDataset.as_view(), name="set_dataset"),
    path("<uuid:id>/dataset/remove/", views.RemoveDataset.as_view(), name="remove_dataset"),
    path("<uuid:id>/dataset/file/", views.dataset_file, name="dataset_file"),
    path("<uuid:id>/propose/", views.ProposeDemand.as_view(), name="propose"),
    path("<uuid:id>/publish/", views.PublishDemand.as_view(), name="publish"),
    path("<uuid:id>/return/", views.ReturnDemand.as_view(), name="return"),
    path("<uuid:id>/withdraw/", views.WithdrawDemand.as_view(), name="withdraw"),
]
