"""Calls of the stripe library: plain objects back, and what went wrong in the words of the port."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import stripe

from bookings.payments.providers import Declined, ProviderDown
from bookings.payments.reading import text_of

_PAGE = 100


class Other(ProviderDown):
    """This idempotency key was used before, with other words."""


def call(work: Callable[[], Any]) -> Mapping[str, Any]:
    """Plain objects from the library.

    :raises Declined: it cannot be done. :raises Other: its key is used up. :raises ProviderDown: no
        answer, or none that is final.
    """
    try:
        found = work()
    except (stripe.InvalidRequestError, stripe.CardError) as error:
        raise Declined(str(error.code or "refused")) from None
    except stripe.IdempotencyError:
        raise Other from None
    except stripe.StripeError:
        raise ProviderDown from None
    except (ValueError, TypeError, AttributeError, KeyError):
        raise ProviderDown from None  # the library could not read what came back
    plain = json.loads(str(found)) if isinstance(found, stripe.StripeObject) else None
    if not isinstance(plain, dict):
        raise ProviderDown
    return plain


def call_or_none(work: Callable[[], Any]) -> Mapping[str, Any] | None:
    """As ``call``; None where Stripe says that it cannot be done."""
    try:
        return call(work)
    except Declined:
        return None


def listed(
    ask: Callable[[Any], Any], wanted: Mapping[str, Any], *, most: int
) -> Iterator[Mapping[str, Any]]:
    """A list of Stripe's over its pages, so many objects at most."""
    asked: dict[str, Any] = {**wanted, "limit": _PAGE}
    for _page in range(most // _PAGE):
        found = call(partial(ask, dict(asked)))
        page = found.get("data", [])
        yield from page
        if not page or not found.get("has_more"):
            return
        asked["starting_after"] = text_of(page[-1], "id")


def once(key: str) -> Any:
    """The options of a call that is carried out once for a key."""
    return {"idempotency_key": key}
