from django.urls import path

from bookings.invoices.views import order, own
from kernel.web.caching import never_cache

app_name = "invoices"

urlpatterns = [
    path("o/<str:token>/invoices/", never_cache(order.show), name="order"),
    path("o/<str:token>/invoices/<int:supplier_id>/", never_cache(order.ask), name="ask"),
    path(
        "o/<str:token>/invoices/<str:invoice_token>.<slug:kind>",
        never_cache(order.download),
        name="file",
    ),
    path("me/titles/", never_cache(own.titles), name="titles"),
    path("me/titles/add/", never_cache(own.add), name="title-add"),
    path("me/titles/<int:title_id>/", never_cache(own.change), name="title"),
    path("me/titles/<int:title_id>/default/", never_cache(own.make_default), name="title-default"),
    path("me/titles/<int:title_id>/remove/", never_cache(own.remove), name="title-remove"),
]
