"""Item 10: no card number ever reaches us; who sends one all the same finds it kept nowhere."""

from __future__ import annotations

import re

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.urls import reverse

from tests.access.matrix import ROUTES
from tests.access.world import settled, world  # noqa: F401
from tests.cast import enter

pytestmark = pytest.mark.django_db

CARD = "4242424242424242"
_OF_CARDS = re.compile(r"\b(card_?number|pan|cvc|cvv|cvv2|card_?code|expiry|exp_month|exp_year)\b")
_ASKED = re.compile(r'(?:name|autocomplete)="(?:cc-[a-z]+|card[^"]*|cv[cv]2?)"')
_DIGITS = re.compile(r"(?<![\w.])\d(?:[ -]?\d){12,18}(?!\w)")
"""Not inside a token or a fraction: one in sixty of those with digits enough would look like a card."""
PAYING = [name for name in ROUTES if "pay" in name and "checkout" in name]
SENT = [name for name in ROUTES if "200" in ROUTES[name].send or "302" in ROUTES[name].send]


def is_card(digits: str) -> bool:
    """Luhn's check sum (ISO/IEC 7812-1)."""
    doubled = [int(d) * (2 if n % 2 else 1) for n, d in enumerate(reversed(digits))]
    return sum(n - 9 if n > 9 else n for n in doubled) % 10 == 0


def cards_in(text: str) -> set[str]:
    found = (re.sub(r"[ -]", "", match) for match in _DIGITS.findall(text))
    return {
        digits for digits in found if is_card(digits) and digits.startswith(("3", "4", "5", "6"))
    }


def dump() -> str:
    """Every row of every table, as text."""
    rows = []
    with connection.cursor() as cursor:
        for model in apps.get_models():
            if model._meta.managed:
                cursor.execute(f'SELECT r::text FROM "{model._meta.db_table}" AS r')  # noqa: S608
                rows += [row for (row,) in cursor.fetchall()]
    return "\n".join(rows)


def test_the_check_sees_cards():
    assert cards_in(f"x {CARD} 4242 4242 4242 4242 4242424242424241 16100000001") == {CARD}
    assert cards_in(f'{{"number": "{CARD}"}}') == cards_in(f"({CARD}, 1)") == {CARD}
    assert cards_in(f"a{CARD}_b 0.{CARD}") == set()


def test_no_field_and_no_page_asks_for_a_card():
    fields = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if _OF_CARDS.search(field.name)
    }
    asked = {
        str(path.relative_to(settings.BASE_DIR)): found
        for path in (settings.BASE_DIR / "templates").rglob("*.html")
        if (
            found := re.findall(
                r'(?:name|autocomplete)="(?:cc-[a-z]+|card[^"]*|cv[cv]2?)"', path.read_text()
            )
        )
    }

    assert (fields, asked) == (set(), {})


@pytest.mark.parametrize("name", PAYING)
def test_a_page_on_which_one_pays_runs_our_own_scripts_only(name, world):  # noqa: F811
    answer = enter(world.user("owner")).get(reverse(name, kwargs=dict(ROUTES[name].at(world))))

    rules = answer["Content-Security-Policy"].split(";")
    scripts = next(rule.split()[1:] for rule in rules if rule.strip().startswith("script-src"))
    assert {word for word in scripts if not word.startswith("'nonce-")} == {"'self'"}


@pytest.mark.parametrize("name", SENT)
def test_who_sends_a_card_all_the_same_finds_it_kept_nowhere(name, world, caplog):  # noqa: F811
    row, before = ROUTES[name], cards_in(dump())
    url, form = reverse(name, kwargs=dict(row.at(world))), dict(row.form(world))

    for actor in ("owner", "operator"):
        browser = enter(world.user(actor))
        browser.raise_request_exception = False
        browser.post(url, {**form, "card_number": CARD, "cvc": "123", "exp": "12/30"})

    kept = dump()
    assert CARD not in kept
    assert cards_in(kept) <= before
    assert CARD not in caplog.text
