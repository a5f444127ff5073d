from django.urls import path

from bookings.waitlist import views
from kernel.web.caching import never_cache

app_name = "waitlist"

urlpatterns = [
    path("waitlist/", never_cache(views.mine), name="mine"),
    path("waitlist/<int:entry_id>/", never_cache(views.show), name="show"),
    path("waitlist/<int:entry_id>/leave/", never_cache(views.leave), name="leave"),
    path("waitlist/<int:entry_id>/decline/", never_cache(views.decline), name="decline"),
    path("<slug:region>/waitlist/join/", never_cache(views.join), name="join"),
]
