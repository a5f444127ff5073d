from django.urls import path
from django.views.decorators.cache import cache_control

from bookings.holders import views
from kernel.web.caching import never_cache

app_name = "holders"
# As the order's page: a phone that lost the network may restore its tab with the code.
own_browser = cache_control(private=True, no_cache=True)

urlpatterns = [
    path("o/<str:token>/codes/<int:pass_id>/phone/", never_cache(views.phone), name="phone"),
    path("o/<str:token>/codes/<int:pass_id>/digits/", never_cache(views.digits), name="digits"),
    path(
        "o/<str:token>/codes/<int:pass_id>/hand-over/",
        never_cache(views.transfer),
        name="transfer",
    ),
    path("p/<str:address>/", own_browser(views.page), name="page"),
    path("p/<str:address>/phone/", never_cache(views.given_phone), name="given-phone"),
    path("p/<str:address>/digits/", never_cache(views.given_digits), name="given-digits"),
]
