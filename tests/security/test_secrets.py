"""Where secrets come from, and where they never go (items 18, 59, 64, 70, 71 and 72)."""

from __future__ import annotations

import ast
import math
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import MagicMock

import pytest
from django.conf import settings
from django.contrib.sessions.serializers import JSONSerializer
from django.test import Client
from django.urls import reverse

from accounts.identity.session_store import SessionStore
from bookings.orders import guesses
from bookings.orders.guesses import MOST_AN_HOUR
from bookings.orders.models import Order
from kernel import codes
from tests.access.matrix import ROUTES
from tests.access.world import World, build, settled, world  # noqa: F401

HOUSES = ("kernel", "accounts", "bookings", "tourism", "transport", "shop", "portal", "config")
NOT_SERVED = (
    "/.git/config", "/.env", "/manage.py", "/config/settings.py", "/static/../config/settings.py",
    "/static/%2e%2e/config/settings.py", "/.data/secrets.json", "/static/.gitignore", "/__debug__/",
    "/en/admin/", "/admin/", "/phpinfo.php",
)  # fmt: skip


def trees() -> Iterator[tuple[str, ast.AST]]:
    for house in HOUSES:
        for path in sorted((settings.BASE_DIR / house).rglob("*.py")):
            yield str(path.relative_to(settings.BASE_DIR)), ast.parse(path.read_text())


def imports(tree: ast.AST) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


def test_chance_that_matters_is_not_from_random():
    """Item 64: only the morning of the demonstration throws such dice, and searches for plans."""
    found = {path for path, tree in trees() if "random" in imports(tree)}

    elsewhere = ("config/demo/", "transport/dispatch/solver/improve/")
    assert {path for path in found if not path.startswith(elsewhere)} == set()


def test_nothing_is_read_that_could_run():
    """Item 59."""
    unsafe = {"pickle", "marshal", "shelve", "yaml", "dill"}
    assert {path for path, tree in trees() if unsafe & imports(tree)} == set()
    called = {
        path
        for path, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("eval", "exec", "compile")
    }
    assert called == set()
    assert settings.CELERY_ACCEPT_CONTENT == ["json"]
    assert SessionStore().serializer is JSONSerializer


def test_the_key_of_an_order_is_not_to_be_guessed():
    """Item 18: 128 bits."""
    tokens = {codes.new_token() for _ in range(2_000)}

    letters = len(set("".join(tokens)))
    assert len(tokens) == 2_000
    assert min(map(len, tokens)) * math.log2(letters) >= 126


@pytest.mark.django_db
def test_guesses_find_no_order(world):  # noqa: F811
    browser, order, known = Client(), world.paid, Order.objects.count()
    near = [order.token[:-1] + letter for letter in "abcXYZ019-_" if letter != order.token[-1]]
    tried = [*near, order.token[:-1], order.token.swapcase(), order.code, str(order.pk)]
    tried += [codes.new_token() for _ in range(200)] + [str(number) for number in range(50)]

    answers = [browser.get(reverse("checkout:order", args=[guess])).status_code for guess in tried]

    assert answers == [404] * MOST_AN_HOUR + [429] * (len(tried) - MOST_AN_HOUR)
    assert Order.objects.count() == known


def opened_by_a_token() -> list[str]:
    """Addresses of orders, shares and refunds; a new password's are Django's own. An old address that
    leads on to its page reads nothing: the page counts."""
    reads = {name: row for name, row in ROUTES.items() if not row.read.startswith("301")}
    keys = {name: set(row.at(MagicMock())) for name, row in reads.items()}
    return sorted(name for name, has in keys.items() if "token" in has and "uid" not in has)


@pytest.mark.parametrize("name", opened_by_a_token())
@pytest.mark.django_db
def test_guesses_are_counted_at_every_address_that_a_token_opens(name, world, monkeypatch):  # noqa: F811
    monkeypatch.setattr(guesses, "MOST_AN_HOUR", 5)
    browser, right = Client(), dict(ROUTES[name].at(world))
    token = right["token"]
    wrong = [token[:-1], token.swapcase(), token[::-1], *(codes.new_token() for _ in range(5))]

    send = browser.post if ROUTES[name].read.startswith("405") else browser.get
    answers = [send(reverse(name, kwargs={**right, "token": guess})).status_code for guess in wrong]

    assert answers == [404] * 5 + [429] * 3


@pytest.mark.parametrize("path", NOT_SERVED)
@pytest.mark.django_db
def test_nothing_is_served_that_is_not_a_page(path):
    answer = Client().get(path, follow=True)

    assert answer.status_code in (400, 404)


@pytest.mark.django_db
def test_a_fault_tells_the_visitor_nothing(monkeypatch):
    """Item 71: a page with an id to quote, no stack, no settings."""
    secret = "a-secret-in-a-local"

    def breaks(*_args: object, **_words: object) -> None:
        raise RuntimeError(secret)

    monkeypatch.setattr("portal.home.views.places.open_regions", breaks)
    browser = Client(raise_request_exception=False)

    page = browser.get("/en/").content.decode()

    assert secret not in page
    assert "Traceback" not in page
    assert "settings" not in page.lower()


def test_the_checks_for_deployment_are_clean(tmp_path):
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SITE_URL": "https://example.org",
        "ALLOWED_HOSTS": "example.org",
        "STATIC_ROOT": str(tmp_path),
    }
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        env=env, capture_output=True, text=True, cwd=settings.BASE_DIR,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr


def test_no_secret_is_in_the_repository():
    """Item 72."""
    listed = subprocess.run(
        ["git", "ls-files"], cwd=settings.BASE_DIR, capture_output=True, text=True
    ).stdout.split()
    shapes = re.compile(
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----|\b[rs]k_live_[0-9A-Za-z]{16,}|AKIA[0-9A-Z]{16}"
        r"|\bwhsec_[0-9A-Za-z]{20,}|ghp_[0-9A-Za-z]{36}"
    )
    texts = (".py", ".toml", ".json", ".md", ".html", ".js", ".csv", ".lock", ".yml", "run")
    files = [settings.BASE_DIR / name for name in listed if name.endswith(texts)]

    assert [str(path) for path in files if path.exists() and shapes.search(read(path))] == []


def read(path: Path) -> str:
    return path.read_text(errors="replace")
