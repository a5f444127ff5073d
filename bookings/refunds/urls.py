from django.urls import path

from bookings.refunds import views
from kernel.web.caching import never_cache

app_name = "refunds"

urlpatterns = [
    path("refund/<str:token>/", never_cache(views.account), name="account"),
    path("o/<str:token>/hardship/", never_cache(views.hardship), name="hardship"),
]
