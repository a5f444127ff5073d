"""The stripe library's requests go out as all of ours do: with a deadline and a size limit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import stripe

from kernel import http

MOST_BYTES = 2_000_000
"""A page of a list has a hundred objects of several thousand bytes each."""


class Line(stripe.HTTPClient):
    """An HTTP client for the library; it never repeats a request by itself."""

    name = "quanyu"

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[str, int, Mapping[str, str]]:
        payload = post_data.encode() if isinstance(post_data, str) else post_data
        try:
            reply = http.send(method.upper(), url, payload, headers or {}, most=MOST_BYTES)
            return reply.raw.decode(), reply.status, reply.headers
        except (http.NoAnswer, UnicodeDecodeError) as error:
            raise stripe.APIConnectionError(str(error)) from None  # type: ignore[no-untyped-call]

    def close(self) -> None:
        """Nothing is kept open."""
