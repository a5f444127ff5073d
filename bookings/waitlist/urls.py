from django.urls import path

from bookings.waitlist import handover_views, views
from kernel.web.caching import never_cache

app_name = "waitlist"

urlpatterns = [
    path("waitlist/", never_cache(views.mine), name="mine"),
    path("waitlist/<int:entry_id>/", never_cache(views.show), name="show"),
    path("waitlist/<int:entry_id>/leave/", never_cache(views.leave), name="leave"),
    path("waitlist/<int:entry_id>/decline/", never_cache(views.decline), name="decline"),
    path("o/<str:token>/waitlist/", never_cache(handover_views.hand_on), name="hand-on"),
    path(
        "o/<str:token>/waitlist/<int:handover_id>/withdraw/",
        never_cache(handover_views.withdraw),
        name="withdraw",
    ),
    path("<slug:region>/waitlist/join/", never_cache(views.join), name="join"),
]
