"""Addresses. People's pages carry their language; programs' addresses do not.

Rooms with fixed first words stand before those that begin with a region's short name.
"""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from config.health import pages as health

handler400 = "kernel.web.pages.bad_request"
handler403 = "kernel.web.pages.permission_denied"
handler404 = "kernel.web.pages.page_not_found"
handler500 = "kernel.web.pages.server_error"

urlpatterns = [
    path("healthz", health.alive, name="alive"),
    path("readyz", health.ready, name="ready"),
    path("metrics", health.measured, name="metrics"),
    path("hooks/", include("bookings.payments.hooks")),
    path("gate/", include("bookings.gates.urls")),
    path("codes/", include("bookings.codes.urls")),
    path("telematics/", include("transport.telematics.urls")),
    path("gtfs-rt/", include("transport.feeds.realtime.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    *i18n_patterns(
        path("ops/", admin.site.urls),
        # The rush comes through here: what stands first is found first.
        path("", include("bookings.checkout.urls")),
        path("", include("bookings.holders.urls")),
        path("", include("bookings.prechecks.urls")),
        path("", include("transport.rides.urls")),
        path("", include("bookings.waitlist.urls")),
        path("", include("bookings.draws.urls")),
        path("", include("bookings.refunds.urls")),
        path("", include("bookings.campaigns.urls")),
        path("", include("bookings.invoices.urls")),
        path("", include("bookings.balance.urls")),
        path("", include("bookings.rewards.urls")),
        path("", include("bookings.referrals.urls")),
        path("", include("bookings.tabs.urls")),
        path("", include("bookings.cash.urls")),
        path("", include("bookings.desk.urls")),
        path("", include("bookings.settlement.urls")),
        path("", include("tourism.tickets.urls")),
        path("", include("tourism.tickets.group_urls")),
        path("", include("tourism.crowd.urls")),
        path("", include("kernel.places.urls")),
        path("", include("transport.lines.urls")),
        path("", include("transport.direct.urls")),
        path("", include("portal.descent.urls")),
        path("", include("accounts.messages.urls")),
        path("styleguide/", include("kernel.web.urls")),
        path("", include("accounts.identity.urls")),
        path("", include("accounts.travellers.urls")),
        path("", include("accounts.organisations.urls")),
        path("", include("bookings.vouchers.urls")),
        path("", include("bookings.gates.board_urls")),
        path("", include("bookings.payments.urls")),
        path("", include("portal.home.fixed_urls")),
        path("", include("bookings.waiting.urls")),
        path("", include("portal.home.urls")),
    ),
]
