from django.urls import path

from accounts.identity.views import me, staff

app_name = "identity"

urlpatterns = [
    path("me/", me.me, name="me"),
    path("me/sign-in/", me.sign_in, name="sign-in"),
    path("me/sign-in/code/", me.code, name="code"),
    path("me/sign-in/again/", me.again, name="again"),
    path("me/sign-out/", me.sign_out, name="sign-out"),
    path("me/sign-ins/<int:sign_in_id>/end/", me.end, name="end"),
    path("me/sign-ins/end-others/", me.end_others, name="end-others"),
    path("staff/", staff.sign_in, name="staff"),
    path("staff/authenticator/", staff.authenticator, name="authenticator"),
    path("staff/password/<str:uid>/<str:token>/", staff.password, name="password"),
]
