from django.urls import path

from bookings.desk.views import blocks, printing, selling
from kernel.web.caching import never_cache

app_name = "desk"

urlpatterns = [
    path("counter/sell/", never_cache(selling.sell), name="sell"),
    path("counter/sell/price/", never_cache(selling.price), name="price"),
    path("counter/sell/worker.js", never_cache(blocks.worker), name="worker"),
    path("counter/sell/offline/", blocks.offline, name="offline"),
    path("counter/sell/reserve/", never_cache(blocks.reserve), name="reserve"),
    path("counter/sell/block/", never_cache(blocks.show), name="block"),
    path("counter/sell/merge/", never_cache(blocks.merge), name="merge"),
    path("counter/sell/lost/", never_cache(printing.lost), name="lost"),
    path("counter/sell/report/<int:shift_id>/", never_cache(printing.report), name="report"),
    path("counter/sell/print/<str:code>/", never_cache(printing.print_codes), name="print"),
]
