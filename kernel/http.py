"""Requests to outside parties: with a deadline, a size limit and no redirects."""

from __future__ import annotations

import http.client
import ipaddress
import json
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from kernel import crashpoints

TIMEOUT_S = 5
MAX_BYTES = 65_536
_HTTPS = 443


class NoAnswer(Exception):
    """The other side did not answer in time, or not in a form that can be read."""


class NotPublic(Exception):
    """An address that is not to be spoken to."""


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
    return _exchange(link, method, url, payload, headers, most)


@crashpoints.around("call")
def send_public(
    method: str,
    url: str,
    payload: bytes | None,
    headers: Mapping[str, str],
    *,
    most: int = MAX_BYTES,
) -> Reply:
    """As ``send``, to an address that somebody has given us: by https, and never into our own network.

    Its name is looked up once; what was looked at is what is connected to.

    :raises NotPublic: another scheme or port, or a host that is not in the public network.
    :raises NoAnswer: as ``send``.
    """
    host = check_public(url)
    try:
        found = socket.getaddrinfo(host, _HTTPS, type=socket.SOCK_STREAM)
    except OSError as error:
        raise NoAnswer(type(error).__name__) from None
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses or not all(is_public(address) for address in addresses):
        raise NotPublic("the host is not public")
    return _exchange(_Pinned(host, addresses[0]), method, url, payload, headers, most)


def check_public(url: str) -> str:
    """The host of an https address that may be public; its name is not looked up.

    :raises NotPublic: another scheme or port, a name and password in it, or a host that never is.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise NotPublic("not an address") from None
    if parts.scheme != "https" or port not in (None, _HTTPS) or "@" in parts.netloc:
        raise NotPublic("only https on its own port")
    is_name = "." in host and ":" not in host and not host.replace(".", "").isdigit()
    if not host.isascii() or not is_name:
        raise NotPublic("the host is not a public name")
    return host


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public network: no loopback, private or reserved one."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(ip, "ipv4_mapped", None)
    if mapped is not None:
        ip = mapped
    return ip.is_global and not ip.is_multicast


class _Pinned(http.client.HTTPSConnection):
    """To an address that was looked up and looked at, under the host's own name."""

    def __init__(self, host: str, address: str) -> None:
        self._tls = ssl.create_default_context()
        super().__init__(host, _HTTPS, timeout=TIMEOUT_S, context=self._tls)
        self._address = address

    def connect(self) -> None:
        bare = socket.create_connection((self._address, _HTTPS), TIMEOUT_S)
        self.sock = self._tls.wrap_socket(bare, server_hostname=self.host)


def _exchange(
    link: http.client.HTTPConnection,
    method: str,
    url: str,
    payload: bytes | None,
    headers: Mapping[str, str],
    most: int,
) -> Reply:
    parts = urlsplit(url)
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
