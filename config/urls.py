"""Addresses. People's pages carry their language; programs' addresses do not."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from config import health

handler400 = "kernel.web.pages.bad_request"
handler403 = "kernel.web.pages.permission_denied"
handler404 = "kernel.web.pages.page_not_found"
handler500 = "kernel.web.pages.server_error"

urlpatterns = [
    path("healthz", health.alive, name="alive"),
    path("readyz", health.ready, name="ready"),
    path("i18n/", include("django.conf.urls.i18n")),
    *i18n_patterns(
        path("ops/", admin.site.urls),
        path("", include("bookings.checkout.urls")),
        path("", include("bookings.payments.urls")),
        path("", include("tourism.tickets.urls")),
        path("", include("transport.lines.urls")),
        path("styleguide/", include("kernel.web.urls")),
    ),
]
