"""Answer asks for direct rides: what they cost, which window they take, how they can be cancelled.

Three statements answer any number of asks; refusals cost one more to name the next window with room.
Counts are not looked at to refuse: only ``inventory.take`` decides. A ref is the id of a window.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bookings.contracts import Answer, Ask, Demand, Due, Offer, Part
from kernel.errors import Refusal
from kernel.naming import EN, ZH
from transport.direct import queries
from transport.direct.models import Window, WindowState
from transport.lines import queries as lines
from transport.lines.models import ADULT
from transport.lines.offers import terms_of
from transport.lines.queries import Stops
from transport.lines.ways import way

KIND = "direct"
_RIDE = {ZH: "乘车", EN: "Ride"}
LOOK_AHEAD = timedelta(days=2)


class NoSuchWindow(Refusal):
    status = 404
    message = _("There is no such boarding time.")


class WindowOver(Refusal):
    message = _("%(title)s: this boarding time is over. %(way_out)s")


class WindowCancelled(Refusal):
    message = _("%(title)s: nobody is carried at this time. %(way_out)s")


class NotSold(Refusal):
    message = _("%(title)s is not on sale here.")


class EmptyParty(Refusal):
    status = 400
    message = _("Please say how many people are going.")


class OtherClass(Refusal):
    status = 400
    message = _("%(title)s has one fare for everybody.")


@dataclass(frozen=True, slots=True)
class _Case:
    """One ask whose window is known."""

    ask: Ask
    window: Window
    stops: Stops

    @property
    def title(self) -> str:
        return self.window.shuttle.line.name


@dataclass(frozen=True, slots=True)
class _Blocked:
    """A case that cannot be sold as asked, though a later window might."""

    case: _Case
    refusal: type[Refusal]


def offer(asks: Sequence[Ask], *, at: datetime) -> list[Answer]:
    """Answer each ask in order: an Offer, or a Refusal that names the next window with room."""
    cases = _cases(asks)
    days = queries.fares_of({c.window.pk: c.window for c in cases if isinstance(c, _Case)}.values())
    drafts = [_draft(case, days, at) for case in cases]
    blocked = [draft.case for draft in drafts if isinstance(draft, _Blocked)]
    ways_out = _ways_out(blocked, at)
    return [_refuse(d, ways_out) if isinstance(d, _Blocked) else d for d in drafts]


def read_ref(ref: str) -> int:
    """The window that a reference names; 0 for text that is none."""
    is_id = ref.isascii() and ref.isdigit() and len(ref) <= 18
    return int(ref) if is_id else 0


def _cases(asks: Sequence[Ask]) -> list[_Case | Refusal]:
    ids = [read_ref(ask.ref) for ask in asks]
    windows = queries.windows_by_id(set(ids) - {0})
    patterns = {window.shuttle.pattern_id for window in windows.values()}
    stops = lines.stops_of(patterns) if patterns else {}
    return [
        _Case(ask, windows[pk], stops[windows[pk].shuttle.pattern_id])
        if pk in windows and len(stops.get(windows[pk].shuttle.pattern_id, ())) > 1
        else NoSuchWindow(field="ref")
        for ask, pk in zip(asks, ids, strict=True)
    ]


def _draft(case: _Case | Refusal, days: queries.Fares, at: datetime) -> Answer | _Blocked:
    if isinstance(case, Refusal):
        return case
    shuttle = case.window.shuttle
    if not (shuttle.is_on_sale and shuttle.line.is_open):
        return NotSold(title=case.title)
    if case.window.state != WindowState.SCHEDULED:
        return _Blocked(case, WindowCancelled)
    if case.window.ends_at <= at:
        return _Blocked(case, WindowOver)
    if not case.ask.party:
        return EmptyParty(field="party")
    if any(member.class_code not in ("", ADULT) for member in case.ask.party):
        return OtherClass(field="party", title=case.title)
    return (_offer(case, days[case.window.pk]),)


def _ways_out(cases: Sequence[_Case], at: datetime) -> dict[str, Window]:
    """Per window that cannot be had: the same shuttle's next one with room."""
    if not cases:
        return {}
    later = queries.windows_with_room(
        {case.window.shuttle_id for case in cases}, after=at, until=at + LOOK_AHEAD
    )
    found: dict[str, Window] = {}
    for case in cases:
        wanted = max(len(case.ask.party), 1)
        for window, left in later:
            if window.shuttle_id == case.window.shuttle_id and left >= wanted:
                found.setdefault(case.ask.ref, window)
    return found


def _refuse(blocked: _Blocked, ways_out: Mapping[str, Window]) -> Refusal:
    case = blocked.case
    facts: dict[str, Any] = {"title": case.title, "way_out": ""}
    found = ways_out.get(case.ask.ref)
    if found is not None:
        local = found.starts_at.astimezone(case.window.shuttle.line.tz)
        words = gettext("The next one with room: %(when)s.") % {"when": f"{local:%Y-%m-%d %H:%M}"}
        facts |= {"way_out": words, "next_ref": str(found.pk), "next_starts_at": local}
    return blocked.refusal(field="ref", **facts)


def _offer(case: _Case, day: queries.DayFare) -> Offer:
    window, shuttle = case.window, case.window.shuttle
    line, fare_fen = shuttle.line, queries.fare_fen(case.stops, day.permille)
    parts = tuple(
        Part(
            key=f"p{number}",
            title=_RIDE,
            price_fen=fare_fen,
            class_code=ADULT,
            traveller_id=member.traveller_id,
            demands=(Demand(window.bucket_id),),
        )
        for number, member in enumerate(case.ask.party, start=1)
    )
    return Offer(
        kind=KIND,
        ref=case.ask.ref,
        region_id=line.region_id,
        supplier_id=line.organisation_id,
        place_id=case.stops[0].place_id,
        title=line.words,
        subtitle=way(case.stops, 0, len(case.stops) - 1),
        starts_at=window.starts_at,
        ends_at=window.ends_at,
        parts=parts,
        terms=terms_of(line),
        dues=(Due(fare_fen * len(parts)),),
        currency=line.region.currency,
        facts=_frozen(case),
        is_sample=line.is_sample or shuttle.is_sample,
        group_prices=day.groups,
    )


def _frozen(case: _Case) -> dict[str, Any]:
    """What boarding and fulfilling need later, so that they look nothing up again."""
    line = case.window.shuttle.line
    return {
        "window_id": case.window.pk,
        "zone": case.window.shuttle.zone,
        "from": case.stops[0].place.words,
        "to": case.stops[-1].place.words,
        "transfers": line.transfers,
        "transfer_days": line.transfer_days,
    }
