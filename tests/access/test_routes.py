"""Every address of the site, as everybody: who gets in, and what a visit may change."""

from __future__ import annotations

from collections.abc import Iterator
from http.cookies import SimpleCookie

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test import Client
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLPattern, URLResolver

from tests.access.matrix import ROUTES, Row
from tests.access.world import ACTORS, World, settled, world  # noqa: F401
from tests.cast import enter

pytestmark = pytest.mark.django_db
SIGN_IN = ("/staff/", "/me/sign-in/")
FORGOTTEN = {"accounts_identity.session", "accounts_identity.signin", "axes.accesslog"}
"""Who is here, and since when: every visit may write it."""
_FORGOTTEN_TABLES = tuple(apps.get_model(label)._meta.db_table for label in FORGOTTEN)


def routes(resolver: URLResolver, *spaces: str) -> Iterator[str]:
    """The names of all addresses but the back office's, which have a matrix of their own."""
    for found in resolver.url_patterns:
        if isinstance(found, URLPattern):
            yield ":".join([*spaces, found.name or str(found.pattern)])
        elif found.namespace != "admin":
            yield from routes(found, *spaces, *filter(None, [found.namespace]))


def knock(client: Client, method: str, name: str, row: Row, world: World) -> str:  # noqa: F811
    """What an address answers, in the words of the matrix."""
    client.raise_request_exception = False
    url = reverse(name, kwargs=dict(row.at(world)))
    answer = getattr(client, method)(url, dict(row.form(world)))
    if answer.status_code == 302 and answer.url.startswith(("/en/staff/", "/en/me/sign-in/")):
        return ">in"
    return str(answer.status_code)


class Writes:
    """What is sent to the database besides questions; who is here is no news."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def __call__(self, execute, sql, *rest):
        if not sql.lstrip().upper().startswith(_QUESTIONS) and not any(
            f'"{table}"' in sql for table in _FORGOTTEN_TABLES
        ):
            self.seen.append(sql)
        return execute(sql, *rest)


_QUESTIONS = (
    "SELECT",
    "SAVEPOINT",
    "RELEASE",
    "ROLLBACK",
    "SET ",
    "EXECUTE SESSIONS",
    "EXECUTE PEOPLE",
)
"""The two prepared ones write sessions, which are forgotten, and read."""


@pytest.fixture(scope="module")
def keys(settled) -> dict[str, SimpleCookie]:  # noqa: F811
    """What the browser of everybody who has come in carries."""
    return {actor: enter(settled.user(actor)).cookies for actor in ACTORS}


@pytest.fixture(scope="module")
def before(settled, keys) -> dict[str, str]:  # noqa: F811
    """How everything was when it was made and everybody had come in."""
    return everything()


@pytest.fixture
def browsers(keys) -> list[Client]:
    """A browser for each of ACTORS."""
    made = [Client() for _actor in ACTORS]
    for browser, key in zip(made, keys.values(), strict=True):
        browser.cookies = SimpleCookie(key.output(header="", sep=";"))
    return made


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
def test_reading_gives_what_the_matrix_says_and_changes_nothing(name, world, browsers, before):  # noqa: F811
    row, writes = ROUTES[name], Writes()

    with connection.execute_wrapper(writes):
        answers = [knock(browser, "get", name, row, world) for browser in browsers]

    assert " ".join(answers) == row.read
    assert not writes.seen or everything() == before


@pytest.mark.parametrize("name", ROUTES)
def test_sending_gives_what_the_matrix_says_and_a_refusal_changes_nothing(
    name,
    world,  # noqa: F811
    browsers,
    before,
):
    row, answers = ROUTES[name], []

    for browser in browsers:
        untouched, writes = transaction.savepoint(), Writes()
        with connection.execute_wrapper(writes):
            answers.append(knock(browser, "post", name, row, world))
        if answers[-1].startswith("4") and writes.seen:
            assert everything() == before
        transaction.savepoint_rollback(untouched)

    assert " ".join(answers) == row.send


def test_what_writes_is_seen_to_write(world, before):  # noqa: F811
    writes = Writes()

    with connection.execute_wrapper(writes):
        world.region.save()
        world.sign_in.save()

    assert len(writes.seen) == 1
