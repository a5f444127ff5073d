"""Nobody has a personal price: by construction, and proved every night (MKT-08)."""

from __future__ import annotations

import ast
import logging
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings

from bookings.pricing import operations as pricing
from bookings.pricing.models import PriceAudit
from tests.bookings.conftest import AT
from tests.factories.kernel import RegionFactory
from tests.factories.tourism import ProductFactory, slot_on
from tests.factories.transport import shuttle_line
from transport.lines import operations as lines

PURE = (
    "bookings/pricing/lists.py",
    "bookings/pricing/groups.py",
    "tourism/tickets/pricing.py",
    "transport/lines/fares.py",
)
PERSONS = {"Member", "Person", "Traveller", "User", "HttpRequest", "PlaceRequest", "Ask", "Actor"}
PERSONAL = {"actor", "user", "owner", "buyer", "traveller", "member", "person", "phone", "request"}
OF_THE_PERSON = {"traveller_id", "masked", "index", "birth_date", "is_named"}


def tree(path: str) -> ast.Module:
    return ast.parse((settings.BASE_DIR / Path(path)).read_text())


def personal(module: ast.Module) -> list[str]:
    """Every place where a module of prices learns who buys."""
    found = [f"reads {n.attr}" for n in ast.walk(module)
             if isinstance(n, ast.Attribute) and n.attr in OF_THE_PERSON]  # fmt: skip
    for node in ast.walk(module):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("accounts"):
            found.append(f"imports {node.module}")
        if isinstance(node, ast.FunctionDef):
            every = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            for arg in every:
                words = set(ast.unparse(arg.annotation).replace("[", " ").replace("]", " ")
                            .replace(",", " ").split()) if arg.annotation else set()  # fmt: skip
                if arg.arg in PERSONAL or words & PERSONS:
                    found.append(f"{node.name}({arg.arg})")
    return found


@pytest.mark.parametrize("path", PURE)
def test_no_function_of_prices_takes_or_reads_a_person(path):
    assert personal(tree(path)) == []


@pytest.mark.parametrize(
    "cheat",
    [
        "from accounts.identity import actors",
        "def price_fen(fare: Fare, buyer: str) -> int: ...",
        "def price_fen(fare: Fare, who: Member) -> int: ...",
        "def price_fen(part) -> int: return part.traveller_id",
    ],
)
def test_a_function_that_does_would_be_found(cheat):
    assert len(personal(ast.parse(cheat))) == 1


@pytest.fixture
def on_sale(db):
    """Two entry times and six departures."""
    day = AT.date().replace(day=3)
    product = ProductFactory(area__region=RegionFactory())
    slot_on(product, day)
    line = shuttle_line(RegionFactory())
    lines.create_runs(region=line.region, first=day, last=day)
    assert day == date(2026, 10, 3)


def test_a_thousand_pairs_over_the_real_catalogue_pay_the_same(on_sale):
    made = pricing.audit_prices(at=AT)

    assert (made.pairs, made.unpriced, made.differing) == (1000, 0, 0)
    assert made.is_clean
    assert PriceAudit.objects.get() == made


def cheat_by_name(seller):
    """The sample seller takes one fen more from whoever has a foreign name."""
    honest = seller.offer

    def offer(*, asks, at):
        return [
            (replace(o[0], parts=tuple(
                replace(p, price_fen=p.price_fen + ask.party[0].name.isascii()) for p in o[0].parts
            )),)
            for ask, o in zip(asks, honest(asks=asks, at=at), strict=True)
        ]  # fmt: skip

    seller.offer = offer


def test_a_seller_who_cheats_by_name_is_caught(sellers, shop, caplog):
    seller = sellers["plain"]
    seller.shelf = [f"{shop.bucket(5)}:1000"]
    cheat_by_name(seller)

    with caplog.at_level(logging.ERROR):
        made = pricing.audit_prices(at=AT, pairs=10)

    assert (made.pairs, made.differing, made.is_clean) == (10, 10, False)
    assert made.examples.splitlines()[0] == (
        f"plain {seller.shelf[0]}: (('', 1000),) / (('', 1001),)"
    )
    assert "prices_differ_by_buyer" in caplog.text


def test_an_audit_that_compared_nothing_proves_nothing(db, caplog):
    with caplog.at_level(logging.ERROR):
        made = pricing.audit_prices(at=AT)

    assert (made.pairs, made.is_clean) == (0, False)
    assert "prices_differ_by_buyer" in caplog.text
