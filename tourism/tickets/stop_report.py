"""What became of everybody whose tickets a stop took the use of: choices, money, times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median_low

from django.utils.translation import gettext as _

from bookings.refunds import queries as refunds
from bookings.refunds.models import Reason, Refund, RefundState
from kernel.errors import NotFound
from kernel.naming import say
from kernel.web.tables import csv_text, plain
from tourism.areas.models import ScenicArea
from tourism.crowd.models import Stop
from tourism.tickets.models import Choice, StoppedLine, Suspension

WIDTH, HEIGHT = 720, 180
_ORDER = (
    Choice.REFUND, Choice.CREDIT, Choice.MOVE, Choice.WAIT, Choice.KEPT, Choice.OPEN,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ticket:
    """One stopped line: how many people, what they chose and when, and what came back, in fen.

    ``is_answered``: its holder has said it, nobody else for them. ``way``: how far its money is.
    """

    order_code: str
    what: str
    starts_at: datetime
    people: int
    choice: Choice
    is_answered: bool
    chosen_at: datetime | None
    decide_by: datetime
    ended_at: datetime | None
    refunded_fen: int
    credited_fen: int
    bonus_fen: int
    way: str


@dataclass(frozen=True, slots=True)
class ChoiceRow:
    """All who have one choice."""

    choice: Choice
    tickets: int
    people: int
    fen: int
    bonus_fen: int

    @property
    def label(self) -> str:
        return str(self.choice.label)


@dataclass(frozen=True, slots=True)
class Report:
    """The evening report of one stop."""

    stop: Stop
    told_at: datetime | None
    tickets: tuple[Ticket, ...]

    @property
    def people(self) -> int:
        return sum(ticket.people for ticket in self.tickets)

    @property
    def refunded_fen(self) -> int:
        return sum(ticket.refunded_fen for ticket in self.tickets)

    @property
    def credited_fen(self) -> int:
        return sum(ticket.credited_fen for ticket in self.tickets)

    @property
    def bonus_fen(self) -> int:
        return sum(ticket.bonus_fen for ticket in self.tickets)

    @property
    def not_arrived_fen(self) -> int:
        """Money on its way, and money that waits for a person."""
        late = (RefundState.SENDING, RefundState.SENT, RefundState.FAILED)
        return sum(ticket.refunded_fen for ticket in self.tickets if ticket.way in late)

    @property
    def silent(self) -> list[Ticket]:
        """Who has not answered, and of whom nothing is decided yet."""
        return [ticket for ticket in self.tickets if ticket.choice == Choice.OPEN]

    @property
    def by_choice(self) -> list[ChoiceRow]:
        """A row for each choice that somebody has."""
        rows = [self._row(choice) for choice in _ORDER]
        return [row for row in rows if row.tickets]

    def _row(self, choice: Choice) -> ChoiceRow:
        found = [ticket for ticket in self.tickets if ticket.choice == choice]
        return ChoiceRow(
            choice=choice,
            tickets=len(found),
            people=sum(ticket.people for ticket in found),
            fen=sum(ticket.refunded_fen + ticket.credited_fen for ticket in found),
            bonus_fen=sum(ticket.bonus_fen for ticket in found),
        )

    @property
    def answered_at(self) -> list[datetime]:
        """When holders said what they want, in order."""
        moments = [t.chosen_at for t in self.tickets if t.is_answered and t.chosen_at is not None]
        return sorted(moments)

    @property
    def usual_wait(self) -> timedelta | None:
        """How long half of those who answered took; None: nobody has."""
        if self.told_at is None or not self.answered_at:
            return None
        return median_low(moment - self.told_at for moment in self.answered_at)

    @property
    def usual_minutes(self) -> int:
        """The same in whole minutes, rounded up."""
        wait = self.usual_wait
        return -(-wait // timedelta(minutes=1)) if wait is not None else 0


def get_stop(stop_id: int, area: ScenicArea) -> Stop:
    """A stop of an area. :raises NotFound: there is none, or it was undone before anybody heard of it."""
    rows = Stop.objects.filter(pk=stop_id, area=area).exclude(state="UNDONE")
    found = rows.select_related("area__region", "gate", "cableway").first()
    if found is None:
        raise NotFound
    return found


def report_of(stop: Stop) -> Report:
    """The report of a stop from ``get_stop``. Four statements, however many tickets there are."""
    begun = Suspension.objects.filter(cause=stop).order_by("created_at").first()
    rows = list(
        StoppedLine.objects.filter(suspension__cause=stop)
        .select_related("line__order", "suspension")
        .order_by("line__starts_at", "pk")
    )
    sent = refunds.by_operator({row.line.order_id for row in rows})
    bonuses = refunds.bonuses_of([each for found in sent.values() for each in found])
    return Report(
        stop=stop,
        told_at=begun.created_at if begun else None,
        tickets=tuple(_ticket(row, sent.get(row.line_id, ()), bonuses) for row in rows),
    )


def _ticket(row: StoppedLine, sent: Sequence[Refund], bonuses: dict[int, int]) -> Ticket:
    """Money counts here from the choice on: what was cancelled before has its own terms."""
    since = row.chosen_at
    mine = [each for each in sent if since is not None and each.created_at >= since]
    credited = [each for each in mine if each.reason == Reason.CREDITED]
    returned = [each for each in mine if each.reason != Reason.CREDITED]
    return Ticket(
        order_code=row.line.order.code,
        what=" · ".join(filter(None, (say(row.line.title), say(row.line.subtitle)))),
        starts_at=row.line.starts_at,
        people=len(row.part_keys),
        choice=Choice(row.choice),
        is_answered=_is_answered(row),
        chosen_at=row.chosen_at,
        decide_by=row.decide_by,
        ended_at=row.ended_at,
        refunded_fen=sum(each.amount_fen for each in returned),
        credited_fen=sum(each.amount_fen for each in credited),
        bonus_fen=sum(bonuses.get(each.pk, 0) for each in credited),
        way=_way(mine),
    )


def _is_answered(row: StoppedLine) -> bool:
    """Silence becomes money at the hour set for it, and running again is nobody's choice."""
    if row.choice in (Choice.OPEN, Choice.KEPT) or row.chosen_at is None:
        return False
    return row.chosen_at < row.decide_by or row.choice != Choice.REFUND


def _way(sent: Sequence[Refund]) -> str:
    """How far the money is that is furthest from its owner."""
    for state in (RefundState.FAILED, RefundState.SENDING, RefundState.SENT, RefundState.DONE):
        if any(each.state == state for each in sent):
            return str(state)
    return ""


def curve(report: Report, *, at: datetime) -> tuple[str, list[tuple[str, int]]]:
    """How many have answered over time, as the points of a line up to ``at`` and the hours along its foot."""
    if report.told_at is None or not report.tickets:
        return "", []
    begins, last = report.told_at, max(ticket.decide_by for ticket in report.tickets)
    ends = max(min(at, last), begins + timedelta(minutes=10))
    length, most = ends - begins, len(report.tickets)
    points, count = [f"0,{HEIGHT}"], 0
    for moment in report.answered_at:
        x = min(max((moment - begins) * WIDTH // length, 0), WIDTH)
        points.append(f"{x},{_y(count, most)}")
        count += 1
        points.append(f"{x},{_y(count, most)}")
    now = min(max((min(at, ends) - begins) * WIDTH // length, 0), WIDTH)
    points.append(f"{now},{_y(count, most)}")
    tz = report.stop.area.region.tz
    marks = [(begins + length * n // 4, WIDTH * n // 4) for n in range(4)]
    return " ".join(points), [(f"{moment.astimezone(tz):%H:%M}", x) for moment, x in marks]


def _y(count: int, most: int) -> int:
    return HEIGHT - count * HEIGHT // most


def report_csv(report: Report) -> str:
    """A row for each ticket, without anybody's name; the last one adds up."""
    tz = report.stop.area.region.tz

    def when(moment: datetime | None) -> str:
        return f"{moment.astimezone(tz):%Y-%m-%d %H:%M:%S}" if moment else ""

    head = [
        _("Order"), _("What"), _("Time"), _("People"), _("Choice"), _("Chosen at"),
        _("To be chosen by"), _("Carried out at"), _("Money back (fen)"), _("Voucher (fen)"),
        _("On top (fen)"), _("State of the money"),
    ]  # fmt: skip
    rows = [
        [
            ticket.order_code, plain(ticket.what), when(ticket.starts_at), ticket.people,
            str(ticket.choice.label), when(ticket.chosen_at), when(ticket.decide_by),
            when(ticket.ended_at), ticket.refunded_fen, ticket.credited_fen, ticket.bonus_fen,
            str(RefundState(ticket.way).label) if ticket.way else "",
        ]
        for ticket in report.tickets
    ]  # fmt: skip
    total = [
        _("Sum"), "", "", report.people, "", "", "", "",
        report.refunded_fen, report.credited_fen, report.bonus_fen, "",
    ]  # fmt: skip
    return csv_text([head, *rows, total])
