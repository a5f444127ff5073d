import pytest
from django.test import RequestFactory

from kernel.web.redirects import safe_next

ELSEWHERE = [
    "//evil.example",
    "///evil.example",
    "https://evil.example/",
    "http:evil.example",
    "https:evil.example",
    "\\evil.example",
    "\\\\evil.example",
    "/\\evil.example",
    "http://testserver@evil.example/",
    "http://testserver.evil.example/",
    "javascript:alert(1)",
    "data:text/html,x",
    "\x08//evil.example",
    "",
]


@pytest.mark.parametrize("path", ["/en/cart/", "/en/cart/?day=2026-10-24#slots", "cart/"])
def test_our_own_pages_may_be_next(path: str) -> None:
    assert safe_next(RequestFactory().post("/", {"next": path}), "/home/") == path
    assert safe_next(RequestFactory().get("/", {"next": path}), "/home/") == path


@pytest.mark.parametrize("path", ELSEWHERE)
def test_no_other_site_may_be_next(path: str) -> None:
    assert safe_next(RequestFactory().get("/", {"next": path}), "/home/") == "/home/"


def test_without_a_wish_the_default_is_next() -> None:
    assert safe_next(RequestFactory().get("/"), "/home/") == "/home/"


def test_a_secure_page_does_not_lead_to_an_insecure_one() -> None:
    request = RequestFactory().get("/", {"next": "http://testserver/"}, secure=True)

    assert safe_next(request, "/home/") == "/home/"
