"""The desk's pages of gates."""

from django.urls import path

from bookings.gates.views import board

app_name = "gates"

urlpatterns = [
    path("gates/", board.board, name="board"),
    path("gates/now/", board.now, name="now"),
    path("gates/invite/", board.invite, name="invite"),
    path("gates/<int:device_id>/shut-out/", board.shut_out, name="shut-out"),
    path("gates/incidents/<int:incident_id>/", board.incident, name="incident"),
]
