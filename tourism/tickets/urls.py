"""Pages of scenic areas: here, above tourism.areas, because they show prices and slots."""

from django.urls import path

from tourism.tickets import views

app_name = "areas"

urlpatterns = [
    path("<slug:region>/areas/", views.list_areas, name="list"),
    path("<slug:region>/areas/<slug:slug>/", views.show_area, name="detail"),
]
