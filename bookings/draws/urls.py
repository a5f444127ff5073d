"""Pages of draws."""

from django.urls import path

from bookings.draws import views

app_name = "draws"

urlpatterns = [
    path("draws/<int:draw_id>/", views.show, name="show"),
    path("draws/<int:draw_id>/list.json", views.download, name="download"),
    path("draws/<int:draw_id>/enter/", views.enter, name="enter"),
    path("draws/<int:draw_id>/slips/<int:slip_id>/leave/", views.leave, name="leave"),
    path("<slug:region>/draws/", views.list_draws, name="list"),
]
