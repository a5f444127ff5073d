"""Who gets what at every address of the site. A new address needs a row here.

A row gives one answer for each of ``ACTORS``, for reading and for sending a form: 200 the page, 302
on to another page, >in to a sign-in page, 403 not for you, 404 there is no such thing for you, 405
not a way to ask. 400 is a form that this actor may send, but not like that.

An order's page is open to whoever has its address: its token of 128 bits is the key, so that a
family can share it without an account. What may be done there brings money back to the payer only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tests.access import given


def everybody(status: str) -> str:
    """The same answer for each actor."""
    return " ".join([status] * 8)


@dataclass(frozen=True, slots=True)
class Row:
    """The answers to reading and to sending at one address; how to build it; what to send."""

    read: str
    send: str = everybody("405")
    at: given.Given = given.nothing
    form: given.Given = given.nothing


PUBLIC = Row(everybody("200"))
SIGNED = Row(everybody("405"), everybody("401"))
PUBLIC_OF_A_REGION = Row(everybody("200"), at=given.region)

# columns: anonymous, owner, stranger, operator, other operator, gate, driver, platform
ROUTES: Mapping[str, Row] = {
    "alive": Row(everybody("200"), everybody("200")),
    "ready": Row(everybody("200"), everybody("200")),
    "metrics": PUBLIC,  # from this machine; strangers: tests/config/health
    "payment-hook": Row(
        everybody("405"), everybody("400"), at=lambda world: {"provider": "sandbox"}
    ),
    "codes:keys": PUBLIC,
    "codes:revoked": PUBLIC,
    "codes:worker": PUBLIC,
    **{
        f"gtfs-rt:{kind}.{form}": PUBLIC_OF_A_REGION
        for kind in ("vehicle-positions", "trip-updates", "alerts")
        for form in ("pb", "json")
    },
    "telematics:enrol": Row(everybody("405"), everybody("400")),
    "telematics:positions": SIGNED,  # by a device's key: tests/transport/telematics
    "set_language": Row(everybody("302"), everybody("302")),
    "messages:outbox": PUBLIC,  # on local data only
    "messages:inbox": Row(">in 200 200 200 200 200 200 200"),
    "messages:read-all": Row(everybody("405"), ">in 302 302 302 302 302 302 302"),
    "messages:message": Row(">in 200 404 404 404 404 404 404", at=given.message),
    "messages:read": Row(everybody("405"), ">in 302 404 404 404 404 404 404", at=given.message),
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
    "messages:stop": Row(everybody("200"), everybody("200"), at=given.stop),  # whoever has the link
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
    "areas:add": Row(
        everybody("405"),
        everybody("302"),
        at=lambda world: {"region": world.region.slug, "slug": world.product.area.slug},
    ),
    "areas:stopped": Row(
        everybody("404"),
        everybody("404"),
        at=lambda world: {"token": world.paid.token, "line_id": 0},
    ),  # whose it is: tests/tourism/tickets/test_stop_page.py
    "places:live": PUBLIC_OF_A_REGION,
    "areas:stop-report": Row(
        ">in 403 403 404 404 403 403 404",  # which stop: tests/tourism/tickets/test_stop_report.py
        at=lambda world: {**given.area_of_crowd(world), "stop_id": 0},
    ),
    "areas:stop-table": Row(
        ">in 403 403 404 404 403 403 404",
        at=lambda world: {**given.area_of_crowd(world), "stop_id": 0},
    ),
    "draws:list": PUBLIC_OF_A_REGION,
    "draws:show": Row(everybody("404"), at=lambda world: {"draw_id": 0}),
    # What a draw shows to whom, and who may leave it: tests/bookings/draws.
    "draws:download": Row(everybody("404"), at=lambda world: {"draw_id": 0}),
    "draws:enter": Row(everybody("404"), everybody("404"), at=lambda world: {"draw_id": 0}),
    "draws:leave": Row(
        everybody("405"), everybody("404"), at=lambda world: {"draw_id": 0, "slip_id": 0}
    ),
    "crowd:boards": Row(">in 403 403 200 200 403 403 200"),
    "crowd:board": Row(">in 403 403 200 404 403 403 404", at=given.area_of_crowd),
    "crowd:state": Row(">in 403 403 200 404 403 403 404", at=given.area_of_crowd),
    "crowd:correct": Row(
        everybody("405"),
        ">in 403 403 302 404 403 403 404",
        at=given.area_of_crowd,
        form=lambda world: {"people": "5", "reason": "counted"},
    ),
    "crowd:stop": Row(
        ">in 403 403 200 404 403 403 404", ">in 403 403 200 404 403 403 404", at=given.area_of_crowd
    ),
    "crowd:tick": Row(
        everybody("405"),
        ">in 403 403 302 404 403 403 404",  # what becomes of a duty: tests/tourism/crowd
        at=lambda world: {**given.area_of_crowd(world), "duty_id": 0},
    ),
    "crowd:change-stop": Row(
        everybody("405"),
        ">in 403 403 404 404 403 403 404",  # which stop: tests/tourism/crowd
        at=lambda world: {**given.area_of_crowd(world), "stop_id": 0, "verb": "undo"},
    ),
    "lines:list": PUBLIC_OF_A_REGION,
    "lines:departures": PUBLIC_OF_A_REGION,
    # No ride is asked for, so there are no seats: tests/transport/lines/test_seat_page.py asks for some.
    "lines:seats": Row(everybody("404"), at=lambda world: {"region": world.region.slug}),
    # Whose run it is, and who works for it: tests/transport/lines/test_run_pages.py.
    "lines:run_list": Row(">in 403 403 404 404 404 200 200", at=given.run),
    "lines:papers": Row(">in 403 403 404 404 404 200 200", at=given.run),
    "lines:detail": Row(
        everybody("200"),
        at=lambda world: {"region": world.region.slug, "slug": world.line.slug},
    ),
    # What is bought in this world is no ride; whose one is: tests/transport/rides.
    "rides:ride": Row(everybody("404"), everybody("404"), at=given.paid_line),
    "rides:old-address": Row(everybody("301"), at=given.paid_line),
    "rides:now": Row(everybody("404"), at=given.paid_line),
    "rides:share": Row(everybody("405"), everybody("404"), at=given.paid_line),
    "rides:unshare": Row(everybody("405"), everybody("404"), at=given.paid_line),
    "rides:lost": Row(everybody("405"), everybody("404"), at=given.paid_line),
    "rides:linked": Row(everybody("404"), at=given.link),
    "rides:linked-now": Row(everybody("404"), at=given.link),
    "direct:list": PUBLIC_OF_A_REGION,
    "direct:detail": Row(everybody("200"), at=given.direct),
    "direct:state": Row(everybody("200"), at=given.direct),
    "direct:queues": Row(">in 403 403 200 200 403 200 200"),
    "direct:queue": Row(">in 403 403 404 404 403 200 404", at=given.queue),
    "direct:queue-state": Row(">in 403 403 404 404 403 200 404", at=given.queue),
    "direct:tell": Row(
        everybody("405"),
        ">in 403 403 404 404 403 302 404",  # who sends one more: tests/transport/direct
        at=lambda world: {**given.queue(world), "verb": "depart"},
        form=lambda world: {"people": "5", "seats": "45", "request_key": "k"},
    ),
    "descent:boards": Row(">in 403 403 200 200 403 403 200"),
    "descent:board": Row(">in 403 403 200 404 403 403 404", at=given.mountain),
    "descent:state": Row(">in 403 403 200 404 403 403 404", at=given.mountain),
    # No bus of the operator's leads down there: tests/portal/descent sends some.
    "descent:send": Row(everybody("405"), ">in 403 403 200 404 403 403 404", at=given.mountain),
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
        at=given.traveller,
        form=lambda world: {"name": "李测试", "kind": "RESIDENT_ID"},
    ),
    "travellers:remove": Row(
        "404 200 404 404 404 404 404 404", "404 302 404 404 404 404 404 404", at=given.traveller
    ),
    # --- holding a code: whoever has the order's address ---
    "holders:phone": Row(
        everybody("405"), everybody("400"), at=given.one_pass
    ),  # no key: nothing is bound
    "holders:digits": Row(everybody("405"), everybody("200"), at=given.one_pass),
    "holders:transfer": Row(
        "404 200 404 404 404 404 404 404", "404 200 404 404 404 404 404 404", at=given.one_pass
    ),  # an empty form; what it may do: tests/bookings/holders
    # A code that was handed over has an address of its own: whoever has that, shows it.
    "holders:page": Row(everybody("404"), at=given.no_address),
    "holders:given-phone": Row(everybody("405"), everybody("404"), at=given.no_address),
    "holders:given-digits": Row(everybody("405"), everybody("404"), at=given.no_address),
    # --- the evening before ---
    "prechecks:page": Row(everybody("200"), at=given.paid),
    "prechecks:correct": Row(
        "404 200 404 404 404 404 404 404", "404 200 404 404 404 404 404 404", at=given.one_pass
    ),  # an empty form; what it may do: tests/bookings/prechecks
    # --- buying ---
    "checkout:cart": PUBLIC_OF_A_REGION,
    "checkout:add": Row(everybody("405"), everybody("302"), at=given.region, form=given.ticket),
    "checkout:remove": Row(
        everybody("405"), everybody("404"), at=given.region, form=lambda world: {"item": "1"}
    ),
    "checkout:coupon": Row(
        everybody("405"), everybody("302"), at=given.region, form=lambda world: {"coupon": "1"}
    ),
    "checkout:points": Row(
        everybody("405"), everybody("302"), at=given.region, form=lambda world: {"use": "1"}
    ),
    "checkout:via": Row(
        everybody("405"), everybody("302"), at=given.region, form=lambda world: {"code": ""}
    ),
    "campaigns:coupons": Row(everybody("200"), at=given.region),
    "campaigns:claim": Row(
        everybody("405"),
        ">in 302 302 302 302 302 302 302",
        at=given.region,
        form=lambda world: {"campaign": "1"},
    ),
    "checkout:move": Row(
        everybody("405"),
        everybody("404"),
        at=given.region,
        form=lambda world: {"item": "1", "ref": "1"},
    ),
    "checkout:travellers": Row(everybody("302"), everybody("302"), at=given.region),
    "checkout:confirm": Row(everybody("302"), everybody("200"), at=given.region),
    "checkout:now": Row(everybody("400"), everybody("400"), at=given.region),
    "waitlist:join": Row(everybody("400"), everybody("400"), at=given.region),
    "waitlist:mine": PUBLIC,
    "waitlist:show": Row("404 200 404 404 404 404 404 404", at=given.entry),
    "waitlist:leave": Row(
        "404 200 404 404 404 404 404 404", "404 302 404 404 404 404 404 404", at=given.entry
    ),
    "waitlist:decline": Row(
        "404 200 404 404 404 404 404 404", "404 302 404 404 404 404 404 404", at=given.entry
    ),
    "waitlist:hand-on": Row(
        everybody("200"), everybody("302"), at=given.paid, form=given.all_parts
    ),
    "waitlist:withdraw": Row(everybody("405"), everybody("302"), at=given.handover),
    "waiting:room": Row(everybody("200"), at=given.sale),
    "waiting:state": Row(everybody("404"), at=given.sale),  # only with the number that joining gave
    "waiting:join": Row(everybody("405"), everybody("302"), at=given.sale),
    "waiting:enter": Row(everybody("405"), everybody("302"), at=given.sale),
    "waiting:leave": Row(everybody("405"), everybody("302"), at=given.sale),
    "checkout:orders": PUBLIC,
    "checkout:order": Row(everybody("200"), at=given.paid),
    "checkout:order-state": Row(everybody("200"), at=given.paid),
    "checkout:pay": Row(everybody("200"), everybody("404"), at=given.held),
    "checkout:pay-code": Row(everybody("200"), at=given.to_scan),
    "checkout:give-up": Row(everybody("200"), everybody("302"), at=given.held),
    "checkout:change": Row(everybody("200"), everybody("200"), at=given.paid_line),
    "checkout:add-more": Row(everybody("200"), everybody("302"), at=given.paid),
    "checkout:alone": Row(everybody("405"), everybody("302"), at=given.region),
    "refunds:account": Row(everybody("200"), everybody("200"), at=given.account),
    "refunds:hardship": Row(everybody("200"), everybody("200"), at=given.paid),
    "rewards:points": Row(">in 200 200 200 200 200 200 200", everybody("405")),
    "referrals:show": Row(">in 200 200 200 200 200 200 200", everybody("405")),
    "referrals:download": Row("404 200 404 404 404 404 404 404", everybody("405"), at=given.code),
    "balance:show": Row(">in 200 200 200 200 200 200 200", ">in 200 200 200 200 200 200 200"),
    "balance:pay": Row(
        "404 200 404 404 404 404 404 404", "404 302 404 404 404 404 404 404", at=given.top_up
    ),
    "balance:state": Row("404 200 404 404 404 404 404 404", at=given.top_up),
    "balance:back": Row(everybody("302"), at=given.top_up),
    "invoices:order": Row("404 200 404 404 404 404 404 404", at=given.paid),
    "invoices:ask": Row(
        "404 200 404 404 404 404 404 404", "404 200 404 404 404 404 404 404", at=given.paid_seller
    ),
    "invoices:file": Row(
        everybody("404"), at=given.no_file
    ),  # of one's own: tests/bookings/invoices
    "invoices:titles": PUBLIC,
    "invoices:title-add": Row(everybody("200"), everybody("200")),
    "invoices:title": Row(
        "404 200 404 404 404 404 404 404", "404 200 404 404 404 404 404 404", at=given.title
    ),
    "invoices:title-default": Row(
        everybody("405"), "404 302 404 404 404 404 404 404", at=given.title
    ),
    "invoices:title-remove": Row(
        "404 200 404 404 404 404 404 404", "404 302 404 404 404 404 404 404", at=given.title
    ),
    "tabs:show": Row(">in 200 200 200 200 200 200 200"),
    "tabs:bill": Row("404 200 404 404 404 404 404 404", at=given.bill),
    "tabs:pay": Row(
        "404 200 404 404 404 404 404 404", "404 302 404 404 404 404 404 404", at=given.bill
    ),
    "tabs:state": Row("404 200 404 404 404 404 404 404", at=given.bill),
    "tabs:back": Row("404 302 404 404 404 404 404 404", at=given.bill),
    "tabs:csv": Row("404 200 404 404 404 404 404 404", at=given.bill),
    "tabs:people": Row(">in 200 404 404 404 404 404 404", ">in 200 404 404 404 404 404 404"),
    "tabs:remove": Row(
        "404 200 404 404 404 404 404 404", "404 302 404 404 404 404 404 404", at=given.colleague
    ),
    "checkout:counter": Row(">in 403 403 302 302 403 403 302", ">in 403 403 302 302 403 403 302"),
    "desk:sell": Row(">in 403 403 302 302 403 403 302", ">in 403 403 302 302 403 403 302"),
    "desk:price": Row(everybody("405"), ">in 403 403 409 409 403 403 409"),
    "desk:worker": PUBLIC,
    "desk:offline": Row(">in 403 403 200 200 403 403 200", everybody("405")),
    "desk:reserve": Row(everybody("405"), ">in 403 403 409 409 403 403 409"),
    "desk:block": Row(everybody("405"), ">in 403 403 409 409 403 403 409"),
    "desk:merge": Row(everybody("405"), ">in 403 403 400 400 403 403 400"),
    "desk:lost": Row(">in 403 403 200 200 403 403 200", ">in 403 403 200 200 403 403 200"),
    "desk:report": Row(">in 403 403 200 404 403 403 404", at=given.shift),
    "desk:print": Row(">in 403 403 200 404 403 403 404", at=given.paid_code),
    "cash:counter": Row(">in 403 403 200 200 403 403 200"),
    "cash:open": Row(
        ">in 403 403 302 302 403 403 302", ">in 403 403 302 404 403 403 404", form=given.opening
    ),
    "cash:close": Row(">in 403 403 302 302 403 403 302", ">in 403 403 200 200 403 403 200"),
    "cash:take": Row(">in 403 403 302 302 403 403 302", ">in 403 403 302 302 403 403 302"),
    "cash:pay-out": Row(
        ">in 403 403 200 302 403 403 302", ">in 403 403 302 302 403 403 302", at=given.payout
    ),
    "cash:report": Row(">in 403 403 200 404 403 403 404", at=given.shift),
    "settlement:statements": Row(">in 403 403 200 200 403 403 200"),
    "groups:groups": Row(
        ">in 403 403 200 200 403 403 200", ">in 403 403 200 200 403 403 200"
    ),  # those of an agency: tests/tourism/tickets/test_groups.py
    "groups:group": Row(
        ">in 403 403 404 404 403 403 404",
        ">in 403 403 404 404 403 403 404",
        at=lambda world: {"group_id": 1},
    ),
    "groups:template": Row(">in 403 403 200 200 403 403 200", at=lambda world: {"kind": "csv"}),
    "settlement:account": Row(
        ">in 403 403 200 404 403 403 404", ">in 403 403 200 404 403 403 404", at=given.area
    ),
    "settlement:statement": Row(">in 403 403 200 404 403 403 404", at=given.statement),
    "settlement:confirm": Row(
        ">in 403 403 302 404 403 403 404", ">in 403 403 302 404 403 403 404", at=given.statement
    ),
    "settlement:dispute": Row(
        ">in 403 403 302 404 403 403 404", ">in 403 403 200 404 403 403 404", at=given.statement
    ),
    "settlement:csv": Row(">in 403 403 200 404 403 403 404", at=given.statement),
    "checkout:shares": Row(everybody("200"), everybody("200"), at=given.held),
    "checkout:shares-undo": Row(everybody("405"), everybody("302"), at=given.held),
    "checkout:share": Row(everybody("200"), everybody("302"), at=given.share),
    "checkout:share-state": Row(everybody("200"), at=given.share),
    "checkout:share-code": Row(everybody("200"), at=given.share_to_scan),
    "checkout:share-back": Row(everybody("302"), at=given.other_share),
    "checkout:cancel": Row(everybody("200"), everybody("302"), at=given.paid, form=given.all_parts),
    "payments:return": Row(everybody("302"), at=given.paid),
    "gate:shell": PUBLIC,
    "gate:worker": PUBLIC,
    "gate:manifest": PUBLIC,
    "gate:authority": Row(everybody("404")),  # where `up --https` serves: tests/up
    "gate:enrol": Row(everybody("405"), everybody("400")),
    "gate:beat": SIGNED,  # by a device's key, whoever is signed in: tests/bookings/gates
    "gate:bundle": SIGNED,
    "gate:changes": SIGNED,
    "gate:departures": SIGNED,
    "gate:move": SIGNED,
    "gate:scans": SIGNED,
    "gate:undo": SIGNED,
    # --- at work ---
    "gates:board": Row(">in 403 403 200 200 403 403 200"),
    "gates:now": Row(">in 403 403 200 200 403 403 200"),
    "gates:invite": Row(">in 403 403 200 200 403 403 200", ">in 403 403 200 200 403 403 200"),
    "gates:shut-out": Row(
        ">in 403 403 200 404 403 403 404", ">in 403 403 302 404 403 403 404", at=given.device
    ),
    "gates:incident": Row(
        ">in 403 403 200 404 403 403 404", ">in 403 403 200 404 403 403 404", at=given.incident
    ),
    "work:home": Row(">in 403 403 200 200 302 200 200"),
    "scan:posts": Row(">in 403 403 200 200 200 200 200"),
    "scan:scan": Row(
        ">in 403 403 200 404 200 404 404", ">in 403 403 200 404 200 404 404", at=given.gate
    ),
    "scan:undo": Row(everybody("405"), ">in 403 403 404 404 403 403 404", at=given.no_passage),
    "scan:list": Row(">in 403 403 200 404 200 404 404", at=given.gate),
}
