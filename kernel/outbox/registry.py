"""Who hears what. Filled in AppConfig.ready()."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from kernel.outbox.models import Event


class NotYet(Exception):
    """The other side does not answer: the event is tried again for as long as it takes, never parked."""


class Handler(Protocol):
    """What a subscriber gives."""

    def __call__(self, *, event: Event, at: datetime) -> None:
        """Deal with one event."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """One handler of one event name.

    A transactional handler runs in one transaction with its Receipt: exactly once. Another runs
    outside any transaction, because it speaks to the network: at least once, so it must be
    idempotent itself.
    """

    label: str
    handler: Handler
    transactional: bool


_subscriptions: dict[str, list[Subscription]] = defaultdict(list)


def subscribe(name: str, handler: Handler, *, label: str, transactional: bool = True) -> None:
    """Let ``handler`` hear every event of this name, under a stable ``label`` for its receipts."""
    if any(known.label == label for known in _subscriptions[name]):
        raise ValueError(f"{label} hears {name} already")
    _subscriptions[name].append(Subscription(label, handler, transactional))


def unsubscribe(name: str, label: str) -> None:
    """Stop a handler; tests use this to clean up."""
    _subscriptions[name] = [s for s in _subscriptions[name] if s.label != label]


def subscriptions(name: str) -> list[Subscription]:
    """The handlers of an event name."""
    return list(_subscriptions[name])


def names() -> list[str]:
    """Every event name that somebody hears."""
    return [name for name, heard_by in _subscriptions.items() if heard_by]
