"""Group commit in the web process: what arrives together is worked on together.

Leader and followers, without a thread of its own. Whoever finds nobody working leads: it takes all
that waits, works on it, hands the lead to the one who has waited longest, and wakes its followers.
A lone item never waits for company. See docs/adr/0005-group-commit.md. With
``settings.QUANYU_GROUPING`` off every item is worked on alone, by its own thread; so is, always, what
is asked inside a transaction, whose writings nobody else sees.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, TypeVar

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection

from kernel import turns

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")
Key = TypeVar("Key", bound=Hashable)
Row = TypeVar("Row")


def is_somebodys_fault(error: BaseException) -> bool:
    """Whether one member may be to blame, so that the others are tried without it.

    A lost or busy database is nobody's fault: trying one by one would only make it busier. Of a lost
    connection psycopg2 sometimes says only DatabaseError.
    """
    is_lost = isinstance(error, OperationalError | InterfaceError) or type(error) is DatabaseError
    return not is_lost


@dataclass(slots=True)
class _Seat(Generic[Item, Outcome]):
    """One caller: asleep until its outcome is known or the lead falls to it."""

    item: Item
    outcome: Outcome | BaseException | None = None
    leads: bool = False
    asleep: Lock = field(default_factory=Lock)


class Grouping(Generic[Item, Outcome]):
    """Runs ``work`` on groups of at most ``most`` items; one group at a time, and one in each round.

    ``work`` gives one outcome an item, in order; an outcome that is an exception is raised to its
    own caller only. ``rescue`` says whether the members of a group whose work raised an error are to
    be tried one by one (the error may be the fault of one of them), or all get the error.
    """

    def __init__(
        self,
        work: Callable[[Sequence[Item]], Sequence[Outcome | BaseException]],
        *,
        rescue: Callable[[BaseException], bool] = is_somebodys_fault,
        most: int = 64,
    ) -> None:
        self._work, self._rescue, self._most = work, rescue, most
        self._waiting: deque[_Seat[Item, Outcome]] = deque()
        self._is_led = False
        self._lock = Lock()

    def submit(self, item: Item) -> Outcome:
        """The item's own outcome, once its group is done.

        :raises BaseException: what the work gave or raised for this item.
        """
        seat: _Seat[Item, Outcome] = _Seat(item)
        if connection.in_atomic_block or not settings.QUANYU_GROUPING:
            self._settle([seat])
        elif turn := turns.current():
            self._take_turns(turn, seat)
        else:
            self._sit(seat)
        if isinstance(seat.outcome, BaseException):
            raise seat.outcome
        return seat.outcome  # type: ignore[return-value]

    def _sit(self, seat: _Seat[Item, Outcome]) -> None:
        """Wait until somebody has worked on this seat, or do it."""
        seat.asleep.acquire()
        with self._lock:
            self._waiting.append(seat)
            seat.leads = not self._is_led
            self._is_led = True
        if not seat.leads:
            seat.asleep.acquire()
        if seat.leads:
            self._lead()

    def _take_turns(self, turn: turns.Turn, seat: _Seat[Item, Outcome]) -> None:
        """The same among calls that share a thread (kernel.turns)."""
        company = turn.wait(self, seat)
        if company:
            try:
                self._settle([each.brought for each in company])
            finally:
                turn.round.wake(company[1:])

    def _lead(self) -> None:
        with self._lock:
            group = [self._waiting.popleft() for _ in range(min(self._most, len(self._waiting)))]
        try:
            self._settle(group)
        finally:
            self._hand_over()
            for seat in group[1:]:
                seat.asleep.release()

    def _hand_over(self) -> None:
        with self._lock:
            heir = self._waiting[0] if self._waiting else None
            self._is_led = heir is not None
        if heir is not None:
            heir.leads = True
            heir.asleep.release()

    def _settle(self, group: Sequence[_Seat[Item, Outcome]]) -> None:
        """Give every seat its outcome."""
        try:
            outcomes = self._work([seat.item for seat in group])
            for seat, outcome in zip(group, outcomes, strict=True):
                seat.outcome = outcome
        except BaseException as error:  # noqa: BLE001 - whatever it is, it belongs to the members
            is_rescued = len(group) > 1 and self._rescue(error)
            for seat in group:
                if is_rescued:
                    self._settle([seat])
                else:
                    seat.outcome = error


class GroupedRead(Generic[Key, Row]):
    """One statement for the rows that several callers ask for at the same moment.

    ``read`` gives the rows it finds by key.
    """

    def __init__(self, read: Callable[[Collection[Key]], Mapping[Key, Row]]) -> None:
        self._read = read
        self._grouping: Grouping[Key, Row | None] = Grouping(self._each)

    def get(self, key: Key) -> Row | None:
        """The row of a key as it is now, or None."""
        return self._grouping.submit(key)

    def _each(self, keys: Sequence[Key]) -> Sequence[Row | None]:
        rows = self._read(set(keys))
        return [rows.get(key) for key in keys]
