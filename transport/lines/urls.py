from django.urls import path

from transport.lines import run_views, views

app_name = "lines"

urlpatterns = [
    path("runs/<int:run_id>/list/", run_views.print_list, name="run_list"),
    path("runs/<int:run_id>/papers/", run_views.papers, name="papers"),
    path("<slug:region>/lines/", views.list_lines, name="list"),
    path("<slug:region>/seats/", views.choose_seats, name="seats"),
    path("<slug:region>/departures/", views.find_departures, name="departures"),
    path("<slug:region>/lines/<slug:slug>/", views.show_line, name="detail"),
]
