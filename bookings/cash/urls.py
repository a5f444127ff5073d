from django.urls import path

from bookings.cash import views

app_name = "cash"

urlpatterns = [
    path("counter/", views.counter, name="counter"),
    path("counter/open/", views.open_shift, name="open"),
    path("counter/close/", views.close_shift, name="close"),
    path("counter/take/", views.take, name="take"),
    path("counter/payouts/<int:payout_id>/", views.pay_out, name="pay-out"),
    path("counter/shifts/<int:shift_id>/", views.report, name="report"),
]
