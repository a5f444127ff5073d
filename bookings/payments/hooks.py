"""Addresses for providers' programs."""

from django.urls import path

from bookings.payments import views

urlpatterns = [path("<slug:provider>/", views.hook, name="payment-hook")]
