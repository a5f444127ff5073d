"""The addresses of vehicles' devices: without a language."""

from django.urls import path

from transport.telematics import views

app_name = "telematics"

urlpatterns = [
    path("v1/enrol", views.enrol, name="enrol"),
    path("v1/positions", views.positions, name="positions"),
]
