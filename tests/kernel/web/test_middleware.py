import io
import json
import logging

import pytest
from django.db import (
    DatabaseError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    ProgrammingError,
    connection,
)
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker

from kernel.web.refusals import as_refusal

pytestmark = [pytest.mark.urls("tests.kernel.web.sample_urls")]


@pytest.fixture
def browser() -> Client:
    return Client(raise_request_exception=False, headers={"accept": "text/html,*/*;q=0.8"})


def test_a_refusal_becomes_a_page_with_a_way_back(browser: Client) -> None:
    response = browser.get("/en/sold-out/", headers={"referer": "http://testserver/en/fine/?day=1"})

    page = response.content.decode()
    assert response.status_code == 409
    assert "Only 3 left at &lt;b&gt;Hongcun&lt;/b&gt;" in page
    assert 'href="http://testserver/en/fine/?day=1"' in page
    assert '<html lang="en">' in page
    assert response["Cache-Control"] == "no-store"


def test_the_way_back_never_leaves_the_site(browser: Client) -> None:
    response = browser.get("/en/sold-out/", headers={"referer": "http://evil.example/en/fine/"})

    assert b"evil.example" not in response.content


def test_a_program_gets_problem_json(browser: Client) -> None:
    response = browser.get("/partner/v1/sold-out/")

    assert response.status_code == 409
    assert response["Content-Type"] == "application/problem+json"
    assert response.json() == {
        "type": "urn:quanyu:refusal:sold_out",
        "title": "Only 3 left at <b>Hongcun</b>",
        "status": 409,
        "code": "sold_out",
        "facts": {"left": 3, "title": "<b>Hongcun</b>"},
    }


@pytest.mark.parametrize("accept", ["application/json", "application/problem+json"])
def test_who_asks_for_json_gets_json(browser: Client, accept: str) -> None:
    response = browser.get("/en/sold-out/", headers={"accept": accept})

    assert response.json()["code"] == "sold_out"


@pytest.mark.parametrize("accept", ["*/*", "text/html, application/json;q=0.5", "nonsense", ""])
def test_everyone_else_gets_a_page(browser: Client, accept: str) -> None:
    response = browser.get("/en/sold-out/", headers={"accept": accept})

    assert response["Content-Type"].startswith("text/html")


def test_htmx_gets_only_the_alert(browser: Client) -> None:
    response = browser.get("/en/sold-out/", headers={"hx-request": "true"})

    assert response.status_code == 409
    assert b"<html" not in response.content
    assert b'role="alert"' in response.content
    assert response["HX-Retarget"] == "#q-messages"


def test_busy_says_when_to_come_back(browser: Client) -> None:
    response = browser.get("/en/busy/")

    assert response.status_code == 503
    assert response["Retry-After"] == "2"


@pytest.mark.django_db
def test_a_lock_that_is_not_had_in_time_is_busy(browser: Client) -> None:
    other = connection.copy()
    try:
        other.cursor().execute("SELECT pg_advisory_lock(4711)")
        response = browser.get("/en/locked/")
    finally:
        other.close()

    assert response.status_code == 503
    assert response["Retry-After"] == "2"


@pytest.mark.parametrize(
    ("state", "kind", "refusal"),
    [
        ("55P03", OperationalError, "busy"),
        ("40P01", OperationalError, "busy"),
        ("40001", OperationalError, "busy"),
        ("53300", OperationalError, "busy"),
        ("53100", OperationalError, "busy"),
        ("57014", OperationalError, "busy"),
        ("57P01", OperationalError, "interrupted"),
        (None, OperationalError, "interrupted"),
        (None, InterfaceError, "interrupted"),
        (None, DatabaseError, "interrupted"),
    ],
)
def test_what_the_database_could_not_do_in_time_has_a_way_out(state, kind, refusal) -> None:
    error = kind("no")
    error.__cause__ = type("Cause", (Exception,), {"pgcode": state})()

    meant = as_refusal(error)

    assert meant is not None
    assert (meant.code, meant.status) == (refusal, 503)
    assert meant.retry_after == 2


@pytest.mark.parametrize("kind", [IntegrityError, ProgrammingError])
def test_a_mistake_of_ours_in_the_database_is_a_fault(kind) -> None:
    assert as_refusal(kind("no")) is None


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_a_database_that_goes_away_says_when_to_come_back(
    browser: Client, accept: str, fresh_db: str, django_db_blocker: DjangoDbBlocker
) -> None:
    with django_db_blocker.unblock():
        response = browser.get("/en/lost/", headers={"accept": accept})

    assert response.status_code == 503
    assert response["Retry-After"] == "2"
    assert response["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_a_value_that_the_database_cannot_hold_is_bad_input(
    browser: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        response = browser.get("/en/too-big/")

    assert response.status_code == 400
    assert "the database cannot hold a value: 22003" in caplog.text


@pytest.mark.parametrize(
    "path",
    ["/en/fine/?q=a%00b", "/en/fine/?a%00=b", "/en/fi%00ne/", "/en/%00"],
)
def test_nul_in_an_address_is_refused(browser: Client, path: str) -> None:
    assert browser.get(path).status_code == 400


def test_nul_in_a_form_is_refused(browser: Client) -> None:
    assert browser.post("/en/fine/", {"name": "a\0b"}).status_code == 400
    assert browser.post("/en/fine/", {"na\0me": "a"}).status_code == 400


def test_nul_in_json_is_refused(browser: Client) -> None:
    response = browser.post("/en/fine/", b'{"name": "a\\u0000b"}', content_type="application/json")

    assert response.status_code == 400


def test_emoji_and_any_script_are_welcome(browser: Client) -> None:
    words = {"name": "游客 👨‍👩‍👧 عربى"}

    assert browser.get("/en/fine/", words).content == b"fine"
    assert browser.post("/en/fine/", words).content == b"fine"


def test_bytes_that_are_no_text_are_not_a_fault(browser: Client) -> None:
    assert browser.get("/en/fine/?q=%ff%fe").status_code == 200
    assert browser.get("/en/%ff/").status_code == 404
    body = b"name=%ED%A0%80&x=%ff"
    form = "application/x-www-form-urlencoded"
    assert browser.post("/en/fine/", body, content_type=form).status_code == 200


def test_a_body_that_is_too_large_is_not_a_fault(browser: Client) -> None:
    form = "application/x-www-form-urlencoded"

    response = browser.post("/en/fine/", b"a=" + b"x" * 10_000_000, content_type=form)

    assert response.status_code in (400, 413)


def test_a_broken_multipart_body_is_not_a_fault(browser: Client) -> None:
    response = browser.post("/en/fine/", b"--x", content_type="multipart/form-data; boundary=")

    assert response.status_code == 400


@pytest.mark.parametrize(("announced", "status"), [("10", 200), ("12", 400), ("0" * 5000, 400)])
def test_half_a_form_is_refused(browser: Client, announced: str, status: int) -> None:
    """Its sender hung up on the way."""
    form = {"CONTENT_TYPE": "application/x-www-form-urlencoded", "CONTENT_LENGTH": announced}

    response = browser.post("/en/fine/", **form, **{"wsgi.input": io.BytesIO(b"name=Zhang")})

    assert response.status_code == status


def test_a_request_has_an_id_and_a_line_without_its_query(
    browser: Client, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Its lines do not reach the root logger, where caplog listens.
    monkeypatch.setattr(logging.getLogger("quanyu.requests"), "handlers", [caplog.handler])
    with caplog.at_level(logging.INFO, logger="quanyu.requests"):
        response = browser.get("/en/fine/?token=secret")

    line = json.loads(caplog.messages[-1])
    assert len(response["X-Request-Id"]) == 32
    assert line["request_id"] == response["X-Request-Id"]
    assert (line["method"], line["status"]) == ("GET", 200)
    assert "fine" in line["route"]
    assert "secret" not in caplog.text


@pytest.mark.parametrize(("path", "status"), [("/en/busy/", 503), ("/en/broken/", 500)])
def test_a_page_of_trouble_has_a_number_to_quote(browser: Client, path: str, status: int) -> None:
    response = browser.get(path)

    assert response.status_code == status
    assert f"quote this number: {response['X-Request-Id']}" in response.content.decode()


def test_a_program_gets_the_number_of_a_fault(browser: Client) -> None:
    response = browser.get("/partner/v1/broken/")

    assert response.status_code == 500
    assert response.json()["request_id"] == response["X-Request-Id"]


def test_what_the_person_can_mend_has_no_number(browser: Client) -> None:
    assert b"quote this number" not in browser.get("/en/sold-out/").content


def test_a_strangers_id_is_not_ours(browser: Client) -> None:
    response = browser.get("/en/fine/", headers={"x-request-id": "of-a-stranger"})

    assert response["X-Request-Id"] != "of-a-stranger"


@pytest.mark.parametrize(
    ("given", "is_kept"), [("of-the-proxy-1", True), ("a b", False), ("x" * 65, False)]
)
def test_a_trusted_proxys_id_is_kept(browser: Client, settings, given: str, is_kept: bool) -> None:
    settings.TRUSTED_PROXY_HOPS = 1

    response = browser.get("/en/fine/", headers={"x-request-id": given})

    assert (response["X-Request-Id"] == given) is is_kept
