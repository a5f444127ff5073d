from django.urls import path

from bookings.prechecks import views
from kernel.web.caching import never_cache

app_name = "prechecks"

urlpatterns = [
    path("o/<str:token>/before/", never_cache(views.page), name="page"),
    path("o/<str:token>/before/<int:pass_id>/", never_cache(views.correct), name="correct"),
]
