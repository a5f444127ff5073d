import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client, RequestFactory
from django.test.utils import override_settings

from kernel.errors import NotFound
from kernel.web import styleguide

pytestmark = pytest.mark.urls("tests.kernel.web.sample_urls")


@pytest.fixture
def browser() -> Client:
    return Client(raise_request_exception=False, headers={"accept": "text/html"})


def test_a_missing_page_shows_a_way_out(browser: Client) -> None:
    response = browser.get("/en/nowhere/")

    assert response.status_code == 404
    assert b"There is nothing here." in response.content
    assert b'href="/zh-hans/nowhere/"' in response.content


def test_a_forbidden_page_names_no_reason(browser: Client) -> None:
    response = browser.get("/en/forbidden/")

    assert response.status_code == 403
    assert b"for another account" in response.content


def test_a_form_without_its_token_is_refused() -> None:
    strict = Client(enforce_csrf_checks=True, headers={"accept": "text/html"})

    response = strict.post("/en/guarded/", {"a": "b"})

    assert response.status_code == 403
    assert b"too old" in response.content


def test_a_fault_shows_nothing_of_itself(browser: Client) -> None:
    response = browser.get("/en/broken/")

    assert response.status_code == 500
    assert b"went wrong" in response.content
    assert b"a fault" not in response.content


def test_a_fault_is_problem_json_for_a_program(browser: Client) -> None:
    response = browser.get("/partner/v1/broken/")

    assert response.status_code == 500
    assert response.json()["code"] == "fault"


@override_settings(DEBUG=False)
def test_the_style_guide_is_not_for_visitors() -> None:
    request = RequestFactory().get("/en/styleguide/")
    request.user = AnonymousUser()

    with pytest.raises(NotFound):
        styleguide.page(request)
