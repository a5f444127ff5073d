"""Messages in the browser: the bell, the inbox, the choices; and all of it without JavaScript."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import DESK, PHONE, Open
from tests.e2e.test_pages import sign_in
from tests.e2e.watching import Watch


@pytest.mark.parametrize(
    ("lang", "locale", "phone"), [("zh-hans", "zh-CN", "16100000151"), ("en", "en", "16100000152")]
)
def test_what_was_bought_is_told_and_choices_are_kept(
    open_browser: Open, watch: Watch, lang: str, locale: str, phone: str
) -> None:
    page = open_browser(PHONE, locale)
    sign_in(page, lang, phone)
    page.goto(f"/{lang}/me/messages/")
    watch.look(page, "inbox-empty")
    page.goto(f"/{lang}/me/messages/settings/")
    watch.look(page, "told-how")
    page.set_viewport_size(DESK)
    watch.look(page, "told-how", axe=False)
    page.locator("[name=orders-sms]").check()
    page.locator("[name=quiet_from]").fill("23:00")
    page.locator("main form").first.get_by_role("button").click()
    page.wait_for_load_state()
    assert page.locator("[name=orders-sms]").is_checked()
    assert page.locator("[name=quiet_from]").input_value() == "23:00"
