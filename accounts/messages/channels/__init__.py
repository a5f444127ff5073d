"""How a message leaves: one port, and the channels behind it by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


class Undeliverable(Exception):
    """The channel will never take this message; the text says why, without personal data."""


class Gone(Undeliverable):
    """The address is no more: nothing is ever sent there again."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as a channel hands it over, to ``to``: a number, an e-mail address, a subscription.

    ``key`` is the same when it is tried again; ``tries`` counts from 1. ``link`` is a whole address,
    ``stop_link`` the one at which a single request stops all of its topic. ``facts`` and ``kind`` are
    for services that have texts of their own.
    """

    to: str
    subject: str
    body: str
    short: str
    key: str
    kind: str = ""
    language: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    link: str = ""
    stop_link: str = ""
    is_urgent: bool = False
    tries: int = 1


class Channel(Protocol):
    """A way to reach people. Called outside any transaction; may raise to be tried again."""

    name: str

    def deliver(self, letter: Letter) -> None:
        """Hand a message over; once more with the same key where nothing was answered.

        :raises Undeliverable: trying again would not help.
        """


_channels: dict[str, Channel] = {}


def register(channel: Channel) -> None:
    """Put a channel in place; a later one of the same name takes over."""
    _channels[channel.name] = channel


def get(name: str) -> Channel:
    """The channel of this name."""
    return _channels[name]


def find(name: str) -> Channel | None:
    """The channel of this name, or None where it is not set up."""
    return _channels.get(name)


def names() -> list[str]:
    """Every channel that is there."""
    return sorted(_channels)
