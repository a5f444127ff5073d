"""Calls that run in one thread and take turns where they would wait for each other.

Each call has a stack of its own (a greenlet). It runs until it waits for company (kernel.grouping);
then the next one runs; when nobody can go on, one of those who wait at the same place works for all
of them. So nobody waits for the interpreter, the kernel wakes nobody, and groups are as large as the
round. Turns change nowhere but in ``Turn.wait``, and never inside a transaction: what a call does
between two waits, it does alone. See docs/adr/0009-rounds.md.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import copy_context
from typing import Any, TypeVar

from greenlet import getcurrent, greenlet

Item = TypeVar("Item")

logger = logging.getLogger(__name__)


class Round:
    """Some calls, run to their ends in the thread that asks for it."""

    def __init__(self) -> None:
        self._root = getcurrent()
        self._ready: deque[Turn] = deque()
        self._waiting: dict[Hashable, list[Turn]] = {}
        self._left: dict[Callable[[Sequence[Any]], None], list[Any]] = {}

    def run(self, calls: Sequence[Callable[[], Any]]) -> list[Any]:
        """What each call gave, or the exception that it raised, in order."""
        turns = [Turn(self, call) for call in calls]
        self._ready.extend(turns)
        while self._ready or self._waiting:
            if self._ready:
                self._ready.popleft().switch()
            else:
                self._let_one_lead()
        for work, items in self._left.items():
            _finish(work, items)
        return [turn.outcome for turn in turns]

    def wait(self, place: Hashable, turn: Turn) -> Sequence[Turn]:
        """Let others run until nobody can go on; see ``Turn.wait``."""
        self._waiting.setdefault(place, []).append(turn)
        company: Sequence[Turn] = self._root.switch()
        return company

    def wake(self, turns: Sequence[Turn]) -> None:
        """Their work is done: they may go on."""
        self._ready.extend(turns)

    def leave(self, work: Callable[[Sequence[Item]], None], item: Item) -> None:
        """Have ``work`` done at the end of the round, for all that was left to it."""
        self._left.setdefault(work, []).append(item)

    def _let_one_lead(self) -> None:
        company = self._waiting.pop(next(iter(self._waiting)))
        company[0].switch(company)


def _finish(work: Callable[[Sequence[Any]], None], items: Sequence[Any]) -> None:
    """What the calls did is done: where taking leave of them fails, each keeps its outcome."""
    try:
        work(items)
    except MemoryError:
        raise
    except Exception:
        logger.exception("the end of a round")


class Turn(greenlet):
    """One call on a stack of its own, with the context variables that the thread had."""

    def __init__(self, round_: Round, call: Callable[[], Any]) -> None:
        super().__init__()
        self.gr_context = copy_context()
        self.round, self._call = round_, call
        self.outcome: Any = None
        self.brought: Any = None
        self.stays = False

    def run(self, *_nobody: Any) -> None:
        """The call; what it raises belongs to whoever asked for it, not to the round."""
        try:
            self.outcome = self._call()
        except BaseException as error:  # noqa: BLE001
            self.outcome = error

    def wait(self, place: Hashable, brought: Any) -> Sequence[Turn]:
        """Give way, until nobody else of the round can go on.

        Gives all who wait at this place, this one first, when it is to work for what they ``brought``
        and then to ``wake`` the others; nobody, when somebody has done so for it.
        """
        self.brought = brought
        return self.round.wait(place, self)

    def switch(self, company: Sequence[Turn] = ()) -> Any:
        """Let it begin or go on, alone or for its company."""
        return super().switch(company)


def current() -> Turn | None:
    """The turn that is running, if the caller is in one that may give way."""
    turn = getcurrent()
    return turn if isinstance(turn, Turn) and not turn.stays else None


@contextmanager
def staying() -> Iterator[None]:
    """Nobody else's turn comes inside: for work under a lock that another turn may want."""
    turn = current()
    if turn is None:
        yield
        return
    turn.stays = True
    try:
        yield
    finally:
        turn.stays = False


def once_a_round(work: Callable[[Sequence[Item]], None], item: Item) -> None:
    """Have ``work`` done for the items of all turns together, before any outcome is given out.

    Outside a round it is done now.
    """
    turn = getcurrent()
    if isinstance(turn, Turn):
        turn.round.leave(work, item)
    else:
        work([item])
