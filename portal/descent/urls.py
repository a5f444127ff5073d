"""The operator's pages of the ways down."""

from django.urls import path

from portal.descent import views

app_name = "descent"

urlpatterns = [
    path("descents/", views.boards, name="boards"),
    path("descents/<int:mountain_id>/", views.show, name="board"),
    path("descents/<int:mountain_id>/state/", views.state, name="state"),
    path("descents/<int:mountain_id>/send/", views.send, name="send"),
]
