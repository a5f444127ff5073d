"""Several people pay one order: its buyer says who pays what; each has a page with a sum of their own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.identity import actors
from accounts.travellers import queries as travellers
from bookings.contracts import Part
from bookings.orders.guesses import count_wrong, open_order
from bookings.orders.models import Line, Order
from bookings.payments import operations as payments
from bookings.payments import queries as payments_of
from bookings.payments.models import Purpose
from bookings.payments.pages import buyer_of, code_page, say_if_declined, state_answer
from bookings.payments.queries import Progress
from bookings.shares import operations as shares
from bookings.shares import queries
from bookings.shares.models import Rule, Share, State
from kernel import clock
from kernel.errors import BadInput, Refusal
from kernel.web import problems
from kernel.web.requests import client_ip

_LONGEST = Share._meta.get_field("name").max_length


@dataclass(frozen=True, slots=True)
class PartRow:
    """One part, whose it is, and the field that says who pays it."""

    line: Line
    part: Part
    who: str
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
            problems.tell_programs(request, refusal)
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
        "can_undo": made is not None
        and shares.can_undo(made, actors=actors.all_of(request), at=at),
        "rows": _rows(request, order),
        "rules": Rule.choices,
        "rule": request.POST.get("rule", Rule.ALL),
        "is_payable": order.is_payable(at),
    }
    return render(request, "bookings_checkout/shares.html", context)


@require_POST
def undo(request: HttpRequest, token: str) -> HttpResponse:
    """Who divided the order takes that back; it can be divided anew, or paid by one."""
    order = open_order(token, address=client_ip(request), at=clock.now())
    try:
        shares.undo(order=order, actors=actors.all_of(request), at=clock.now())
    except Refusal as refusal:
        problems.tell_programs(request, refusal)
        messages.error(request, refusal.reason)
    else:
        messages.success(request, _("The shares are undone; their addresses work no more."))
    return redirect("checkout:shares", token)


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
            rows.append(PartRow(line, part, own, line.shares_now[part.key], typed[:_LONGEST]))
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
    payable = _payable(request, found)
    progress = _progress(found)
    if request.method == "POST" and progress is not Progress.RECEIVED:
        return _start(request, found)
    is_received = progress is Progress.RECEIVED and found.state == State.OPEN
    context = {
        "share": found,
        "division": found.division,
        "order": found.division.order,
        "region": found.division.order.region,
        "at": clock.now(),
        "bought": queries.bought(found),
        "step": _step(found),
        "is_begun": progress is Progress.BEGUN,
        "is_received": is_received,
        "payable": None if is_received else payable,
        "ways": payments.ways_to_pay(payable) if payable else [],
    }
    return render(request, "bookings_checkout/share.html", context)


def _start(request: HttpRequest, found: Share) -> HttpResponse:
    back = reverse("checkout:share-back", args=[found.token])
    at = clock.now()
    try:
        attempt = payments.pay(
            payable=shares.payable_of(found, payer=actors.actor_of(request), at=at),
            provider=request.POST.get("provider", ""),
            at=at,
            buyer=buyer_of(request, back),
        )
    except Refusal as refusal:
        problems.tell_programs(request, refusal)
        messages.error(request, refusal.reason)
        return redirect("checkout:share", found.token)
    if attempt.qr and not attempt.redirect_url:
        return redirect("checkout:share-code", found.token, attempt.pk)
    return redirect(attempt.redirect_url or back)


def _payable(request: HttpRequest, found: Share) -> payments.Payable | None:
    try:
        return shares.payable_of(found, payer=actors.actor_of(request), at=clock.now())
    except payments.NotPayable:
        return None


def _progress(found: Share) -> Progress:
    return payments_of.progress(
        order=found.division.order, purpose=Purpose.SHARE, purpose_id=found.pk
    )


def _step(found: Share) -> str:
    """Where a share stands, for a page that waits until it is another."""
    is_all_paid = found.division.order.paid_at is not None
    return f"{found.state}:{_progress(found)}:{is_all_paid}"


@require_GET
def code(request: HttpRequest, token: str, attempt_id: int) -> HttpResponse:
    """The code that the provider's own app reads."""
    found = _open(request, token)
    back, home, told = (
        reverse(f"checkout:share{page}", args=[token]) for page in ("-back", "", "-state")
    )
    order = found.division.order
    attempt = payments_of.open_attempt(order, attempt_id)
    if attempt is None or (attempt.purpose, attempt.purpose_id) != (Purpose.SHARE, found.pk):
        return redirect(back)
    paths = (home, back, told)
    return code_page(request, attempt, state=_step(found), paths=paths, region=order.region)


@require_GET
def state(request: HttpRequest, token: str) -> JsonResponse:
    """What the waiting page asks every few seconds."""
    return state_answer(_step(_open(request, token)))


@require_GET
def back(request: HttpRequest, token: str) -> HttpResponse:
    """The friend is back. Nothing is believed of this address: the provider is asked."""
    found = _open(request, token)
    payments.ask_about(
        order=found.division.order, purpose=Purpose.SHARE, purpose_id=found.pk, at=clock.now()
    )
    say_if_declined(request, _progress(found))
    return redirect("checkout:share", token)
