from django.urls import path

from bookings.tabs import views
from kernel.web.caching import never_cache

app_name = "tabs"

urlpatterns = [
    path("tab/", never_cache(views.show), name="show"),
    path("tab/bills/<int:bill_id>/", never_cache(views.bill), name="bill"),
    path("tab/bills/<int:bill_id>/pay/", never_cache(views.pay), name="pay"),
    path("tab/bills/<int:bill_id>/state.json", never_cache(views.state), name="state"),
    path("tab/bills/<int:bill_id>/back/", never_cache(views.back), name="back"),
]
