"""What every answer says to the browser: policy, cookies, caching (items 32, 46, 47 and 50)."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from tests.access.matrix import ROUTES
from tests.access.world import World, settled, world  # noqa: F401
from tests.cast import enter

pytestmark = pytest.mark.django_db
PERSONAL = (
    "identity:me", "travellers:book", "travellers:add", "travellers:change", "checkout:cart",
    "checkout:orders", "checkout:order", "checkout:order-state", "checkout:pay", "checkout:cancel",
    "scan:posts", "scan:scan", "scan:list", "work:home",
)  # fmt: skip


def policy_of(answer) -> dict[str, list[str]]:
    rules = [rule.split() for rule in answer["Content-Security-Policy"].split(";") if rule.strip()]
    return {rule[0]: rule[1:] for rule in rules}


@pytest.mark.parametrize("name", [name for name in ROUTES if name != "payment-hook"])
def test_every_page_forbids_what_it_does_not_need(name, world):  # noqa: F811
    row = ROUTES[name]
    actor = "owner" if row.read.split()[1] not in ("403", ">in", "404") else "platform"

    answer = enter(world.user(actor)).get(reverse(name, kwargs=dict(row.at(world))))

    policy = policy_of(answer)
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert policy["frame-ancestors"] == ["'none'"]
    if answer["Content-Type"].endswith("json"):
        assert policy["default-src"] == ["'none'"]
        return
    assert policy["object-src"] == policy["base-uri"] == ["'none'"]
    for kind in ("script-src", "style-src", "default-src"):
        assert not {"'unsafe-inline'", "'unsafe-eval'", "*", "http:", "https:"} & {*policy[kind]}
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer["X-Frame-Options"] == "DENY"


def test_the_back_office_has_a_policy_too(world):  # noqa: F811
    desk = enter(world.cast.he_ping)
    pages = [reverse("admin:index")] + [
        reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for model in admin.site._registry
    ]
    for page in pages:
        policy = policy_of(desk.get(page))
        assert policy["object-src"] == policy["frame-ancestors"] == ["'none'"], page
        # Its skin evaluates expressions and has inline styles; but nothing comes from elsewhere.
        assert {*policy["script-src"]} <= {"'self'", "'unsafe-inline'", "'unsafe-eval'"}, page
        assert policy["default-src"] == ["'self'"], page


@pytest.mark.parametrize("name", PERSONAL)
def test_personal_pages_are_kept_by_no_cache(name, world):  # noqa: F811
    row = ROUTES[name]
    actor = "operator" if row.read.split()[1] == "403" else "owner"

    answer = enter(world.user(actor)).get(reverse(name, kwargs=dict(row.at(world))))

    assert answer.status_code == 200
    assert {"no-store", "private"} & {word.strip() for word in answer["Cache-Control"].split(",")}


def test_cookies_on_the_public_site_are_bound_to_it():
    """Item 32: read the settings as they are behind https."""
    names = (
        "SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE",
        "SESSION_COOKIE_HTTPONLY", "CSRF_COOKIE_HTTPONLY", "SESSION_COOKIE_SAMESITE",
        "CSRF_COOKIE_SAMESITE", "SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS",
        "SECURE_SSL_REDIRECT", "SESSION_COOKIE_DOMAIN", "SESSION_COOKIE_PATH",
    )  # fmt: skip
    code = (
        "import sys, json; sys.argv = ['x', 'web']; from config import settings;"
        f"print(json.dumps([getattr(settings, name, None) for name in {names!r}]))"
    )
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SITE_URL": "https://example.org",
    }
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    assert dict(zip(names, json.loads(done.stdout), strict=True)) == {
        "SESSION_COOKIE_NAME": "__Host-session",
        "CSRF_COOKIE_NAME": "__Host-csrf",
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "SESSION_COOKIE_HTTPONLY": True,
        "CSRF_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "CSRF_COOKIE_SAMESITE": "Lax",
        "SECURE_HSTS_SECONDS": 31_536_000,
        "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
        "SECURE_SSL_REDIRECT": True,
        "SESSION_COOKIE_DOMAIN": None,
        "SESSION_COOKIE_PATH": None,
    }


@pytest.mark.parametrize("name", [name for name, row in ROUTES.items() if "302" in row.send])
def test_a_form_without_its_token_is_refused(name, world):  # noqa: F811
    """Item 48."""
    row, browser = ROUTES[name], Client(enforce_csrf_checks=True)
    enter(world.cast.wang_fang, client=browser)

    answer = browser.post(reverse(name, kwargs=dict(row.at(world))), dict(row.form(world)))

    assert answer.status_code == 403
