"""The operator's pages of the live crowd."""

from django.urls import path

from tourism.crowd import views

app_name = "crowd"

urlpatterns = [
    path("crowd/", views.boards, name="boards"),
    path("crowd/<int:area_id>/", views.show, name="board"),
    path("crowd/<int:area_id>/state/", views.state, name="state"),
    path("crowd/<int:area_id>/correct/", views.correct, name="correct"),
    path("crowd/<int:area_id>/stop/", views.make_stop, name="stop"),
    path("crowd/<int:area_id>/duties/<int:duty_id>/", views.tick, name="tick"),
    path(
        "crowd/<int:area_id>/stops/<int:stop_id>/<slug:verb>/",
        views.change_stop,
        name="change-stop",
    ),
]
