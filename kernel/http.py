"""Requests to outside parties: with a deadline, a size limit and no redirects."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from kernel import crashpoints

TIMEOUT_S = 5
MAX_BYTES = 65_536


class NoAnswer(Exception):
    """The other side did not answer in time, or not in a form that can be read."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, as it came: headers by lower-case name."""

    status: int
    headers: Mapping[str, str]
    raw: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status and the JSON body."""

    status: int
    body: Mapping[str, Any]


@crashpoints.around("call")
def send(
    method: str,
    url: str,
    payload: bytes | None,
    headers: Mapping[str, str],
    *,
    most: int = MAX_BYTES,
) -> Reply:
    """One request, its reply in bytes.

    :raises NoAnswer: no connection, no answer within TIMEOUT_S, or more than ``most`` bytes.
    """
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    link = kind(parts.hostname or "", parts.port, timeout=TIMEOUT_S)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    try:
        link.connect()
        with _deadline(link.sock):
            link.request(method, path, payload, dict(headers))
            with link.getresponse() as answer:
                raw = answer.read(most + 1)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NoAnswer(type(error).__name__) from None
    finally:
        link.close()
    if len(raw) > most:
        raise NoAnswer("too long")
    return Reply(answer.status, {name.lower(): text for name, text in answer.getheaders()}, raw)


def send_json(
    method: str, url: str, body: Mapping[str, Any] | None, headers: Mapping[str, str]
) -> Answer:
    """One request with a JSON body, one JSON object back.

    :raises NoAnswer: as ``send``, or not a JSON object.
    """
    payload = None if body is None else json.dumps(body).encode()
    reply = send(method, url, payload, {"Content-Type": "application/json", **headers})
    return Answer(reply.status, read_object(reply.raw))


def read_object(raw: bytes) -> dict[str, Any]:
    """A JSON object from bytes.

    :raises NoAnswer: it is none.
    """
    try:
        found = json.loads(raw, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise NoAnswer(type(error).__name__) from None
    if not isinstance(found, dict):
        raise NoAnswer("not a JSON object")
    return found


@contextmanager
def _deadline(sock: socket.socket) -> Iterator[None]:
    """Hang up after TIMEOUT_S: a socket's own timeout begins anew with every drop it receives."""
    cut = threading.Timer(TIMEOUT_S, _hang_up, [sock])
    cut.start()
    try:
        yield
    finally:
        cut.cancel()


def _hang_up(sock: socket.socket) -> None:
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is no JSON")
