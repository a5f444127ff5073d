"""Requests to Alibaba Cloud, signed as ACS3-HMAC-SHA256.

Source: Alibaba Cloud's document "V3 request structure and signature". What must not stand in anybody's
log of addresses goes in the form, not in the query.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

from kernel import http
from kernel.randomness import random_bytes

_ALGORITHM = "ACS3-HMAC-SHA256"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Account:
    """A key with its secret, and where the service is."""

    key_id: str
    secret: str
    url: str


@dataclass(frozen=True, slots=True)
class Wish:
    """One action of a service in one version, and what it is given."""

    action: str
    version: str
    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)


def call(account: Account, wish: Wish, *, at: datetime) -> dict[str, Any]:
    """What the service answers to a POST.

    :raises http.NoAnswer: nothing that can be read came back.
    """
    query, body = encoded(wish.query), encoded(wish.form).encode()
    headers = head(wish, urlsplit(account.url).netloc, body, at=at)
    headers["Authorization"] = authorization(account, query, headers)
    reply = http.send("POST", f"{account.url}/?{query}", body or None, headers)
    return http.read_object(reply.raw)


def head(wish: Wish, host: str, body: bytes, *, at: datetime) -> dict[str, str]:
    """The headers that are signed."""
    return {
        "host": host,
        "x-acs-action": wish.action,
        "x-acs-content-sha256": hashlib.sha256(body).hexdigest(),
        "x-acs-date": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "x-acs-signature-nonce": random_bytes(16).hex(),
        "x-acs-version": wish.version,
        **({"content-type": FORM} if body else {}),
    }


def encoded(parameters: Mapping[str, str]) -> str:
    """Parameters by name, percent-encoded as RFC 3986 has it."""
    return "&".join(
        f"{quote(name, safe='')}={quote(value, safe='')}"
        for name, value in sorted(parameters.items())
    )


def authorization(account: Account, query: str, headers: Mapping[str, str]) -> str:
    """The signature of a POST to "/" with this query and these headers."""
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in sorted(headers))
    request = f"POST\n/\n{query}\n{lines}\n{names}\n{headers['x-acs-content-sha256']}"
    told = f"{_ALGORITHM}\n{hashlib.sha256(request.encode()).hexdigest()}"
    signature = hmac.new(account.secret.encode(), told.encode(), hashlib.sha256).hexdigest()
    return f"{_ALGORITHM} Credential={account.key_id},SignedHeaders={names},Signature={signature}"
