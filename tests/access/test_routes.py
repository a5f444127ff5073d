"""Every address of the site, as everybody: who gets in, and what a visit may change."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test import Client
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLPattern, URLResolver

from kernel import clock
from tests.access.matrix import ROUTES, Row
from tests.access.world import ACTORS, World, build
from tests.cast import enter
from tests.contracts.stalls import AT

pytestmark = pytest.mark.django_db
SIGN_IN = ("/staff/", "/me/sign-in/")
FORGOTTEN = {"accounts_identity.session", "accounts_identity.signin", "axes.accesslog"}
"""Who is here, and since when: every visit may write it."""


@pytest.fixture
def world(monkeypatch) -> World:
    monkeypatch.setattr(clock, "now", lambda: AT)
    return build()


def routes(resolver: URLResolver, *spaces: str) -> Iterator[str]:
    """The names of all addresses but the back office's, which have a matrix of their own."""
    for found in resolver.url_patterns:
        if isinstance(found, URLPattern):
            yield ":".join([*spaces, found.name or str(found.pattern)])
        elif found.namespace != "admin":
            yield from routes(found, *spaces, *filter(None, [found.namespace]))


def knock(client: Client, method: str, name: str, row: Row, world: World) -> str:
    """What an address answers, in the words of the matrix."""
    client.raise_request_exception = False
    url = reverse(name, kwargs=dict(row.at(world)))
    answer = getattr(client, method)(url, dict(row.form(world)))
    if answer.status_code == 302 and answer.url.startswith(("/en/staff/", "/en/me/sign-in/")):
        return ">in"
    return str(answer.status_code)


def everything() -> dict[str, str]:
    """The fingerprint of every table that a visit may not touch."""
    tables = [
        model._meta.db_table
        for model in apps.get_models()
        if model._meta.managed and model._meta.label_lower not in FORGOTTEN
    ]
    one = "SELECT '{0}', md5(string_agg(r::text, '|' ORDER BY r::text)) FROM \"{0}\" r"
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(one.format(table) for table in tables))
        return dict(cursor.fetchall())


def test_every_address_has_a_row_and_every_row_an_address():
    assert set(routes(get_resolver())) == set(ROUTES)


def test_every_row_has_an_answer_for_everybody():
    assert {len(row.read.split()) for row in ROUTES.values()} == {len(ACTORS)}
    assert {len(row.send.split()) for row in ROUTES.values()} == {len(ACTORS)}


@pytest.mark.parametrize("name", ROUTES)
def test_reading_gives_what_the_matrix_says_and_changes_nothing(name, world):
    row, answers = ROUTES[name], []
    browsers = [enter(world.user(actor)) for actor in ACTORS]
    before = everything()

    answers = [knock(browser, "get", name, row, world) for browser in browsers]

    assert " ".join(answers) == row.read
    assert everything() == before


@pytest.mark.parametrize("name", ROUTES)
def test_sending_gives_what_the_matrix_says_and_a_refusal_changes_nothing(name, world):
    row, answers = ROUTES[name], []

    for actor in ACTORS:
        untouched = transaction.savepoint()
        browser = enter(world.user(actor))
        before = everything()
        answers.append(knock(browser, "post", name, row, world))
        if answers[-1].startswith("4"):
            assert everything() == before
        transaction.savepoint_rollback(untouched)

    assert " ".join(answers) == row.send
