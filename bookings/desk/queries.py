"""Reads of a counter: what is on sale today, what a shift has sold, what can be printed again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from accounts.identity.phones import read_phone
from accounts.travellers import operations as book
from accounts.travellers.documents import tidy
from accounts.travellers.models import Traveller
from accounts.travellers.names import mask_name
from bookings import registry
from bookings.cash.models import Shift
from bookings.checkout import queries as carts
from bookings.codes import operations as issuers
from bookings.contracts import Listing, Part, Words
from bookings.desk.models import BlockNumber, NumberBlock, NumberState, Sale
from bookings.desk.typed import kind_of
from bookings.inventory.models import Channel
from bookings.orders.models import Line, Order
from bookings.vouchers import saying
from bookings.vouchers.models import Pass, State, Voucher
from kernel import codes, seals
from kernel.errors import Refusal
from kernel.moments import moment_words
from kernel.naming import say
from kernel.places.models import Region


@dataclass(frozen=True, slots=True)
class Counted:
    """One line of a shift's report: what was sold in which class, how often and for how much, in fen."""

    title: str
    class_title: str
    count: int
    fen: int


@dataclass(frozen=True, slots=True)
class Paper:
    """One person's code as a roll prints it."""

    pass_id: int
    holder: str
    document_tail: str
    code_text: str
    short_code: str
    rights: tuple[Right, ...]


@dataclass(frozen=True, slots=True)
class Right:
    """What a code is good for, and in which class."""

    title: str
    subtitle: str
    class_title: str
    valid_from: datetime
    valid_until: datetime


def listings(shift: Shift, *, at: datetime) -> list[Listing]:
    """What the house of a drawer sells today and is not over, by time."""
    region = shift.organisation.region
    if region is None:
        return []
    today = region.local_date(at)
    found = [
        listing
        for seller in registry.list_all()
        for listing in seller.browse(
            region_id=region.pk, supplier_id=shift.organisation_id, first=today, last=today
        )
        if listing.ends_at > at
    ]
    return sorted(found, key=lambda listing: (listing.starts_at, listing.kind, listing.ref))


def classes_of(listing: Listing, *, at: datetime) -> list[Part]:
    """The classes of a listing with their prices at the counter."""
    return carts.classes_of(listing, at=at, channel=Channel.COUNTER)


def counted(shift: Shift) -> list[Counted]:
    """What a shift has sold and is not given up, by thing and class."""
    lines = Line.objects.filter(order__in=Sale.objects.filter(shift=shift).values("order"))
    numbers: Counter[tuple[str, str]] = Counter()
    fen: Counter[tuple[str, str]] = Counter()
    for line in lines.order_by("starts_at", "pk"):
        for part in line.frozen_parts:
            if part.key not in line.cancelled_parts:
                key = (
                    " · ".join(filter(None, (say(line.title), say(line.subtitle)))),
                    say(part.title),
                )
                numbers[key] += 1
                fen[key] += part.price_fen
    return [Counted(*key, number, fen[key]) for key, number in numbers.items()]


def sale_of(order: Order) -> Sale | None:
    """The sale that an order was at a counter, if it was."""
    return Sale.objects.filter(order=order).select_related("shift__clerk").first()


def papers(order: Order, *, at: datetime, pass_id: int | None = None) -> list[Paper]:
    """The static codes of an order, to print; those that are dead are left out."""
    found = Pass.objects.filter(order_id=order.root_id)
    rows = found.prefetch_related("vouchers").order_by("pk")
    passes = [row for row in rows if pass_id in (None, row.pk)]
    rights = _rights(passes)
    alive = [row for row in passes if rights.get(row.pk)]
    texts = issuers.sign(saying.static(alive, at=at), at=at) if alive else []
    return [
        Paper(
            row.pk, mask_name(row.holder), row.document_tail, text, codes.group(row.short_code),
            tuple(rights[row.pk]),
        )
        for row, text in zip(alive, texts, strict=True)
    ]  # fmt: skip


def _rights(passes: Sequence[Pass]) -> dict[int, list[Right]]:
    found: dict[int, list[Right]] = {}
    vouchers = Voucher.objects.filter(carrier__in=passes).exclude(state=State.VOIDED)
    for voucher in vouchers.select_related("line").order_by("valid_from", "pk"):
        found.setdefault(voucher.carrier_id, []).append(
            Right(
                say(voucher.line.title),
                say(voucher.line.subtitle),
                " · ".join([say(_class(voucher)), *(say(words) for words in voucher.extras)]),
                voucher.line.starts_at,
                voucher.valid_until,
            )
        )
    return found


def _class(voucher: Voucher) -> Words:
    words: Words = voucher.show.get("class") or {}
    return words


def good_passes(organisation_ids: Collection[int], *, at: datetime) -> QuerySet[Pass]:
    """Passes with something of these houses on them that lets in now or later."""
    vouchers = Voucher.objects.filter(
        line__supplier__in=organisation_ids, state=State.ACTIVE, valid_until__gt=at
    )
    return Pass.objects.filter(pk__in=vouchers.values("carrier")).select_related("order")


def find_passes(text: str, organisation_ids: Collection[int], *, at: datetime) -> list[Pass]:
    """The good passes of whoever shows a card, says a phone number, an order's or a code's letters."""
    shown = text.strip()[:60]
    wanted = Q(order__code=shown.upper()) | Q(short_code=codes.normalise(shown))
    if phone := _phone(shown):
        wanted |= Q(order__contact_index=seals.index(phone, purpose="phone"))
    if index := _index(shown, at):
        people = Traveller.objects.filter(document_index=index)
        wanted |= Q(traveller_id__in=people.values("pk"))
    return list(good_passes(organisation_ids, at=at).filter(wanted).order_by("-pk")[:20])


def _phone(text: str) -> str:
    try:
        return read_phone(text)
    except ValidationError:
        return ""


def _index(text: str, at: datetime) -> str:
    try:
        number = tidy(text)
        return book.index_of(book.read_document(kind=kind_of(number), number=number, at=at))
    except Refusal:
        return ""


def open_block_of(clerk_id: int) -> NumberBlock | None:
    """The block that a clerk has not accounted for, if there is one."""
    return NumberBlock.objects.filter(clerk=clerk_id, closed_at=None).first()


def block_told(block: NumberBlock, *, at: datetime) -> dict[str, Any]:
    """A block as the browser keeps it. ``is_ready``: every number has its code."""
    region = Region.objects.get(pk=block.region_id)
    numbers = [
        _number_told(row, papers(row.order, at=at), region)
        for row in block.numbers.select_related("order").order_by("number")
    ]
    waits = [one for one in numbers if one["state"] != NumberState.RETURNED and not one["code"]]
    return {"block": block.pk, "is_ready": not waits, "numbers": numbers}


def _number_told(row: BlockNumber, found: Sequence[Paper], region: Region) -> dict[str, Any]:
    line = row.order.lines.get()
    paper = found[0] if found else None
    right = paper.rights[0] if paper else None
    return {
        "n": row.number,
        "state": row.state,
        "fen": row.price_fen,
        "order": row.order.code,
        "title": " · ".join(filter(None, (say(line.title), say(line.subtitle)))),
        "class": say(line.frozen_parts[0].title),
        "when": moment_words(line.starts_at.astimezone(region.tz)),
        "until_ms": int(right.valid_until.timestamp() * 1000) if right else None,
        "code": paper.code_text if paper else "",
        "short": paper.short_code if paper else "",
    }
