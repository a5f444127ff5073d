import pytest
from django.test import RequestFactory
from django.utils.translation import override

from kernel.web import context

pytestmark = pytest.mark.urls("tests.kernel.web.sample_urls")


def test_a_page_knows_its_language_and_its_twin() -> None:
    with override("en"):
        told = context.site(RequestFactory().get("/en/fine/?day=2026-10-24"))

    assert told["lang"] == "en"
    assert told["other_languages"] == [
        context.Language("zh-Hans", "简体中文", "/zh-hans/fine/?day=2026-10-24")
    ]


def test_chinese_is_the_other_one() -> None:
    with override("zh-hans"):
        told = context.site(RequestFactory().get("/zh-hans/fine/"))

    assert told["lang"] == "zh-Hans"
    assert [(other.code, other.url) for other in told["other_languages"]] == [("en", "/en/fine/")]


def test_a_missing_page_keeps_its_path() -> None:
    with override("en"):
        assert context.same_page("/en/nowhere/x/", "zh-hans") == "/zh-hans/nowhere/x/"
        assert context.same_page("/nowhere/", "zh-hans") == "/nowhere/"


def test_no_address_leads_to_another_host() -> None:
    with override("en"):
        request = RequestFactory().get("//evil.example/en/")
        assert not context.same_page(request.get_full_path(), "zh-hans").startswith("//")
