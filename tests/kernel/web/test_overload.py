"""Beyond capacity: a short wait, an honest 503, and gates and payments as on any other day."""

from __future__ import annotations

import json
import os
import re
from base64 import b64encode
from hashlib import sha256
from threading import Event, Thread
from typing import Any

import pytest

from config.capacity import ORDERS, PAGES, SPARE, THREADS, VITAL, VITAL_PATHS, guarded
from kernel.web.overload import Guard, Places, Share

SHORT, LONG = 0.02, 30


class Site:
    """An application that answers when it is told to, behind its guard."""

    def __init__(self, *, working: int, waiting: int, patience_s: float = LONG) -> None:
        self.go, self.working, self.threads = Event(), 0, []  # type: ignore[var-annotated]
        self.began = Event()
        self.places = Places(working=working, waiting=waiting, patience_s=patience_s)
        vital = Places(working=1, waiting=0, patience_s=patience_s)
        self.guard = Guard(
            self._answer,
            shares=[
                Share("vital", re.compile(VITAL_PATHS), vital),
                Share("ordinary", re.compile(""), self.places),
            ],
        )

    def _answer(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        self.working += 1
        self.began.set()
        self.go.wait(LONG)
        start_response("200 OK", [])
        return [b"answered"]

    def ask(self, path: str = "/en/", method: str = "GET", **environ: str) -> tuple[str, dict, str]:
        told: list[Any] = []
        environ = {"PATH_INFO": path, "REQUEST_METHOD": method, **environ}
        body = b"".join(self.guard(environ, lambda *line: told.extend(line)))
        return told[0], dict(told[1]), body.decode()

    def begin(self, path: str = "/en/") -> list[Any]:
        """Ask in a thread of its own, and wait until that has begun its work."""
        answers: list[Any] = []
        self.began.clear()
        self._start(answers, path)
        assert self.began.wait(LONG)
        return answers

    def queue(self) -> list[Any]:
        """Ask in a thread of its own, and wait until it waits."""
        answers: list[Any] = []
        before = len(self.places._waiting)
        self._start(answers, "/en/")
        while len(self.places._waiting) == before:
            pass
        return answers

    def _start(self, answers: list[Any], path: str) -> None:
        thread = Thread(target=lambda: answers.append(self.ask(path)))
        self.threads.append(thread)
        thread.start()

    def finish(self) -> None:
        self.go.set()
        for thread in self.threads:
            thread.join()


@pytest.fixture
def full():
    """One works, nobody may wait."""
    site = Site(working=1, waiting=0)
    site.begin()
    yield site
    site.finish()


def test_within_capacity_nobody_notices(full):
    site = Site(working=1, waiting=0)
    site.go.set()

    assert [site.ask()[0] for _time in range(3)] == ["200 OK"] * 3


def test_beyond_capacity_a_page_says_when_to_come_back(full):
    status, headers, body = full.ask("/en/huangshan/")

    assert status == "503 Service Unavailable"
    assert (headers["Retry-After"], headers["Cache-Control"]) == ("1", "no-store")
    assert '<meta http-equiv="refresh" content="4">' in body
    assert "Very many people are here right now" in body
    assert int(headers["Content-Length"]) == len(body.encode())
    assert full.working == 1


def test_its_style_is_the_only_thing_that_its_policy_lets_in(full):
    _status, headers, body = full.ask()

    [style] = re.findall("<style>(.*?)</style>", body, re.DOTALL)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in headers["Content-Security-Policy"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("path", "accepted", "language"),
    [
        ("/en/x/", "zh-CN", "en"),
        ("/zh-hans/x/", "en", "zh-Hans"),
        ("/", "en-GB,en", "en"),
        ("/", "", "zh-Hans"),
    ],
)
def test_the_page_speaks_the_readers_language(full, path, accepted, language):
    _status, _headers, body = full.ask(path, HTTP_ACCEPT_LANGUAGE=accepted)

    assert f'<html lang="{language}">' in body


def test_a_form_is_not_sent_again_by_itself(full):
    _status, _headers, body = full.ask(method="POST")

    assert "refresh" not in body
    assert "nothing was ordered, changed or paid" in body


@pytest.mark.parametrize(
    ("path", "accepts"), [("/en/x/", "application/json"), ("/octo/x", "*/*"), ("/partner/v1/x", "")]
)
def test_a_program_gets_a_problem(full, path, accepts):
    status, headers, body = full.ask(path, HTTP_ACCEPT=accepts)

    assert status == "503 Service Unavailable"
    assert headers["Content-Type"] == "application/problem+json"
    assert json.loads(body)["code"] == "busy"


@pytest.mark.parametrize(
    "path",
    [
        "/en/scan/", "/zh-hans/scan/area:1@n/", "/hooks/sandbox/", "/en/o/abc/pay/",
        "/zh-hans/o/abc/paid/", "/en/o/abc/state.json", "/healthz", "/readyz", "/metrics",
        "/en/ops/",
    ],
)  # fmt: skip
def test_gates_payments_and_the_watch_have_places_of_their_own(full, path):
    answers = full.begin(path)
    full.finish()

    assert answers[0][0] == "200 OK"


@pytest.mark.parametrize(
    "path", ["/en/", "/en/o/abc/", "/x/scan/", "/en/huangshan/scan/", "/o/a/b/pay/"]
)
def test_nobody_else_has(full, path):
    assert full.ask(path)[0] == "503 Service Unavailable"


def test_a_crowd_at_the_gates_does_not_take_the_pages_places():
    site = Site(working=1, waiting=0)
    site.begin("/en/scan/")

    turned_away = site.ask("/en/scan/")[0]
    page = site.begin("/en/")
    site.finish()

    assert turned_away == "503 Service Unavailable"
    assert page[0][0] == "200 OK"


def test_who_waits_is_answered_first_come_first_served():
    site = Site(working=1, waiting=2)
    first = site.begin()
    second, third = site.queue(), site.queue()
    beyond = site.ask()
    site.finish()

    assert beyond[0] == "503 Service Unavailable"
    assert [a[0][0] for a in (first, second, third)] == ["200 OK"] * 3
    assert site.working == 3


def test_who_has_waited_long_enough_is_told_and_leaves_no_trace():
    site = Site(working=1, waiting=1, patience_s=SHORT)
    site.begin()

    told = [site.ask()[0] for _time in range(3)]
    site.finish()

    assert told == ["503 Service Unavailable"] * 3
    assert site.ask()[0] == "200 OK"
    assert site.working == 2


@pytest.mark.parametrize(
    ("path", "name", "room"),
    [
        ("/hooks/sandbox/", "vital", VITAL),
        ("/en/huangshan/checkout/now/", "orders", ORDERS),
        ("/huangshan/checkout/now/", "orders", ORDERS),
        ("/en/huangshan/checkout/", "ordinary", PAGES),
        ("/", "ordinary", PAGES),
        ("", "ordinary", PAGES),
    ],
)
def test_each_request_has_the_places_of_its_share(path, name, room):
    share = next(share for share in guarded(None).shares if share.paths.match(path))

    assert share.name == name
    assert (share.places.working, share.places.waiting, share.places.patience_s) == room


def test_a_hundred_notices_at_once_fit_into_one_process_and_wait_longer_than_a_page():
    assert sum(VITAL[:2]) >= 100
    assert 2 * PAGES.patience_s < VITAL.patience_s < 5


def the_only(places: Places) -> Share:
    return Share("all", re.compile(""), places)


def test_a_fault_gives_its_place_back():
    def broken(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        raise RuntimeError

    guard = Guard(broken, shares=[the_only(Places(working=1, waiting=0, patience_s=LONG))])

    for _time in range(3):
        with pytest.raises(RuntimeError):
            guard({"PATH_INFO": "/"}, None)  # type: ignore[arg-type]


def test_a_process_without_memory_goes():
    def starved(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        raise MemoryError

    one = the_only(Places(working=1, waiting=0, patience_s=LONG))
    if (child := os.fork()) == 0:
        try:
            Guard(starved, shares=[one])({"PATH_INFO": "/"}, None)  # type: ignore[arg-type]
        finally:
            os._exit(0)

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 70


def test_there_are_threads_for_all_who_work_and_wait_and_some_to_turn_others_away():
    shares = guarded(None).shares
    assert sum(s.places.working + s.places.waiting for s in shares) == THREADS - SPARE
    assert SPARE >= 2


def test_many_at_once_never_work_beyond_the_places():
    places = Places(working=3, waiting=50, patience_s=LONG)
    inside, most = [], []

    def work() -> None:
        for _time in range(50):
            if places.take():
                inside.append(1)
                most.append(len(inside))
                inside.pop()
                places.give_back()

    threads = [Thread(target=work) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert max(most) <= 3
    assert len(most) == 600
    assert places._free == 3
