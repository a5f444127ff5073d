"""Several people pay one order: its buyer says who pays what; each has a page with a sum of their own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.identity import actors
from accounts.travellers import queries as travellers
from bookings.contracts import Part
from bookings.orders.guesses import count_wrong, open_order
from bookings.orders.models import Line, Order
from bookings.payments import operations as payments
from bookings.payments import queries as payments_of
from bookings.payments.models import Purpose
from bookings.payments.pages import buyer_of
from bookings.shares import operations as shares
from bookings.shares import queries
from bookings.shares.models import Rule, Share
from kernel import clock
from kernel.errors import BadInput, Refusal
from kernel.web.requests import client_ip

_LONGEST = Share._meta.get_field("name").max_length


@dataclass(frozen=True, slots=True)
class PartRow:
    """One part with the field that says who pays it."""

    line: Line
    part: Part
    amount_fen: int
    payer: str

    @property
    def field(self) -> str:
        return _field(self.line, self.part)


def divide(request: HttpRequest, token: str) -> HttpResponse:
    """Say who pays what; once that is said, the shares with their addresses and how they stand."""
    at = clock.now()
    order = open_order(token, address=client_ip(request), at=at)
    made = queries.of_order(order)
    if request.method == "POST" and made is None:
        try:
            shares.divide(
                order=order,
                portions=_portions(request, order),
                rule=_rule(request),
                actor=actors.actor_of(request),
                at=at,
            )
        except Refusal as refusal:
            messages.error(request, refusal.reason)
        else:
            return redirect("checkout:shares", token)
    context = {
        "order": order,
        "region": order.region,
        "at": at,
        "division": made,
        "links": _links(request, made.shares.all()) if made else (),
        "is_divisible": made is None and shares.is_divisible(order, at=at),
        "rows": _rows(request, order),
        "rules": Rule.choices,
        "rule": request.POST.get("rule", Rule.ALL),
        "is_payable": order.is_payable(at),
    }
    return render(request, "bookings_checkout/shares.html", context)


def _links(request: HttpRequest, found: Iterable[Share]) -> list[tuple[Share, str]]:
    return [
        (share, request.build_absolute_uri(reverse("checkout:share", args=[share.token])))
        for share in found
    ]


def _field(line: Line, part: Part) -> str:
    return f"payer-{line.pk}-{part.key}"


def _rows(request: HttpRequest, order: Order) -> list[PartRow]:
    """Every part with its payer: as typed, or the person it is for."""
    lines = list(order.lines.all())
    ids = {part.traveller_id for line in lines for part in line.open_parts} - {0}
    names = {person.traveller_id: person.name for person in travellers.by_ids(ids)}
    rows = []
    for line in lines:
        for number, part in enumerate(line.open_parts, start=1):
            own = names.get(part.traveller_id) or _("Person %(number)s") % {"number": number}
            typed = request.POST.get(_field(line, part), own)
            rows.append(PartRow(line, part, line.shares_now[part.key], typed[:_LONGEST]))
    return rows


def _portions(request: HttpRequest, order: Order) -> list[shares.Portion]:
    """Parts with the same name behind them are one share."""
    by_name: dict[str, list[tuple[int, str]]] = {}
    for row in _rows(request, order):
        name = " ".join(row.payer.split())
        if not name:
            raise BadInput(field=row.field)
        by_name.setdefault(name, []).append((row.line.pk, row.part.key))
    return [shares.Portion(name, tuple(parts)) for name, parts in by_name.items()]


def _rule(request: HttpRequest) -> Rule:
    try:
        return Rule(request.POST.get("rule", ""))
    except ValueError:
        raise BadInput(field="rule") from None


def _open(request: HttpRequest, token: str) -> Share:
    try:
        return queries.by_token(token)
    except queries.ShareNotFound:
        count_wrong(address=client_ip(request), at=clock.now())
        raise


def share(request: HttpRequest, token: str) -> HttpResponse:
    """What a friend is asked to pay and by when; a post starts the payment."""
    found = _open(request, token)
    at = clock.now()
    payable = _payable(request, found)
    if request.method == "POST":
        try:
            attempt = payments.pay(
                payable=shares.payable_of(found, payer=actors.actor_of(request), at=at),
                provider=request.POST.get("provider", ""),
                at=at,
                buyer=buyer_of(request, reverse("checkout:share-back", args=[token])),
            )
        except Refusal as refusal:
            messages.error(request, refusal.reason)
            return redirect("checkout:share", token)
        if attempt.redirect_url:
            return redirect(attempt.redirect_url)
        if attempt.qr:
            return redirect("checkout:share-code", token, attempt.pk)
        return redirect("checkout:share-back", token)
    context = {
        "share": found,
        "division": found.division,
        "region": found.division.order.region,
        "at": at,
        "bought": queries.bought(found),
        "payable": payable,
        "ways": payments.ways_to_pay(payable) if payable else [],
    }
    return render(request, "bookings_checkout/share.html", context)


def _payable(request: HttpRequest, found: Share) -> payments.Payable | None:
    try:
        return shares.payable_of(found, payer=actors.actor_of(request), at=clock.now())
    except payments.NotPayable:
        return None


@require_GET
def code(request: HttpRequest, token: str, attempt_id: int) -> HttpResponse:
    """The code that the provider's own app reads."""
    found = _open(request, token)
    attempt = payments_of.open_attempt(found.division.order, attempt_id)
    if attempt is None or (attempt.purpose, attempt.purpose_id) != (Purpose.SHARE, found.pk):
        return redirect("checkout:share-back", token)
    context = {
        "region": found.division.order.region,
        "attempt": attempt,
        "note": found.name,
        "back_url": reverse("checkout:share-back", args=[token]),
        "state_url": reverse("checkout:share-state", args=[token]),
        "state": found.state,
    }
    return render(request, "bookings_checkout/pay_code.html", context)


@require_GET
def state(request: HttpRequest, token: str) -> JsonResponse:
    """What the waiting page asks every few seconds."""
    found = _open(request, token)
    return JsonResponse({"state": found.state, "words": found.get_state_display()})


@require_GET
def back(request: HttpRequest, token: str) -> HttpResponse:
    """The friend is back. Nothing is believed of this address: the provider is asked."""
    found = _open(request, token)
    payments.ask_about(
        order=found.division.order, purpose=Purpose.SHARE, purpose_id=found.pk, at=clock.now()
    )
    return redirect("checkout:share", token)
