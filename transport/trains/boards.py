"""What the railway says of a train at a station: a port, and the service whose keys are set."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Protocol

from django.conf import settings


class BoardDown(Exception):
    """The service does not answer, or not in words of its own: nothing is known."""


class State(StrEnum):
    """The states that a service may say; those of ``models.TrainState``."""

    UNKNOWN = "UNKNOWN"
    ON_TIME = "ON_TIME"
    LATE = "LATE"
    ARRIVED = "ARRIVED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True)
class Status:
    """When it was to arrive and when it is expected, or has arrived; None: it is not said."""

    scheduled: datetime | None
    expected: datetime | None
    state: State


class Board(Protocol):
    """A service that knows when trains arrive."""

    def status(self, train_no: str, service_date: date, station: str) -> Status:
        """Of a train on the day on which it arrives there; UNKNOWN where the service has none such.

        :raises BoardDown: it does not answer. Never called within a transaction.
        """


def find() -> Board | None:
    """The service whose keys are set, or none. One for a process: it learns whether it answers."""
    keys = settings.TRAIN_STATUS
    return _board(keys["KEY"], keys["SECRET"], keys["URL"]) if keys["KEY"] else None


@lru_cache(maxsize=4)
def _board(key: str, secret: str, url: str) -> Board:
    from transport.trains.gateway import GatewayBoard

    return GatewayBoard(key=key, secret=secret, url=url)
