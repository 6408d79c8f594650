from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("", views.my_account, name="my_account"),
    path("organisation/", views.choose_organisation, name="choose_organisation"),
    path("2fa/totp/activate/", views.set_up_second_factor, name="set_up_second_factor"),
    path("2fa/totp/deactivate/", views.change_second_factor, name="change_second_factor"),
    path("go-on/", views.go_on, name="go_on"),
    path("mail/", views.mail, name="mail"),
    path("sessions/", views.sessions, name="sessions"),
    path("sessions/others/end/", views.end_other_sessions, name="end_other_sessions"),
    path("sessions/<int:session_id>/end/", views.end_session, name="end_session"),
    path("session/", views.session_time, name="session_time"),
    path("kept/", views.kept, name="kept"),
    path("users/", views.users, name="users"),
    path("users/<int:user_id>/reset-second-factor/", views.reset_second_factor, name="reset_second_factor"),
    path("tokens/", views.tokens, name="tokens"),
    path("tokens/new/", views.new_token, name="new_token"),
    path("tokens/<int:token_id>/revoke/", views.revoke_token, name="revoke_token"),
]
