from django.urls import path

from transport.lines import views

app_name = "lines"

urlpatterns = [
    path("<slug:region>/lines/", views.list_lines, name="list"),
    path("<slug:region>/lines/<slug:slug>/", views.show_line, name="detail"),
]
