"""The desk in a browser: sold by the keys, printed, and sold on through a network cut."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from config.demo.visitors import document_number
from tests.e2e import drawer
from tests.e2e.conftest import DESK, PHONE, Open
from tests.e2e.watching import Watch

_TRIES = 40


def begin(page: Page, language: str) -> None:
    """A drawer of this test's own, then the desk."""
    drawer.begin(page, language)
    page.goto(f"/{language}/counter/sell/")
    expect(page.locator("[name=people]")).to_be_focused()  # the script has begun


def await_papers(page: Page) -> None:
    """The page comes again by itself until the codes are there."""
    for _try in range(_TRIES):
        if page.locator(".q-roll").count():
            return
        page.wait_for_timeout(500)
    expect(page.locator(".q-roll").first).to_be_visible()


@pytest.mark.parametrize(
    ("size", "language", "serial"), [(DESK, "en", 1501), (PHONE, "zh-hans", 1502)]
)
def test_a_clerk_sells_by_the_keys_alone(
    open_as: Open, watch: Watch, size, language: str, serial: int
):
    page = open_as("counter", size, language)
    begin(page, language)
    page.keyboard.press("F2")
    page.keyboard.type(f"{document_number(serial)} 张测试\n")
    expect(page.locator("[data-total]")).to_have_text(re.compile("¥"))
    page.keyboard.press("F4")
    page.keyboard.type("500")
    expect(page.locator("[data-change]")).to_be_visible()
    watch.look(page, f"desk-sell-{language}")

    page.keyboard.press("F9")
    page.wait_for_url("**/counter/sell/print/**")
    await_papers(page)

    expect(page.locator(".q-roll svg")).to_be_visible()
    expect(page.locator(".q-roll__holder")).to_contain_text("张*试")
    watch.look(page, f"desk-print-{language}")


def reserve_two(page: Page, watch: Watch) -> None:
    """Two numbers of the first class, ready in this browser."""
    page.locator("details summary").click()
    page.locator("details [name^=n_]").first.fill("2")
    page.locator("details button").click()
    expect(page.locator("[data-go]")).to_be_visible(timeout=60_000)
    page.evaluate("navigator.serviceWorker.ready")
    page.goto("/en/counter/sell/offline/")
    expect(page.locator("[data-left]")).to_have_text("2")
    watch.look(page, "desk-offline")


KEPT = """async () => {
  const db = await new Promise((done) => {
    const asked = indexedDB.open("quanyu-desk");
    asked.onsuccess = () => done(asked.result);
  });
  const read = (name, ask) => new Promise((done) => {
    const asked = ask(db.transaction(name).objectStore(name));
    asked.onsuccess = () => done(asked.result);
  });
  const [rows, key] = [await read("numbers", (d) => d.getAll()), await read("block", (d) => d.get("names"))];
  db.close();
  const sold = rows.find((row) => row.soldMs);
  return {
    text: new TextDecoder().decode(new Uint8Array(sold?.who?.sealed ?? [])) + JSON.stringify(rows),
    sealed: sold?.who?.sealed?.byteLength ?? 0, who: sold?.who, extractable: key?.extractable,
    taken: await crypto.subtle.exportKey("raw", key).then(() => true, () => false),
  };
}"""
"""What lies in the browser of numbers and who they were sold to."""


def sell_one_cut_off(page: Page, who: str) -> str:
    """One number without a network; the letters on its paper. A reload keeps it sold."""
    page.context.set_offline(True)
    page.goto("/en/counter/sell/")
    expect(page.locator("[data-left]")).to_have_text("2")
    page.evaluate("window.print = () => {}")
    page.locator("[data-classes] button").first.click()
    expect(page.locator("[data-given]")).to_be_focused()  # or what is typed meanwhile goes there
    page.fill("[data-who]", who)
    page.fill("[data-given]", "500")
    page.keyboard.press("F9")
    expect(page.locator("[data-sold]")).to_have_text("1")
    expect(page.locator("[data-paper] svg")).to_be_visible()
    short = page.locator("[data-short]").inner_text()
    page.goto("/en/counter/sell/")
    expect(page.locator("[data-sold]")).to_have_text("1")
    kept = page.evaluate(KEPT)
    assert kept["sealed"] > len(who)
    assert not any(word in kept["text"] for word in who.split())
    assert (kept["extractable"], kept["taken"]) == (False, False)
    page.context.set_offline(False)
    return short


def named_and_forgotten(page: Page, holder: str) -> None:
    """The site has heard who it was; this browser knows it no more."""
    expect(page.locator("[data-told]")).to_have_text("1")
    assert page.evaluate(KEPT)["who"] == ""
    book = page.context.new_page()
    book.goto("/en/counter/sell/lost/")
    book.fill("[name=text]", holder)
    book.locator("main form button").first.click()
    expect(book.locator(".q-row__title")).to_have_text("张测试")
    book.close()


def test_numbers_are_sold_through_a_network_cut_and_the_drawer_equals_the_report(
    open_as: Open, watch: Watch
):
    page = open_as("counter", DESK, "en")
    begin(page, "en")
    reserve_two(page, watch)

    number = document_number(1503)
    short = sell_one_cut_off(page, f"{number} 张测试")
    watch.troubles.clear()
    named_and_forgotten(page, number)
    page.locator("[data-finish]").click()
    expect(page.locator("[data-said]")).to_have_text("All numbers are accounted for.")

    page.goto("/en/counter/sell/")
    page.locator("a[href*='/counter/sell/report/']").click()
    watch.look(page, "desk-report")
    taken = page.locator("table").nth(1).locator("tbody .q-amounts__fen").nth(1).inner_text()
    assert page.locator("tfoot .q-amounts__fen").first.inner_text() == taken != "¥0"
    assert len(short) == 11
