from django.urls import path

from didimdol.people import views

app_name = "people"
urlpatterns = [
    path("profile/", views.Profile.as_view(), name="profile"),
    path("organisations/", views.Organisations.as_view(), name="organisations"),
    path("organisations/register/", views.RegisterStartup.as_view(), name="register-startup"),
    path("organisations/new/", views.NewOrganisation.as_view(), name="new-organisation"),
    path("organisations/<uuid:id>/", views.OrganisationPage.as_view(), name="organisation"),
    path("organisations/<uuid:id>/edit/", views.EditOrganisation.as_view(), name="edit-organisation"),
    path("organisations/<uuid:id>/invite/", views.Invite.as_view(), name="invite"),
    path("roles/<uuid:id>/end/", views.EndRole.as_view(), name="end-role"),
    path("invitations/<uuid:id>/withdraw/", views.WithdrawInvitation.as_view(), name="withdraw-invitation"),
    path("invitations/<str:secret>/", views.InvitationPage.as_view(), name="invitation"),
    path("tokens/", views.Tokens.as_view(), name="tokens"),
    path("tokens/<uuid:id>/revoke/", views.RevokeToken.as_view(), name="revoke-token"),
    path("staff/", views.Staff.as_view(), name="staff"),
    path("staff/close/", views.CloseStaff.as_view(), name="close-staff"),
]
