"""The addresses of GTFS-Realtime: for programs, without a language."""

from django.urls import path

from transport.feeds.realtime import views
from transport.feeds.realtime.whole import TELL

app_name = "gtfs-rt"

urlpatterns = [
    path(
        f"<slug:region>/{kind}.{form}",
        views.message,
        {"kind": kind, "form": form},
        name=f"{kind}.{form}",
    )
    for kind in TELL
    for form in views.TYPES
]
