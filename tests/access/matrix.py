"""Who gets what at every address of the site. A new address needs a row here.

A row gives one answer for each of ``ACTORS``, for reading and for sending a form: 200 the page, 302
on to another page, >in to a sign-in page, 403 not for you, 404 there is no such thing for you, 405
not a way to ask. 400 is a form that this actor may send, but not like that.

An order's page is open to whoever has its address: its token of 128 bits is the key, so that a
family can share it without an account. What may be done there brings money back to the payer only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.access.world import World

Given = Callable[[World], Mapping[str, Any]]


def _nothing(world: World) -> Mapping[str, Any]:
    return {}


def _region(world: World) -> Mapping[str, Any]:
    return {"region": world.region.slug}


def _paid(world: World) -> Mapping[str, Any]:
    return {"token": world.paid.token}


def _held(world: World) -> Mapping[str, Any]:
    return {"token": world.held.token}


def _paid_line(world: World) -> Mapping[str, Any]:
    return {"token": world.paid.token, "line_id": world.paid.lines.get().pk}


def _to_scan(world: World) -> Mapping[str, Any]:
    return {"token": world.held.token, "attempt_id": world.to_scan.pk}


def _statement(world: World) -> Mapping[str, Any]:
    return {"statement_id": world.statement.pk}


def _area(world: World) -> Mapping[str, Any]:
    return {"organisation_id": world.cast.area.pk}


def _share(world: World) -> Mapping[str, Any]:
    return {"token": world.share.token}


def _other_share(world: World) -> Mapping[str, Any]:
    return {"token": world.share.division.shares.get(position=1).token}


def _share_to_scan(world: World) -> Mapping[str, Any]:
    return {"token": world.share.token, "attempt_id": world.share_to_scan.pk}


def _account(world: World) -> Mapping[str, Any]:
    return {"token": world.account.token}


def _code(world: World) -> Mapping[str, Any]:
    return {"code_id": world.code.pk}


def _top_up(world: World) -> Mapping[str, Any]:
    return {"top_up_id": world.top_up.pk}


def _paid_seller(world: World) -> Mapping[str, Any]:
    return {"token": world.paid.token, "supplier_id": world.paid.lines.get().supplier_id}


def _no_file(world: World) -> Mapping[str, Any]:
    return {"token": world.paid.token, "invoice_token": "x", "kind": "pdf"}


def _title(world: World) -> Mapping[str, Any]:
    return {"title_id": world.title.pk}


def _bill(world: World) -> Mapping[str, Any]:
    return {"bill_id": world.bill.pk}


def _colleague(world: World) -> Mapping[str, Any]:
    return {"member_id": world.bill.tab.members.get(is_admin=False).pk}


def _shift(world: World) -> Mapping[str, Any]:
    return {"shift_id": world.shift.pk}


def _payout(world: World) -> Mapping[str, Any]:
    return {"payout_id": world.payout.pk}


def _opening(world: World) -> Mapping[str, Any]:
    return {"organisation": world.cast.area.pk, "float": "100"}


def _traveller(world: World) -> Mapping[str, Any]:
    return {"traveller_id": world.traveller.pk}


def _message(world: World) -> Mapping[str, Any]:
    return {"message_id": world.message.pk}


def _stop(world: World) -> Mapping[str, Any]:
    return {"signed": world.stop_token}


def _sale(world: World) -> Mapping[str, Any]:
    return {"region": world.region.slug, "sale": world.sale.pk}


def _entry(world: World) -> Mapping[str, Any]:
    return {"entry_id": world.entry.pk}


def _handover(world: World) -> Mapping[str, Any]:
    return {"token": world.paid.token, "handover_id": world.handover.pk}


def _gate(world: World) -> Mapping[str, Any]:
    return {"post": world.gate_post}


def _ticket(world: World) -> Mapping[str, Any]:
    return {"kind": "ticket", "ref": world.refs[3], "class_adult": "1"}


def _all_parts(world: World) -> Mapping[str, Any]:
    line = world.paid.lines.get()
    return {"part": f"{line.pk}:{line.frozen_parts[0].key}", "shown_fen": str(line.price_fen)}


def everybody(status: str) -> str:
    """The same answer for each actor."""
    return " ".join([status] * 8)


@dataclass(frozen=True, slots=True)
class Row:
    """The answers to reading and to sending at one address; how to build it; what to send."""

    read: str
    send: str = everybody("405")
    at: Given = _nothing
    form: Given = _nothing


PUBLIC = Row(everybody("200"))
PUBLIC_OF_A_REGION = Row(everybody("200"), at=_region)

# columns: anonymous, owner, stranger, operator, other operator, gate, driver, platform
ROUTES: Mapping[str, Row] = {
    "alive": Row(everybody("200"), everybody("200")),
    "ready": Row(everybody("200"), everybody("200")),
    "metrics": PUBLIC,  # from this machine; strangers: tests/config/health
    "payment-hook": Row(
        everybody("405"), everybody("400"), at=lambda world: {"provider": "sandbox"}
    ),
    "set_language": Row(everybody("302"), everybody("302")),
    "messages:outbox": PUBLIC,  # on local data only
    "messages:inbox": Row(">in 200 200 200 200 200 200 200"),
    "messages:read-all": Row(everybody("405"), ">in 302 302 302 302 302 302 302"),
    "messages:message": Row(">in 200 404 404 404 404 404 404", at=_message),
    "messages:read": Row(everybody("405"), ">in 302 404 404 404 404 404 404", at=_message),
    "messages:settings": Row(
        ">in 200 200 200 200 200 200 200",
        ">in 302 302 302 302 302 302 302",
        form=lambda world: {"language": "en"},
    ),
    "messages:email": Row(
        everybody("405"),
        ">in 302 302 302 302 302 302 302",
        form=lambda world: {"email": "somebody@example.org"},
    ),
    "messages:consent": Row(everybody("405"), ">in 302 302 302 302 302 302 302"),
    "messages:device": Row(everybody("405"), ">in 302 302 302 302 302 302 302"),
    "messages:forget-device": Row(
        everybody("405"),
        ">in 404 404 404 404 404 404 404",  # whose it is: tests/accounts/messages/test_devices.py
        at=lambda world: {"device_id": 0},
    ),
    "messages:stop": Row(everybody("200"), everybody("200"), at=_stop),  # whoever has the link
    "messages:confirm-email": Row(
        everybody("404"), everybody("404"), at=lambda world: {"signed": "x"}
    ),
    "tour:show": PUBLIC,  # on local data only
    "home:regions": PUBLIC,
    "home:sources": PUBLIC,
    "home:region": PUBLIC_OF_A_REGION,
    "areas:list": PUBLIC_OF_A_REGION,
    "areas:detail": Row(
        everybody("200"),
        at=lambda world: {"region": world.region.slug, "slug": world.product.area.slug},
    ),
    "lines:list": PUBLIC_OF_A_REGION,
    "lines:detail": Row(
        everybody("200"),
        at=lambda world: {"region": world.region.slug, "slug": world.line.slug},
    ),
    "kernel_web:styleguide": Row(
        "404 404 404 200 200 404 404 200", "404 404 404 200 200 404 404 200"
    ),
    "kernel_web:styleguide_gate": Row(
        "404 404 404 200 200 404 404 200",
        "404 404 404 200 200 404 404 200",
        at=lambda world: {"tone": "in"},
    ),
    # --- a person's own account ---
    "identity:me": PUBLIC,
    "identity:sign-in": Row(everybody("200"), everybody("200")),
    "identity:code": Row(everybody(">in"), everybody(">in")),
    "identity:again": Row(everybody("405"), everybody(">in")),
    "identity:sign-out": Row(everybody("405"), "302 302 302 >in >in >in >in >in"),
    "identity:end": Row(
        everybody("405"),
        ">in 302 404 404 404 404 404 404",
        at=lambda world: {"sign_in_id": world.sign_in.pk},
    ),
    "identity:end-others": Row(everybody("405"), ">in 302 302 302 302 302 302 302"),
    "identity:staff": Row(everybody("200"), everybody("200")),
    "identity:authenticator": Row(
        ">in >in >in 200 200 200 200 200", ">in >in >in 200 200 200 200 200"
    ),
    "identity:password": Row(
        everybody("404"), everybody("404"), at=lambda world: {"uid": "x", "token": "x"}
    ),
    "travellers:book": PUBLIC,
    "travellers:add": Row(everybody("200"), everybody("200")),
    "travellers:change": Row(
        "404 200 404 404 404 404 404 404",
        "404 302 404 404 404 404 404 404",
        at=_traveller,
        form=lambda world: {"name": "李测试", "kind": "RESIDENT_ID"},
    ),
    "travellers:remove": Row(
        "404 200 404 404 404 404 404 404", "404 302 404 404 404 404 404 404", at=_traveller
    ),
    # --- buying ---
    "checkout:cart": PUBLIC_OF_A_REGION,
    "checkout:add": Row(everybody("405"), everybody("302"), at=_region, form=_ticket),
    "checkout:remove": Row(
        everybody("405"), everybody("404"), at=_region, form=lambda world: {"item": "1"}
    ),
    "checkout:coupon": Row(
        everybody("405"), everybody("302"), at=_region, form=lambda world: {"coupon": "1"}
    ),
    "checkout:points": Row(
        everybody("405"), everybody("302"), at=_region, form=lambda world: {"use": "1"}
    ),
    "checkout:via": Row(
        everybody("405"), everybody("302"), at=_region, form=lambda world: {"code": ""}
    ),
    "campaigns:coupons": Row(everybody("200"), at=_region),
    "campaigns:claim": Row(
        everybody("405"),
        ">in 302 302 302 302 302 302 302",
        at=_region,
        form=lambda world: {"campaign": "1"},
    ),
    "checkout:move": Row(
        everybody("405"),
        everybody("404"),
        at=_region,
        form=lambda world: {"item": "1", "ref": "1"},
    ),
    "checkout:travellers": Row(everybody("302"), everybody("302"), at=_region),
    "checkout:confirm": Row(everybody("302"), everybody("200"), at=_region),
    "checkout:now": Row(everybody("400"), everybody("400"), at=_region),
    "waitlist:join": Row(everybody("400"), everybody("400"), at=_region),
    "waitlist:mine": PUBLIC,
    "waitlist:show": Row("404 200 404 404 404 404 404 404", at=_entry),
    "waitlist:leave": Row(
        "404 200 404 404 404 404 404 404", "404 302 404 404 404 404 404 404", at=_entry
    ),
    "waitlist:decline": Row(
        "404 200 404 404 404 404 404 404", "404 302 404 404 404 404 404 404", at=_entry
    ),
    "waitlist:hand-on": Row(everybody("200"), everybody("302"), at=_paid, form=_all_parts),
    "waitlist:withdraw": Row(everybody("405"), everybody("302"), at=_handover),
    "waiting:room": Row(everybody("200"), at=_sale),
    "waiting:state": Row(everybody("404"), at=_sale),  # only with the number that joining gave
    "waiting:join": Row(everybody("405"), everybody("302"), at=_sale),
    "waiting:enter": Row(everybody("405"), everybody("302"), at=_sale),
    "waiting:leave": Row(everybody("405"), everybody("302"), at=_sale),
    "checkout:orders": PUBLIC,
    "checkout:order": Row(everybody("200"), at=_paid),
    "checkout:order-state": Row(everybody("200"), at=_paid),
    "checkout:pay": Row(everybody("200"), everybody("404"), at=_held),
    "checkout:pay-code": Row(everybody("200"), at=_to_scan),
    "checkout:give-up": Row(everybody("200"), everybody("302"), at=_held),
    "checkout:change": Row(everybody("200"), everybody("200"), at=_paid_line),
    "checkout:add-more": Row(everybody("200"), everybody("302"), at=_paid),
    "checkout:alone": Row(everybody("405"), everybody("302"), at=_region),
    "refunds:account": Row(everybody("200"), everybody("200"), at=_account),
    "refunds:hardship": Row(everybody("200"), everybody("200"), at=_paid),
    "rewards:points": Row(">in 200 200 200 200 200 200 200", everybody("405")),
    "referrals:show": Row(">in 200 200 200 200 200 200 200", everybody("405")),
    "referrals:download": Row("404 200 404 404 404 404 404 404", everybody("405"), at=_code),
    "balance:show": Row(">in 200 200 200 200 200 200 200", ">in 200 200 200 200 200 200 200"),
    "balance:pay": Row(
        "404 200 404 404 404 404 404 404", "404 302 404 404 404 404 404 404", at=_top_up
    ),
    "balance:state": Row("404 200 404 404 404 404 404 404", at=_top_up),
    "balance:back": Row(everybody("302"), at=_top_up),
    "invoices:order": Row("404 200 404 404 404 404 404 404", at=_paid),
    "invoices:ask": Row(
        "404 200 404 404 404 404 404 404", "404 200 404 404 404 404 404 404", at=_paid_seller
    ),
    "invoices:file": Row(everybody("404"), at=_no_file),  # of one's own: tests/bookings/invoices
    "invoices:titles": PUBLIC,
    "invoices:title-add": Row(everybody("200"), everybody("200")),
    "invoices:title": Row(
        "404 200 404 404 404 404 404 404", "404 200 404 404 404 404 404 404", at=_title
    ),
    "invoices:title-default": Row(everybody("405"), "404 302 404 404 404 404 404 404", at=_title),
    "invoices:title-remove": Row(
        "404 200 404 404 404 404 404 404", "404 302 404 404 404 404 404 404", at=_title
    ),
    "tabs:show": Row(">in 200 200 200 200 200 200 200"),
    "tabs:bill": Row("404 200 404 404 404 404 404 404", at=_bill),
    "tabs:pay": Row("404 200 404 404 404 404 404 404", "404 302 404 404 404 404 404 404", at=_bill),
    "tabs:state": Row("404 200 404 404 404 404 404 404", at=_bill),
    "tabs:back": Row("404 302 404 404 404 404 404 404", at=_bill),
    "tabs:csv": Row("404 200 404 404 404 404 404 404", at=_bill),
    "tabs:people": Row(">in 200 404 404 404 404 404 404", ">in 200 404 404 404 404 404 404"),
    "tabs:remove": Row(
        "404 200 404 404 404 404 404 404", "404 302 404 404 404 404 404 404", at=_colleague
    ),
    "checkout:counter": Row(">in 403 403 302 302 403 403 302", ">in 403 403 302 302 403 403 302"),
    "cash:counter": Row(">in 403 403 200 200 403 403 200"),
    "cash:open": Row(
        ">in 403 403 302 302 403 403 302", ">in 403 403 302 404 403 403 404", form=_opening
    ),
    "cash:close": Row(">in 403 403 302 302 403 403 302", ">in 403 403 200 200 403 403 200"),
    "cash:take": Row(">in 403 403 302 302 403 403 302", ">in 403 403 302 302 403 403 302"),
    "cash:pay-out": Row(
        ">in 403 403 200 302 403 403 302", ">in 403 403 302 302 403 403 302", at=_payout
    ),
    "cash:report": Row(">in 403 403 200 404 403 403 404", at=_shift),
    "settlement:statements": Row(">in 403 403 200 200 403 403 200"),
    "settlement:account": Row(
        ">in 403 403 200 404 403 403 404", ">in 403 403 200 404 403 403 404", at=_area
    ),
    "settlement:statement": Row(">in 403 403 200 404 403 403 404", at=_statement),
    "settlement:confirm": Row(
        ">in 403 403 302 404 403 403 404", ">in 403 403 302 404 403 403 404", at=_statement
    ),
    "settlement:dispute": Row(
        ">in 403 403 302 404 403 403 404", ">in 403 403 200 404 403 403 404", at=_statement
    ),
    "settlement:csv": Row(">in 403 403 200 404 403 403 404", at=_statement),
    "checkout:shares": Row(everybody("200"), everybody("200"), at=_held),
    "checkout:shares-undo": Row(everybody("405"), everybody("302"), at=_held),
    "checkout:share": Row(everybody("200"), everybody("302"), at=_share),
    "checkout:share-state": Row(everybody("200"), at=_share),
    "checkout:share-code": Row(everybody("200"), at=_share_to_scan),
    "checkout:share-back": Row(everybody("302"), at=_other_share),
    "checkout:cancel": Row(everybody("200"), everybody("302"), at=_paid, form=_all_parts),
    "payments:return": Row(everybody("302"), at=_paid),
    # --- at work ---
    "work:home": Row(">in 403 403 200 200 302 302 200"),
    "scan:posts": Row(">in 403 403 200 200 200 200 200"),
    "scan:scan": Row(
        ">in 403 403 200 404 200 404 404", ">in 403 403 200 404 200 404 404", at=_gate
    ),
    "scan:list": Row(">in 403 403 200 404 200 404 404", at=_gate),
}
