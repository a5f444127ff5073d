"""Saving a price list in the back office as its operators do: what is asked is agreed to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.test import Client


def is_asked(answer: Any) -> bool:
    """Whether the answer is the page that shows the prices before and after."""
    return "bookings_pricing/admin_publish.html" in [each.name for each in answer.templates]


def send_again(client: Client, url: str, answer: Any, **more: str) -> Any:
    """Press a button of the page that asks."""
    return client.post(url, {**dict(answer.context["sent"]), **more})


def publish(client: Client, url: str, form: Mapping[str, Any]) -> Any:
    """Save a form; where prices move, agree to what is shown."""
    answer = client.post(url, form)
    if not is_asked(answer):
        return answer
    return send_again(client, url, answer, shown_prices=answer.context["shown"])
