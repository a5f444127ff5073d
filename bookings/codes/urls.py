"""Addresses for readers of our codes elsewhere, and for the program that keeps holders' pages."""

from django.urls import path

from bookings.codes import views

app_name = "codes"

urlpatterns = [
    path("keys.json", views.keys, name="keys"),
    path("revoked.json", views.revoked, name="revoked"),
    path("worker.js", views.worker, name="worker"),
]
