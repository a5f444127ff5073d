"""An order: its code, its story, and adding to it."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.identity import actors
from accounts.travellers import queries as travellers
from bookings.baskets import operations as baskets
from bookings.baskets import queries as baskets_of
from bookings.checkout import selling, standing
from bookings.deposits import queries as deposits
from bookings.dues import queries as dues_of
from bookings.fulfilment import queries as deliveries
from bookings.holders import queries as holders
from bookings.news import choices, pages
from bookings.orders import operations as orders
from bookings.orders import queries
from bookings.orders.guesses import open_order
from bookings.orders.models import Line, Order, State
from bookings.payments.pages import state_answer
from bookings.payments.queries import Progress
from bookings.refunds import queries as refunds_of
from bookings.refunds.choosing import every_part
from bookings.shares import operations as shares
from bookings.shares import queries as shares_of
from bookings.vouchers import queries as vouchers
from bookings.warnings import queries as warnings
from kernel import clock
from kernel.errors import NotFound, Refusal
from kernel.web import problems
from kernel.web.paging import page_of
from kernel.web.requests import client_ip


def opened(request: HttpRequest, token: str) -> Order:
    """The order a token opens, for a stranger who has it."""
    return open_order(token, address=client_ip(request), at=clock.now())


def refused(request: HttpRequest, token: str, refusal: Refusal) -> HttpResponse:
    """Back to the order, where it is read; a program, or who asks for the unknown, hears it bare."""
    problems.tell_programs(request, refusal)
    if refusal.status == NotFound.status:
        raise refusal
    messages.error(request, refusal.reason)
    return redirect("checkout:order", token)


@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """The buyer's own orders, newest first."""
    found = queries.for_actors(actors.all_of(request), contact_index=actors.phone_index_of(request))
    page = page_of(request, found, by=("-placed_at", "-id"))
    context = {"page": page, "orders": standing.order_rows(page.rows), "tab": "codes"}
    return render(request, "bookings_checkout/orders.html", context)


@require_GET
def show(request: HttpRequest, token: str) -> HttpResponse:
    order = opened(request, token)
    at = clock.now()
    progress = standing.progress_of(order, at=at)
    context = {
        "order": order,
        "region": order.region,
        "is_at_counter": selling.shift_of(request) is not None,
        "at": at,
        "step": standing.step_of(order, progress),
        "is_begun": progress is Progress.BEGUN,
        "is_received": progress is Progress.RECEIVED,
        "is_moving": standing.is_moving(order, progress),
        "is_payable": order.is_payable(at) and progress is not Progress.RECEIVED,
        "asked_fen": max(order.unpaid_fen, 0) + order.unsecured_fen,
        "family": standing.order_rows(queries.family(order)),
        "changed_from": queries.changed_from(order) if order.credit_fen else None,
        "awaited": deliveries.awaited(order),
        "refusals": deliveries.refusals_of(order),
        "deposit": deposits.find(order),
        "later_dues": dues_of.open_of(order),
        "division": shares_of.of_order(order),
        "is_divisible": shares.is_divisible(order, at=at),
        "is_own": queries.is_buyers(order, actors.all_of(request), actors.phone_index_of(request)),
        **_booked(order, progress),
        **_money(order),
    }
    return render(request, "bookings_checkout/order.html", context)


def _booked(order: Order, progress: Progress) -> dict[str, object]:
    """The lines, how the order is called by them, the codes of what is left, what can be done."""
    owing = standing.owing_of(order)
    rows = standing.line_rows(order, progress, owing)
    into = {row.line.pk: row.changed_into for row in rows if row.changed_into}
    word, tone = standing.heading_of(order, into, progress, owing)
    has_codes = bool(order.paid_at) and not standing.is_all_gone(order)
    lines = [row.line for row in rows]
    return {
        "lines": rows,
        "word": word,
        "tone": tone,
        "changed_into": next(iter(into.values()), None) if not has_codes else None,
        "is_over": not order.paid_at and standing.is_all_gone(order),
        "is_alive": has_codes,
        "choices": _choices(lines) if has_codes else (),
        "line_pages": _pages(lines) if has_codes else (),
        "warnings": warnings.for_lines(lines, at=clock.now()) if has_codes else (),
        "passes": vouchers.passes(order, at=clock.now(), without=owing) if has_codes else (),
        "is_owing": bool(owing) and has_codes,
        "handed_over": holders.handed_over(order) if has_codes else (),
        "changeable": [line for line in lines if _is_to_come(line) and not _why_fixed(line)],
        "not_changeable": [
            why.reason for line in lines if _is_to_come(line) and (why := _why_fixed(line))
        ],
        "can_cancel": bool(every_part(lines)),
    }


def _pages(lines: Sequence[Line]) -> list[pages.LinePage]:
    """The pages of what is to come, and those that are of use once it has begun."""
    found = pages.of_lines(lines)
    return [each for each in found if each.lasts or _is_to_come(each.line)]


def _why_fixed(line: Line) -> Refusal | None:
    """Why a line cannot be changed at all, whatever it would be changed into."""
    if not orders.is_plain(line):
        return orders.NotPlain(title=str(line))
    return orders.ChangedBefore(title=str(line)) if line.frozen_terms.changes == 0 else None


def _choices(lines: Sequence[Line]) -> list[tuple[Line, choices.OpenChoice]]:
    """What the buyer has still to choose, with the line that it is about."""
    by_id = {line.pk: line for line in lines}
    return [(by_id[each.line_id], each) for each in choices.open_choices(by_id)]


def _money(order: Order) -> dict[str, object]:
    found = list(refunds_of.of_journey(order))
    return {
        "sums": standing.sums_of(order, found),
        "refunds": standing.refund_rows(order, found),
        "is_all_returned": all(refund.done_at for refund in found),
        "refund_requests": refunds_of.requests_of(order),
    }


def _is_to_come(line: Line) -> bool:
    return line.state == State.CONFIRMED and bool(line.open_parts) and line.starts_at > clock.now()


@require_GET
def state(request: HttpRequest, token: str) -> JsonResponse:
    """What the waiting page asks every few seconds."""
    order = opened(request, token)
    return state_answer(standing.step_of(order, standing.progress_of(order, at=clock.now())))


@require_http_methods(["GET", "HEAD", "POST"])
def add_more(request: HttpRequest, token: str) -> HttpResponse:
    """Say what it means, then: what is chosen from now on is added, for the same people."""
    order = opened(request, token)
    if order.paid_at is None:
        return redirect("checkout:order", token)
    actor = actors.actor_of(request)
    if request.method != "POST":
        basket = baskets_of.find(actor=actor, region_id=order.region_id)
        context = {"order": order, "region": order.region, "waiting": baskets_of.items_of(basket)}
        return render(request, "bookings_checkout/order_add.html", context)
    ids = [part.traveller_id for line in order.lines.all() for part in line.open_parts]
    mine = travellers.people(ids=set(ids) - {0}, actors=actors.all_of(request))
    known = {person.traveller_id for person in mine}
    baskets.belong(
        actor=actor,
        region_id=order.region_id,
        parent_id=order.root_id,
        traveller_ids=[who for who in dict.fromkeys(ids) if who in known],
        at=clock.now(),
    )
    messages.success(request, _("What you choose now is added to this journey."))
    return redirect(order.region)
