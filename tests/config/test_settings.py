"""Settings that keep promises: nothing lost, nobody waiting for ever, nothing started without keys."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.conf import settings

KEYS = ("SECRET_KEY", "QUANYU_SEALING_KEYS", "QUANYU_INDEX_KEY", "DATABASE_URL")


def test_celery_loses_no_task_and_starts_none_twice_needlessly():
    assert settings.CELERY_TASK_ACKS_LATE is True
    assert settings.CELERY_TASK_REJECT_ON_WORKER_LOST is True
    assert settings.CELERY_WORKER_PREFETCH_MULTIPLIER == 1
    assert settings.CELERY_RESULT_BACKEND is None
    assert settings.CELERY_ACCEPT_CONTENT == ["json"]
    options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    assert settings.CELERY_TASK_TIME_LIMIT < options["visibility_timeout"] == 600
    assert (options["unacked_restore_interval"], options["unacked_restore_throttle"]) == (5, 1)
    assert options["socket_keepalive"] is True


@pytest.mark.parametrize(("role", "seconds"), [("1", 5), ("", 1)])
def test_a_worker_listens_longer_than_a_page_waits_for_the_broker(role, seconds):
    asked = "from config import settings; print(settings.CELERY_BROKER_TRANSPORT_OPTIONS)"
    told = subprocess.run(
        [sys.executable, "-c", asked],
        env={**os.environ, "QUANYU_WORKER": role}, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip

    assert f"'socket_timeout': {seconds}, 'socket_connect_timeout': {seconds}" in told


def test_no_statement_and_no_lock_waits_for_ever():
    options = settings.DATABASES["default"]["OPTIONS"]
    assert "lock_timeout=2000" in options["options"]
    assert "statement_timeout=10000" in options["options"]
    assert "idle_in_transaction_session_timeout=5000" in options["options"]
    assert "synchronous_commit=on" in options["options"]
    assert (options["keepalives_idle"], options["keepalives_interval"]) == (5, 2)


def start(**changes: str) -> subprocess.CompletedProcess[str]:
    """Import the settings as a web worker would, with some of the environment changed."""
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", **changes}
    env = {name: value for name, value in env.items() if value}
    code = "import sys; sys.argv = ['x', 'web']; import config.settings"
    return subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)


@pytest.mark.parametrize("name", KEYS)
def test_without_a_key_it_does_not_start(name):
    done = start(**{name: ""})

    assert done.returncode != 0
    assert f"{name} is not set" in done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", "django-insecure-" + "x" * 50),
        ("QUANYU_SEALING_KEYS", "k1:not-base64"),
        ("QUANYU_SEALING_KEYS", "k1:YWJj"),
        ("QUANYU_INDEX_KEY", "YWJj"),
        ("DEBUG", "perhaps"),
    ],
)
def test_a_wrong_value_does_not_start(name, value):
    assert start(**{name: value}).returncode != 0


def test_with_all_keys_it_starts():
    assert start().returncode == 0


@pytest.mark.parametrize(("throwaway", "starts"), [("1", True), ("0", False), ("", False)])
def test_the_clock_is_moved_on_throw_away_servers_only(throwaway, starts):
    done = start(QUANYU_CLOCK="2026-10-01T06:00:00Z@60", QUANYU_THROWAWAY=throwaway)

    assert (done.returncode == 0) is starts


@pytest.mark.parametrize(("throwaway", "code"), [("", 1), ("1", 0)])
def test_processes_are_made_to_die_on_throw_away_servers_only(throwaway, code):
    done = start(QUANYU_CRASHPOINTS="points", QUANYU_THROWAWAY=throwaway)

    assert done.returncode == code, done.stderr
