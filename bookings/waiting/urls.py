from django.urls import path

from bookings.waiting import views
from kernel.web.caching import never_cache

app_name = "waiting"

urlpatterns = [
    path("<slug:region>/line/<int:sale>/", never_cache(views.room), name="room"),
    path("<slug:region>/line/<int:sale>/state.json", never_cache(views.state), name="state"),
    path("<slug:region>/line/<int:sale>/join/", never_cache(views.join), name="join"),
    path("<slug:region>/line/<int:sale>/enter/", never_cache(views.enter), name="enter"),
    path("<slug:region>/line/<int:sale>/leave/", never_cache(views.leave), name="leave"),
]
