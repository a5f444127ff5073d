"""Addresses of the home room that do not begin with a region."""

from django.urls import path

from portal.home import views

app_name = "tour"

urlpatterns = [path("tour/", views.tour, name="show")]
