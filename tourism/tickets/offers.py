"""Answer asks for entry times: who pays what, which counts are touched, what can be cancelled.

Set-based: two statements answer any number of asks (slots, facts), a third reads the calendar where
a price depends on it, and refusals cost three more to name the next entry time with room. Counts
are not looked at: only ``inventory.take`` decides whether there is room.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bookings.contracts import (
    Ask,
    Demand,
    Due,
    GroupPrice,
    How,
    Member,
    Offer,
    Part,
    Step,
    Terms,
    When,
)
from bookings.inventory.models import Channel
from kernel.errors import Refusal
from kernel.naming import say
from kernel.places import calendar
from kernel.places.models import DayType
from tourism.crowd import queries as crowd
from tourism.tickets import fairness, parties, queries
from tourism.tickets.facts import ProductFacts, facts_now, facts_of
from tourism.tickets.models import AdmitUntil, Slot
from tourism.tickets.parties import Person
from tourism.tickets.periods import limits_for

LOOK_AHEAD = timedelta(days=14)
GROUPS_PAY_BEFORE = timedelta(days=1)
_MAX_REF_DIGITS = 18
_ALL = 1000


class NoSuchSlot(Refusal):
    status = 404
    message = _("There is no such entry time.")


class NotOnSale(Refusal):
    message = _("%(title)s is not on sale here.")


class SlotStarted(Refusal):
    message = _("%(title)s: this entry time has already begun. %(way_out)s")


class SlotClosed(Refusal):
    message = _("%(title)s: this entry time is closed. %(way_out)s")


class SlotMoved(Refusal):
    message = _("%(title)s: this entry time has just been moved to %(when)s. Please choose again.")


class AreaClosed(Refusal):
    message = _("%(title)s is closed on this day: %(reason)s %(way_out)s")


class ChannelClosed(Refusal):
    message = _("%(title)s has no places for this channel.")


@dataclass(frozen=True)
class _Ground:
    """A slot with all that is the same for everybody who asks for it; worked out once a call."""

    slot: Slot
    facts: ProductFacts
    day_type: DayType

    @property
    def day(self) -> date:
        return self.slot.day.date

    @cached_property
    def fen_by_class(self) -> dict[str, int]:
        return self.facts.prices.by_class(self.day, self.day_type)

    @cached_property
    def groups(self) -> tuple[GroupPrice, ...]:
        return self.facts.prices.groups_on(self.day, self.day_type)

    @cached_property
    def quotas(self) -> Mapping[str, int]:
        return queries.quotas_of(self.slot)

    def sells_by(self, channel: str) -> bool:
        """Own sale and the counter always; another channel where it has a quota."""
        return channel in (Channel.OWN, Channel.COUNTER) or channel in self.quotas

    def sells_until(self, channel: str) -> datetime:
        """Who stands at the counter may go in at once: it sells until the entry time ends."""
        return self.slot.ends_at if channel == Channel.COUNTER else self.slot.starts_at

    def _counted_by(self, channel: str) -> str:
        """The counter has what is kept for it; where nothing is, it sells what this site may sell."""
        is_shared = Channel.COUNTER in self.quotas or self.facts.own_permille < _ALL
        return Channel.OWN if channel == Channel.COUNTER and not is_shared else channel

    def hindrance(self, at: datetime) -> Refusal | None:
        """What the live crowd has against it: too many people inside, or something is shut."""
        return crowd.hindrance(
            area_id=self.facts.area_id, zone=self.facts.zone,
            starts_at=self.slot.starts_at, ends_at=self.slot.ends_at,
            title=say(self.facts.title), region=self.facts.region, at=at,
            doors=self.facts.doors_in,
        )  # fmt: skip

    def demands(self, channel: str) -> tuple[Demand, ...]:
        """Everybody counts, also who pays nothing: in the slot, on the day, in this channel."""
        channel = self._counted_by(channel)
        day, quota = self.slot.day, self.quotas.get(channel)
        buckets = [self.slot.bucket_id, day.bucket_id]
        if channel == Channel.OWN:
            buckets.append(day.own_bucket_id)
        return tuple(map(Demand, buckets if quota is None else [*buckets, quota]))

    @cached_property
    def terms(self) -> Terms:
        """The refund ladder, counted from the slot's start; its rungs count from the day's begin."""
        midnight = self.facts.region.at(self.day, time(0))
        steps = []
        for hours, permille in self.facts.refund_ladder:
            until = midnight - timedelta(hours=hours)
            before_s = int((self.slot.starts_at - until).total_seconds())
            steps.append(Step(before_s=before_s, permille=permille))
        return Terms(
            steps=tuple(steps),
            words=self.facts.refund_words,
            handover_permille=self.facts.handover_permille,
        )

    @cached_property
    def gate(self) -> dict[str, Any]:
        """What claiming and fulfilling need later, so that they look nothing up again."""
        opens_at, closes_at = entry_window(self.slot, self.facts)
        return {
            "slot_id": self.slot.pk,
            "starts_at": self.slot.starts_at.isoformat(),
            "zone": self.facts.zone,
            "entry_from": opens_at.isoformat(),
            "entry_until": closes_at.isoformat(),
            "entries": self.facts.entries,
            "reentry": self.facts.reentry.value,
            "reentry_days": self.facts.reentry_days,
            "doors_in": list(self.facts.doors_in),
            "doors_out": list(self.facts.doors_out),
            "by_name": self.facts.real_name,
            "transfers": self.facts.transfers,
            "transfer_days": self.facts.transfer_days,
        }


@dataclass(frozen=True, slots=True)
class _Case:
    """One ask whose slot is known, with everything needed to answer it."""

    ask: Ask
    ground: _Ground

    @property
    def slot(self) -> Slot:
        return self.ground.slot

    @property
    def facts(self) -> ProductFacts:
        return self.ground.facts

    @property
    def day(self) -> date:
        return self.ground.day

    @property
    def title(self) -> str:
        return say(self.facts.title)


@dataclass(frozen=True, slots=True)
class _Blocked:
    """A case that cannot be sold as asked, though a later entry time might."""

    case: _Case
    refusal: type[Refusal]
    reason: str = ""


def offer(asks: Sequence[Ask], *, at: datetime) -> list[Offer | Refusal]:
    """Answer each ask in order: an Offer, or a Refusal that names the next entry time with room."""
    drafts = [_draft(case, at) for case in _cases(asks)]
    blocked = [draft for draft in drafts if isinstance(draft, _Blocked)]
    ways_out = _ways_out([draft.case for draft in blocked], at)
    answers = [_refuse(d, ways_out) if isinstance(d, _Blocked) else d for d in drafts]
    return fairness.without_resting(answers, asks, at=at)


def instead(ask: Ask, slot: Slot) -> Offer:
    """What an entry time, read with its channels, is for people who could not come at theirs.

    It may have begun: they go in at once. As it stands in this transaction.

    :raises Refusal: one of these people cannot be had there.
    """
    facts = facts_now([slot.product_id])[slot.product_id]
    day_types = _day_types([slot], {slot.product_id: facts})
    case = _Case(ask, _Ground(slot, facts, _day_type(slot, day_types)))
    people = parties.seat(facts, ask.party, case.day, case.ground.fen_by_class)
    if isinstance(people, Refusal):
        raise people
    return _offer(case, people, slot.starts_at)


def entry_window(slot: Slot, facts: ProductFacts) -> tuple[datetime, datetime]:
    """From when until when a ticket for an entry time, read with its day, lets in."""
    day_ends = facts.region.at(slot.day.date + timedelta(days=1), time(0))
    until = slot.ends_at if facts.admit_until is AdmitUntil.SLOT_END else day_ends
    return slot.starts_at - facts.early, until


def slot_id_of(ref: str) -> int:
    """The slot that a reference names; 0 for text that names none."""
    is_number = ref.isascii() and ref.isdigit() and len(ref) <= _MAX_REF_DIGITS
    return int(ref) if is_number else 0


def _cases(asks: Sequence[Ask]) -> list[_Case | Refusal]:
    slots = queries.slots_by_id({slot_id_of(ask.ref) for ask in asks} - {0})
    facts = facts_of({slot.product_id for slot in slots.values()}) if slots else {}
    day_types = _day_types(slots.values(), facts)
    grounds = {
        slot.pk: _Ground(slot, facts[slot.product_id], _day_type(slot, day_types))
        for slot in slots.values()
    }
    return [_case(ask, grounds.get(slot_id_of(ask.ref))) for ask in asks]


def _case(ask: Ask, ground: _Ground | None) -> _Case | Refusal:
    is_known = ground is not None and ground.facts.sold_as == ask.kind
    return _Case(ask, ground) if ground is not None and is_known else NoSuchSlot(field="ref")


def _day_type(slot: Slot, published: Mapping[tuple[int, date], DayType]) -> DayType:
    day = slot.day.date
    return published.get((slot.region_id, day)) or calendar.by_weekday(day).day_type


def _day_types(
    slots: Collection[Slot], facts: Mapping[int, ProductFacts]
) -> Mapping[tuple[int, date], DayType]:
    """The published kinds of day, where a price depends on them; otherwise nothing is read."""
    days = [s.day.date for s in slots if facts[s.product_id].prices.needs_day_types]
    if not days:
        return {}
    regions = {slot.region_id for slot in slots}
    return calendar.day_types(region_ids=regions, first=min(days), last=max(days))


def _draft(case: _Case | Refusal, at: datetime) -> Offer | Refusal | _Blocked:
    if isinstance(case, Refusal):
        return case
    if not case.facts.is_on_sale:
        return NotOnSale(title=case.title)
    shut = case.facts.shut_on(case.day)
    if shut is not None:
        return _Blocked(case, AreaClosed, say(shut.reason))
    if not case.slot.is_open:
        return _Blocked(case, SlotClosed)
    if case.ground.sells_until(case.ask.channel) <= at:
        return _Blocked(case, SlotStarted)
    if not case.ground.sells_by(case.ask.channel):
        return ChannelClosed(title=case.title)
    if (held := case.ground.hindrance(at)) is not None:
        return held
    people = parties.seat(case.facts, case.ask.party, case.day, case.ground.fen_by_class)
    return people if isinstance(people, Refusal) else _offer(case, people, at)


def _refuse(blocked: _Blocked, ways_out: Mapping[int, queries.SlotRow]) -> Refusal:
    case = blocked.case
    found = ways_out.get(case.slot.pk)
    facts: dict[str, Any] = {"title": case.title, "way_out": ""}
    if blocked.reason:
        facts["reason"] = blocked.reason
    if found is not None:
        local = found.starts_at.astimezone(case.facts.region.tz)
        facts |= {"next_ref": found.ref, "next_starts_at": local}
        facts["way_out"] = gettext("The next one with room: %(when)s.") % {
            "when": f"{local:%Y-%m-%d %H:%M}"
        }
    return blocked.refusal(field="ref", **facts)


def _ways_out(cases: Sequence[_Case], at: datetime) -> dict[int, queries.SlotRow]:
    """Per slot that cannot be had: the next one of its product with room for the party."""
    if not cases:
        return {}
    days = [max(case.day, case.facts.region.local_date(at)) for case in cases]
    rows = queries.slots(
        product_ids={case.slot.product_id for case in cases},
        first=min(days),
        last=max(days) + LOOK_AHEAD,
    )
    found = {case.slot.pk: _next_after(case, rows, at) for case in cases}
    return {slot_id: row for slot_id, row in found.items() if row is not None}


def _next_after(
    case: _Case, rows: Sequence[queries.SlotRow], at: datetime
) -> queries.SlotRow | None:
    later = (
        row
        for row in rows
        if row.product_id == case.slot.product_id
        and row.starts_at > case.slot.starts_at
        and row.is_sellable(at)
        and row.left >= len(case.ask.party)
        and case.facts.shut_on(row.date) is None
    )
    return next(later, None)


def _offer(case: _Case, people: Sequence[Person], at: datetime) -> Offer:
    facts, slot, demands = case.facts, case.slot, case.ground.demands(case.ask.channel)
    total = sum(person.price_fen for person in people)
    return Offer(
        kind=facts.sold_as,
        ref=case.ask.ref,
        region_id=facts.region.pk,
        supplier_id=facts.supplier_id,
        place_id=facts.place_id,
        title=facts.title,
        subtitle=facts.subtitle,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        parts=tuple(
            person.part(demands, limits_for(facts, person.member, case.day)) for person in people
        ),
        terms=case.ground.terms,
        dues=_dues(total, facts.deposit_fen * len(people), _pay_by(case, at)),
        currency=facts.region.currency,
        needs_names=facts.real_name,
        facts={**case.ground.gate, "people": {person.key: person.frozen() for person in people}},
        is_sample=facts.is_sample,
        group_prices=case.ground.groups,
    )


def _pay_by(case: _Case, at: datetime) -> date | When:
    """A group pays until the day before; who comes sooner, and everybody else, at once."""
    day = case.day - GROUPS_PAY_BEFORE
    is_later = case.ask.channel == Channel.GROUP and day > case.facts.region.local_date(at)
    return day if is_later else When.ORDER


def _dues(total_fen: int, deposit_fen: int, when: date | When) -> tuple[Due, ...]:
    deposit = (Due(deposit_fen, How.AUTHORISE),) if deposit_fen else ()
    return (Due(total_fen, when=when), *deposit)


@dataclass(frozen=True, slots=True)
class SeatFor:
    """What one person would have alone: the part, and what claim and gate need of them."""

    part: Part
    people: Mapping[str, Any]


def seat_for(kind: str, ref: str, member: Member) -> SeatFor | Refusal:
    """What an entry time would be for one person, whether or not it is still sold."""
    [case] = _cases([Ask(kind, ref, (member,))])
    if isinstance(case, Refusal):
        return case
    seated = parties.seat(case.facts, (member,), case.day, case.ground.fen_by_class)
    if isinstance(seated, Refusal):
        return seated
    [person] = seated
    return SeatFor(person.part((), limits_for(case.facts, member, case.day)), person.frozen())
