"""Look at vouchers to come: what is missing, and what has to be brought. A handful of statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Exists, OuterRef, QuerySet

from accounts.travellers import checks
from accounts.travellers import operations as book
from accounts.travellers import queries as travellers
from accounts.travellers.checks import Outcome
from accounts.travellers.queries import Person
from bookings.contracts import Words
from bookings.dues import queries as dues
from bookings.holders import queries as holders
from bookings.noshows import queries as noshows
from bookings.orders.models import Order
from bookings.prechecks.models import EVENING, MUST, OF_THE_PERSON, Check, Finding, Timing
from bookings.vouchers.identity import BY_NAME
from bookings.vouchers.models import Pass, State, Voucher
from kernel.places.models import Region

_LONGEST_EARLY = timedelta(days=1)
"""So long before the start a voucher may let in."""


@dataclass(frozen=True, slots=True)
class Look:
    """A voucher as it stands now. ``bring`` is the proof of a class, in words."""

    voucher: Voucher
    findings: tuple[Finding, ...]
    bring: Words

    @property
    def is_short(self) -> bool:
        """Whether something must be put right."""
        return not MUST.isdisjoint(self.findings)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Everything that one pass carries; ``findings`` each once, ``bring`` the proofs, each once."""

    carrier: Pass
    titles: tuple[Words, ...]
    starts_at: datetime
    findings: tuple[Finding, ...]
    bring: tuple[Words, ...]

    @property
    def missing(self) -> tuple[Finding, ...]:
        """What must be put right."""
        return tuple(each for each in self.findings if each in MUST)

    @property
    def notes(self) -> tuple[Finding, ...]:
        """What has to be known."""
        return tuple(each for each in self.findings if each not in MUST | {Finding.BRING})

    @property
    def is_correctable(self) -> bool:
        """Whether another name or document puts something right."""
        return not OF_THE_PERSON.isdisjoint(self.findings)

    @property
    def is_unpaid(self) -> bool:
        """Whether a rest is still to be paid."""
        return Finding.UNPAID in self.findings


def begins(region: Region, day: date) -> datetime:
    """From when on ``day``'s visitors are looked at: the evening before."""
    timing = Timing.objects.filter(region=region).first()
    return region.at(day - timedelta(days=1), timing.begins if timing else EVENING)


def unchecked(region: Region, day: date, *, most: int) -> list[Voucher]:
    """Unused vouchers of lines that start on a region's local day and were not looked at for it."""
    start, end = region.at(day, time()), region.at(day + timedelta(days=1), time())
    known = Check.objects.filter(voucher=OuterRef("pk"), day=day)
    rows = Voucher.objects.filter(
        ~Exists(known),
        region_id=region.pk,
        state=State.ACTIVE,
        entries_used=0,
        valid_from__gte=start - _LONGEST_EARLY,
        valid_from__lt=end,
        line__starts_at__gte=start,
        line__starts_at__lt=end,
    )
    return list(_whole(rows).order_by("carrier__order_id", "pk")[:most])


def look(vouchers: Sequence[Voucher], *, at: datetime) -> list[Look]:
    """What is to be said of each of these now, in the given order."""
    ids = {voucher.carrier.traveller_id for voucher in vouchers} - {0}
    people = {person.traveller_id: person for person in travellers.by_ids(ids)}
    unreadable = book.unreadable(ids, at=at)
    unpaid = dues.unpaid_before_use({voucher.line_id for voucher in vouchers})
    rests = noshows.rests({pair for v in vouchers if (pair := _free(v, people))}, at=at)
    return [
        _look(
            voucher,
            people.get(voucher.carrier.traveller_id),
            is_unreadable=voucher.carrier.traveller_id in unreadable,
            is_unpaid=voucher.line_id in unpaid,
            rests=_free(voucher, people) in rests,
        )
        for voucher in vouchers
    ]


def visitors(order: Order, *, at: datetime) -> list[Visitor]:
    """Everybody of a journey who is still to come and holds their code from its buyer."""
    rows = Voucher.objects.filter(
        carrier__order_id=order.root_id, state=State.ACTIVE, entries_used=0, valid_until__gt=at
    ).exclude(carrier__in=holders.handed_over(order))
    looks: dict[int, list[Look]] = defaultdict(list)
    found = look(list(_whole(rows).order_by("line__starts_at", "carrier_id", "pk")), at=at)
    for each in found:
        looks[each.voucher.carrier_id].append(each)
    return [_visitor(several) for several in looks.values()]


def of_pass(pass_id: int) -> list[Voucher]:
    """What a pass carries of which something was missing, and is not put right yet."""
    open_checks = Check.objects.filter(
        voucher=OuterRef("pk"), is_short=True, settled_at__isnull=True
    )
    return list(_whole(Voucher.objects.filter(Exists(open_checks), carrier=pass_id)).order_by("pk"))


def _whole(rows: QuerySet[Voucher]) -> QuerySet[Voucher]:
    return rows.select_related("carrier__order__region", "line__order")


def _free(voucher: Voucher, people: Mapping[int, Person]) -> noshows.Pair | None:
    """Whose standing is asked: named, and pays nothing."""
    person = people.get(voucher.carrier.traveller_id)
    parts = voucher.line.frozen_parts if person else ()
    is_free = any(p.key == voucher.part_key and p.price_fen == 0 for p in parts)
    return (voucher.line.supplier_id, person.index) if person and is_free else None


def _look(
    voucher: Voucher, person: Person | None, *, is_unreadable: bool, is_unpaid: bool, rests: bool
) -> Look:
    bring: Words = voucher.show.get("condition", voucher.show.get("check") or {})
    wrong = _of_document(person, is_unreadable) if voucher.show.get(BY_NAME) else None
    marks: Mapping[Finding, bool] = {
        Finding.UNPAID: is_unpaid,
        Finding.BRING: bool(bring),
        Finding.RESTS: rests,
    }
    findings = (*filter(None, [wrong]), *(one for one, is_so in marks.items() if is_so))
    return Look(voucher, findings, bring)


def _of_document(person: Person | None, is_unreadable: bool) -> Finding | None:
    if person is None:
        return Finding.MISSING
    if is_unreadable:
        return Finding.UNREADABLE
    if person.check == Outcome.MISMATCH:
        return Finding.MISMATCH
    is_open = person.check != Outcome.MATCH and (person.check or checks.find() is not None)
    return Finding.COMPARE if is_open else None


def _visitor(looks: Sequence[Look]) -> Visitor:
    findings = {finding for each in looks for finding in each.findings}
    return Visitor(
        carrier=looks[0].voucher.carrier,
        titles=tuple(_once([each.voucher.line.title for each in looks])),
        starts_at=min(each.voucher.line.starts_at for each in looks),
        findings=tuple(one for one in Finding if one in findings),
        bring=tuple(_once([each.bring for each in looks if each.bring])),
    )


def _once(words: Collection[Words]) -> list[Words]:
    found: list[Words] = []
    for each in words:
        if each not in found:
            found.append(each)
    return found
