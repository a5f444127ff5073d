from django.urls import path

from bookings.tabs import views
from kernel.web.caching import never_cache

app_name = "tabs"

urlpatterns = [
    path("tab/", never_cache(views.show), name="show"),
    path("tab/people/", never_cache(views.people), name="people"),
    path("tab/people/<int:member_id>/remove/", never_cache(views.remove), name="remove"),
    path("tab/bills/<int:bill_id>/", never_cache(views.bill), name="bill"),
    path("tab/bills/<int:bill_id>/csv/", never_cache(views.download), name="csv"),
    path("tab/bills/<int:bill_id>/pay/", never_cache(views.pay), name="pay"),
    path("tab/bills/<int:bill_id>/state.json", never_cache(views.state), name="state"),
    path("tab/bills/<int:bill_id>/back/", never_cache(views.back), name="back"),
]
