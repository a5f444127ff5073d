"""The back office, as everybody: an organisation's desk works on its own rows, and sees no others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.options import ModelAdmin
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from pytest_django.plugin import DjangoDbBlocker

from accounts.organisations.models import Organisation, Role
from accounts.organisations.scoping import PlatformOnlyAdmin, ScopedAdmin
from tests.cast import Cast, assemble, enter
from tests.conftest import fresh_database
from tests.contracts.rows import MAKERS
from tests.factories.accounts import MembershipFactory, UserFactory
from tests.factories.kernel import RegionFactory

OF_ORGANISATIONS = frozenset(
    {
        "bookings_desk.NumberBlock",
        "bookings_noshows.FreeVisit",
        "bookings_noshows.Rule",
        "bookings_prechecks.Check",
        "bookings_draws.Draw",
        "bookings_holders.Transfer",
        "bookings_gates.GateDevice",
        "bookings_gates.GateScan",
        "bookings_gates.Incident",
        "tourism_crowd.Crossing",
        "tourism_crowd.Facility",
        "tourism_crowd.Measure",
        "tourism_crowd.Stop",
        "tourism_crowd.Watch",
        "accounts_organisations.Membership",
        "accounts_organisations.Organisation",
        "bookings_cash.Payout",
        "bookings_cash.Shift",
        "bookings_invoices.Invoice",
        "bookings_invoices.Issuer",
        "bookings_orders.Line",
        "bookings_orders.Order",
        "bookings_settlement.Contract",
        "bookings_settlement.Earning",
        "bookings_settlement.Statement",
        "bookings_waiting.Sale",
        "bookings_waiting.Turn",
        "bookings_warnings.PlaceWarning",
        "bookings_waitlist.Entry",
        "bookings_waitlist.Handover",
        "bookings_waitlist.Try",
        "tourism_areas.Cableway",
        "tourism_areas.Gate",
        "tourism_areas.JointScan",
        "tourism_areas.Notice",
        "tourism_areas.ScenicArea",
        "tourism_tickets.AnnualCard",
        "tourism_tickets.EntryDay",
        "tourism_tickets.Group",
        "tourism_tickets.Product",
        "tourism_tickets.Slot",
        "tourism_tickets.Suspension",
        "tourism_tickets.StoppedLine",
        "bookings_vouchers.JointPost",
        "bookings_vouchers.Redemption",
        "bookings_vouchers.Surplus",
        "bookings_vouchers.TurnedAway",
        "bookings_vouchers.Voucher",
        "portal_descent.Mountain",
        "portal_descent.Shortfall",
        "transport_direct.DirectShuttle",
        "transport_direct.ShuttleDeparture",
        "transport_direct.Window",
        "transport_fleet.Driver",
        "transport_fleet.Paper",
        "transport_fleet.Vehicle",
        "transport_lines.Assignment",
        "transport_lines.AffectedRide",
        "transport_lines.Connection",
        "transport_lines.Disruption",
        "transport_feeds.Upload",
        "transport_lines.Pattern",
        "transport_lines.Relief",
        "transport_lines.Run",
        "transport_lines.Service",
        "transport_lines.ShuttleLine",
        "transport_lines.TimetableTrip",
        "transport_rides.LostItem",
        "transport_telematics.Position",
        "transport_telematics.Tracker",
    }
)
OF_THE_PLATFORM = frozenset(
    {
        "accounts_identity.User",
        "accounts_messages.Delivery",
        "accounts_messages.Message",
        "accounts_messages.Wording",
        "accounts_travellers.Traveller",
        "bookings_balance.Account",
        "bookings_balance.Credit",
        "bookings_balance.Offer",
        "bookings_balance.TopUp",
        "bookings_campaigns.Campaign",
        "bookings_campaigns.Coupon",
        "bookings_codes.IssuerKey",
        "bookings_codes.PhoneKey",
        "bookings_codes.Series",
        "bookings_deposits.Deposit",
        "bookings_dues.LaterDue",
        "bookings_inventory.Bucket",
        "bookings_inventory.Quota",
        "bookings_inventory.Return",
        "bookings_ledger.Entry",
        "bookings_payments.Attempt",
        "bookings_payments.ProviderEvent",
        "bookings_points.Account",
        "bookings_prechecks.Timing",
        "bookings_points.Scheme",
        "bookings_pricing.PriceAudit",
        "bookings_referrals.Code",
        "bookings_referrals.Commission",
        "bookings_referrals.Rate",
        "bookings_refunds.Refund",
        "bookings_refunds.RefundRequest",
        "bookings_settlement.BankFile",
        "bookings_settlement.Bill",
        "bookings_settlement.Finding",
        "bookings_settlement.MonthClose",
        "bookings_settlement.Payout",
        "bookings_tabs.Bill",
        "bookings_tabs.Item",
        "bookings_tabs.Payout",
        "bookings_tabs.Tab",
        "bookings_shares.Division",
        "bookings_waitlist.Decision",
        "bookings_waitlist.OddsTable",
        "kernel_audit.Entry",
        "kernel_outbox.Event",
        "kernel_places.Place",
        "kernel_places.Region",
        "kernel_places.CalendarDay",
        "transport_feeds.Feed",
    }
)
OWN_PAGES = {
    "bookings_campaigns_campaign_publish": "bookings_campaigns.Campaign",
    "bookings_campaigns_campaign_anew": "bookings_campaigns.Campaign",
    "bookings_campaigns_coupon_uses": "bookings_campaigns.Coupon",
    "bookings_refunds_refund_cancel": "bookings_orders.Order",
    "bookings_refunds_refund_by_hand": "bookings_refunds.Refund",
    "bookings_refunds_refundrequest_decide": "bookings_refunds.RefundRequest",
    "bookings_refunds_refundrequest_evidence": "bookings_refunds.RefundRequest",
    "bookings_draws_draw_value": "bookings_draws.Draw",
    "bookings_draws_draw_off": "bookings_draws.Draw",
    "bookings_dues_laterdue_meter": "bookings_dues.LaterDue",
    "bookings_orders_order_look_at": "bookings_orders.Order",
    "bookings_invoices_invoice_ask": "bookings_orders.Order",
    "bookings_invoices_invoice_file": "bookings_invoices.Invoice",
    "bookings_invoices_invoice_reveal": "bookings_invoices.Invoice",
    "bookings_ledger_entry_reverse": "bookings_ledger.Entry",
    "bookings_deposits_deposit_settle": "bookings_deposits.Deposit",
    "bookings_settlement_finding_explain": "bookings_settlement.Finding",
    "bookings_settlement_bankfile_take": "bookings_settlement.BankFile",
    "bookings_settlement_monthclose_report": "bookings_settlement.MonthClose",
    "bookings_settlement_payout_move": "bookings_settlement.Payout",
    "bookings_settlement_statement_answer": "bookings_settlement.Statement",
    "tourism_tickets_entryday_call_off": "tourism_tickets.EntryDay",
    "tourism_tickets_slot_move": "tourism_tickets.Slot",
    "tourism_tickets_slot_call_off": "tourism_tickets.Slot",
    "bookings_warnings_placewarning_send": "bookings_warnings.PlaceWarning",
    "tourism_tickets_product_prices": "tourism_tickets.Product",
    "transport_lines_run_call_off": "transport_lines.Run",
    "transport_lines_run_delay": "transport_lines.Run",
    "transport_feeds_upload_look": "transport_feeds.Upload",
    "transport_lines_shuttleline_prices": "transport_lines.ShuttleLine",
    "accounts_identity_user_reveal": "accounts_identity.User",
    "accounts_messages_delivery_reveal": "accounts_messages.Delivery",
    "accounts_messages_message_reveal": "accounts_messages.Message",
    "accounts_travellers_traveller_reveal": "accounts_travellers.Traveller",
}
"""Addresses beyond Django's five of each admin, and whose row each is about."""

OWN_LISTS = {"tourism_tickets_product_calendar": "tourism_tickets.Product"}
"""Those about everything that one may see."""

ADMINS: dict[str, ModelAdmin[Any]] = {
    model._meta.label: model_admin for model, model_admin in admin.site._registry.items()
}
USUAL = ("changelist", "add", "change", "delete", "history")
OUTSIDE = ("anonymous", "tourist", "gate", "driver", "one-factor")


@pytest.fixture(scope="module")
def cast(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Cast]:
    """Everybody, beside one row of everything, made once: the tests only look."""
    with fresh_database(django_db_blocker):
        for number, make in enumerate(MAKERS.values()):
            make(number)
        yield assemble(RegionFactory())


def url(label: str, page: str, *args: object) -> str:
    return reverse(f"admin:{label.lower().replace('.', '_')}_{page}", args=args)


def row_of(label: str) -> Model:
    return ADMINS[label].model._default_manager.earliest("pk")


def desk_of(label: str) -> Client:
    """Somebody at the desk of the organisation to which the first row belongs."""
    model_admin: Any = ADMINS[label]
    rows = model_admin.model._default_manager.filter(pk=row_of(label).pk)
    owner = rows.values_list(model_admin.organisation_path, flat=True)[0]
    user = UserFactory(is_staff=True, login_name=f"desk-{label}")
    MembershipFactory(user=user, organisation=Organisation.objects.get(pk=owner), role=Role.ADMIN)
    return enter(user)


def outsider(cast: Cast, who: str) -> Client:
    user = {
        "anonymous": None, "tourist": cast.wang_fang, "gate": cast.zhao_min,
        "driver": cast.sun_tao, "one-factor": cast.he_ping,
    }[who]  # fmt: skip
    return enter(user, verified=who != "one-factor")


def test_every_admin_is_in_the_matrix():
    assert set(ADMINS) == OF_ORGANISATIONS | OF_THE_PLATFORM
    for label, model_admin in ADMINS.items():
        assert isinstance(model_admin, ScopedAdmin), label
        assert isinstance(model_admin, PlatformOnlyAdmin) == (label in OF_THE_PLATFORM), label


def test_who_keeps_rows_for_the_platform_says_why():
    silent = [
        label
        for label in OF_THE_PLATFORM
        if len(str(getattr(ADMINS[label], "platform_only_because", ""))) < 20
    ]

    assert silent == []


def test_every_page_beyond_the_usual_is_in_the_matrix():
    found = {
        address.name
        for model_admin in ADMINS.values()
        for address in model_admin.get_urls()
        if address.name and not address.name.endswith(USUAL)
    }

    assert found == set(OWN_PAGES) | set(OWN_LISTS)


@pytest.mark.parametrize("who", OUTSIDE)
def test_who_has_no_desk_or_no_second_factor_gets_no_page(cast, who):
    browser, shown = outsider(cast, who), []
    for label in ADMINS:
        pk = row_of(label).pk
        pages = [url(label, "changelist"), url(label, "add")]
        pages += [url(label, page, pk) for page in ("change", "delete", "history")]
        shown += [page for page in pages if browser.get(page).status_code not in (302, 403)]
        shown += [page for page in pages if browser.post(page).status_code not in (302, 403)]
    for name, label in OWN_PAGES.items():
        page = reverse(f"admin:{name}", args=[row_of(label).pk])
        shown += [page] * (browser.get(page).status_code not in (302, 403))
    for name in OWN_LISTS:
        page = reverse(f"admin:{name}")
        shown += [page] * (browser.get(page).status_code not in (302, 403))

    assert shown == []


@pytest.mark.parametrize("label", sorted(OF_ORGANISATIONS))
def test_a_desk_finds_its_own_row_and_another_desk_does_not(cast, label):
    own, other, pk = desk_of(label), enter(cast.qian_bo), row_of(label).pk

    assert pk in listed(own, label)
    assert own.get(url(label, "change", pk)).status_code == 200
    assert pk not in listed(other, label)
    for page in ("change", "delete", "history"):
        assert other.get(url(label, page, pk)).status_code in (302, 403, 404), page
        assert other.post(url(label, page, pk)).status_code in (302, 403, 404, 405), page


@pytest.mark.parametrize("label", sorted(OF_THE_PLATFORM))
def test_the_platforms_rows_are_for_its_own_desk(cast, label):
    platform, desk, pk = enter(cast.he_ping), enter(cast.li_wei), row_of(label).pk

    assert pk in listed(platform, label)
    assert platform.get(url(label, "change", pk)).status_code == 200
    assert desk.get(url(label, "changelist")).status_code == 403
    assert desk.get(url(label, "change", pk)).status_code in (302, 403)


@pytest.mark.parametrize("name", sorted(OWN_PAGES))
def test_a_page_about_a_row_is_for_who_may_see_the_row(cast, name):
    label = OWN_PAGES[name]
    page = reverse(f"admin:{name}", args=[row_of(label).pk])

    assert enter(cast.he_ping).get(page).status_code == 200
    assert enter(cast.qian_bo).get(page).status_code in (403, 404)


@pytest.mark.parametrize("name", sorted(OWN_LISTS))
def test_a_page_about_everything_shows_what_is_ones_own(cast, name):
    page = reverse(f"admin:{name}")

    assert enter(cast.he_ping).get(page).status_code == 200
    assert str(row_of(OWN_LISTS[name]).area) not in enter(cast.qian_bo).get(page).text


@pytest.mark.parametrize("label", sorted(OF_ORGANISATIONS))
def test_an_action_does_not_reach_the_rows_of_others(cast, label):
    other, pk = enter(cast.qian_bo), row_of(label).pk
    before = ADMINS[label].model._default_manager.filter(pk=pk).values().get()

    for action in ADMINS[label].actions:
        sent = {"action": action, "_selected_action": [str(pk)], "places": "1", "seats": "1"}
        other.post(url(label, "changelist"), sent)

    assert ADMINS[label].model._default_manager.filter(pk=pk).values().get() == before


def listed(browser: Client, label: str) -> set[object]:
    shown = browser.get(url(label, "changelist"), {"all": ""})
    assert shown.status_code == 200
    return {row.pk for row in shown.context["cl"].queryset}
