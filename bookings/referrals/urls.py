from django.urls import path

from bookings.referrals import views
from kernel.web.caching import never_cache

app_name = "referrals"

urlpatterns = [
    path("recommendations/", never_cache(views.show), name="show"),
    path("recommendations/<int:code_id>.csv", never_cache(views.download), name="download"),
]
