from django.urls import path

from bookings.rewards import views
from kernel.web.caching import never_cache

app_name = "rewards"

urlpatterns = [
    path("points/", never_cache(views.show), name="points"),
]
