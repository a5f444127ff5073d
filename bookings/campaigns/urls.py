from django.urls import path

from bookings.campaigns import views
from kernel.web.caching import never_cache

app_name = "campaigns"

urlpatterns = [
    path("<slug:region>/coupons/", never_cache(views.show), name="coupons"),
    path("<slug:region>/coupons/claim/", never_cache(views.claim), name="claim"),
]
