from django.urls import path

from bookings.balance import views
from kernel.web.caching import never_cache

app_name = "balance"

urlpatterns = [
    path("balance/", never_cache(views.show), name="show"),
    path("balance/top-up/<int:top_up_id>/", never_cache(views.pay), name="pay"),
    path("balance/top-up/<int:top_up_id>/state.json", never_cache(views.state), name="state"),
    path("balance/top-up/<int:top_up_id>/back/", never_cache(views.back), name="back"),
]
