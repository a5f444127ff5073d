from django.urls import path

from bookings.payments import views

app_name = "payments"

urlpatterns = [path("o/<str:token>/paid/", views.back, name="return")]
