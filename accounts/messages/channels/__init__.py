"""How a message leaves: one port, and the channels behind it by name."""

from __future__ import annotations

from typing import Protocol


class Undeliverable(Exception):
    """The channel will never take this message; the text says why, without personal data."""


class Channel(Protocol):
    """A way to reach people. Called outside any transaction; may raise to be tried again."""

    name: str

    def deliver(self, *, to: str, subject: str, body: str, key: str) -> None:
        """Hand the message over. ``key`` is the same when it is tried again.

        :raises Undeliverable: trying again would not help.
        """


_channels: dict[str, Channel] = {}


def register(channel: Channel) -> None:
    """Put a channel in place; a later one of the same name takes over."""
    _channels[channel.name] = channel


def get(name: str) -> Channel:
    """The channel of this name."""
    return _channels[name]
