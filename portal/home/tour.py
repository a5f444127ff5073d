"""The first five minutes: a few steps through the whole, with the logins to try them.

On local data only: elsewhere the page says nothing about accounts and does not exist.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.organisations import demonstration
from kernel.places.models import Region
from kernel.web.templatetags.quanyu import money


@dataclass(frozen=True, slots=True)
class TourStep:
    """One step: what to do, and where."""

    title: str
    text: str
    url: str


def steps(region: Region) -> list[TourStep]:
    """The steps for a region, in the active language."""
    return [
        TourStep(
            _("Buy"),
            _("Choose an entry time and put two tickets and two shuttle seats into the cart."),
            reverse("areas:list", args=[region.slug]),
        ),
        TourStep(
            _("Pay in the sandbox"),
            _("Name the travellers, confirm, and press Pay on the sandbox's page."),
            reverse("checkout:cart", args=[region.slug]),
        ),
        TourStep(
            _("Show the code"),
            _("The order has one code for each traveller. Note the short code below one of them."),
            reverse("checkout:orders"),
        ),
        TourStep(
            _("Scan it at the gate"),
            _("Sign in as the gate, choose the post, type the short code. Try it twice."),
            reverse("identity:staff"),
        ),
        TourStep(
            _("See it in the back office and refund it"),
            _("Sign in as the operator, open the order, cancel something."),
            reverse("admin:index"),
        ),
        TourStep(
            _("Take cash at the counter"),
            _("Sign in as the counter, open a shift, take cash for the number of an unpaid order."),
            reverse("cash:counter"),
        ),
        TourStep(
            _("Decide as the platform"),
            _(
                "Sign in as the platform: refunds, payments, the ledger, tabs and bills. What one "
                "asks for above %(limit)s, platform2 approves."
            )
            % {"limit": money(settings.REFUND_LIMIT_FEN)},
            reverse("admin:index"),
        ),
    ]


def logins() -> Sequence[demonstration.Login]:
    """The demonstration accounts, with the six digits their authenticators show now."""
    return demonstration.logins()
