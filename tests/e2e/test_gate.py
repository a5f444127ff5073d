"""The gate's own program in a browser: enrolled once, and good without a network."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import BrowserContext, Page, expect

from config.demo.people import document_number
from tests.e2e import journey
from tests.e2e.conftest import DESK, PHONE, Open
from tests.e2e.watching import Watch

_SERIALS = iter(range(700, 800))
_DATA = settings.BASE_DIR / "tests/data"
_MOVABLE = """
  const real = Date.now.bind(Date);
  globalThis.wrong = Number(sessionStorage.getItem("wrong") ?? 0);
  Date.now = () => real() + globalThis.wrong;
"""
"""The device's clock, to be set wrong."""
_EVERYTHING = """async () => {
  const db = await new Promise((done) => {
    const asked = indexedDB.open("quanyu-gate");
    asked.onsuccess = () => done(asked.result);
  });
  const plain = (value) => value instanceof ArrayBuffer ? String.fromCharCode(...new Uint8Array(value))
    : value instanceof CryptoKey ? `key ${value.extractable}`
    : value?.privateKey ? `pair ${value.privateKey.extractable}` : JSON.stringify(value);
  const found = {};
  for (const name of db.objectStoreNames) {
    const drawer = db.transaction(name).objectStore(name);
    const ask = (asked) => new Promise((done) => (asked.onsuccess = () => done(asked.result)));
    found[name] = (await ask(drawer.getAll())).map(plain);
  }
  db.close();
  return found;
}"""


def buy(open_browser: Open, *, people: int = 1) -> list[str]:
    """Somebody buys for today; the codes to type."""
    serials = [next(_SERIALS) for _person in range(people)]
    tourist = open_browser(PHONE, "zh-CN")
    journey.buy(tourist, "zh-hans", serials, phone=f"16100000{serials[0]}")
    return [code.replace("-", "") for code in journey.codes_on(tourist)]


def invite(desk: Page, door: str) -> str:
    desk.goto("/en/gates/invite/")
    value = desk.locator(f"[name=post] option:has-text('{door}')").first.get_attribute("value")
    desk.select_option("[name=post]", value)
    desk.locator("main form button").last.click()
    return desk.locator(".q-gate-code").inner_text()


@pytest.fixture
def gate(open_browser: Open, open_as: Open, site: str, watch: Watch):
    """``gate("Yungusi")`` is a fresh device at that gate, with its list."""

    watch.goes_offline = True

    def new(door: str = "Yungusi Gate", *, moves_clock: bool = False) -> Page:
        code = invite(open_as("operator", DESK), door)
        page = open_browser(PHONE, "en")
        if moves_clock:
            page.add_init_script(_MOVABLE)
        page.goto("/gate/")
        page.locator("[data-language]").click()
        page.fill("#enrol-code", code)
        page.locator("[data-enrol] button").click()
        expect(page.locator("body")).to_have_attribute("data-net", "online")
        page.wait_for_function(
            "navigator.serviceWorker.controller || navigator.serviceWorker.ready"
        )
        expect(page.locator("[data-state]")).not_to_contain_text("no list")
        return page

    return new


def scan(page: Page, text: str, tone: str) -> None:
    page.fill("#code", text)
    page.keyboard.press("Enter")
    expect(page.locator("body")).to_have_attribute("data-tone", tone)


def cut(context: BrowserContext, page: Page) -> None:
    context.set_offline(True)
    expect(page.locator("body")).to_have_attribute("data-net", "offline")


def test_it_works_offline_keeps_every_scan_through_a_kill_and_sends_them(
    open_browser: Open, gate, watch: Watch
) -> None:
    """F61: at most once a gate, all scans kept, sent when the network is back."""
    [code], [other] = buy(open_browser), buy(open_browser)
    page = gate()
    scan(page, "QQQQQQQQQQ", "stop")
    watch.look(page, "gate-app-stop", axe=True)
    page.wait_for_timeout(4_000)
    cut(page.context, page)

    scan(page, code, "in")
    watch.look(page, "gate-app-in")
    scan(page, code, "stop")
    expect(page.locator("[data-why]")).to_have_text("Used already.")
    page.close()
    again = page.context.new_page()
    again.goto("/gate/")
    expect(again.locator("body")).to_have_attribute("data-queue", "2")
    scan(again, code, "stop")
    scan(again, other, "in")
    expect(again.locator("body")).to_have_attribute("data-queue", "4")
    again.context.set_offline(False)

    expect(again.locator("body")).to_have_attribute("data-queue", "0", timeout=20_000)
    expect(again.locator("body")).to_have_attribute("data-net", "online")
    scan(again, other, "stop")


def test_six_digits_let_in_while_the_site_can_be_asked(open_browser: Open, gate) -> None:
    """RC-10: the holder's page shows them, and says that a gate takes them."""
    serial = next(_SERIALS)
    holder = open_browser(PHONE, "zh-CN", java_script_enabled=False)
    journey.buy(holder, "zh-hans", [serial], phone=f"16100000{serial}")
    holder.locator("form[action$='/digits/'] button").click()
    digits = holder.locator("[data-six]").inner_text()
    page = gate()

    scan(page, digits, "in")
    cut(page.context, page)
    scan(page, digits, "stop")

    expect(page.locator("[data-why]")).to_contain_text("Six digits need the network")
    page.context.set_offline(False)


def test_two_gates_alone_let_in_one_code_and_the_desk_is_told(
    open_browser: Open, open_as: Open, gate, watch: Watch
) -> None:
    """VCH-03, F62: both are kept, one counts, both gates are named, the code is barred."""
    [code] = buy(open_browser)
    north, south = gate("Yungusi Gate"), gate("Ciguangge Gate")
    for page in (north, south):
        page.wait_for_timeout(4_000)
        cut(page.context, page)
        scan(page, code, "in")
    for page in (north, south):
        page.context.set_offline(False)
        expect(page.locator("body")).to_have_attribute("data-queue", "0", timeout=20_000)

    desk = open_as("operator", DESK)
    desk.goto("/en/gates/")
    watch.look(desk, "gates-board")
    desk.get_by_role("link", name="Let in twice").first.click()
    expect(desk.locator("main")).to_contain_text("Yungusi Gate")
    expect(desk.locator("main")).to_contain_text("Ciguangge Gate")
    watch.look(desk, "gates-incident")
    watch.expect(400)
    scan(north, code, "stop")
    expect(north.locator("[data-why]")).to_contain_text("To be looked at by the desk")
    desk.fill("[name=note]", "Sold one to the second person")
    desk.get_by_role("button", name="I have looked at it").click()
    expect(desk.locator("main")).not_to_contain_text("Let in twice")


def test_a_clock_that_jumps_while_it_is_alone_is_not_trusted(open_browser: Open, gate) -> None:
    """F60: a wrong clock is corrected; one that has jumped since judges nothing by itself."""
    serial = next(_SERIALS)
    tourist = open_browser(PHONE, "zh-CN")
    journey.buy(tourist, "zh-hans", [serial], phone=f"16100000{serial}")
    [code] = journey.codes_on(tourist)
    page = gate(moves_clock=True)
    page.wait_for_timeout(4_000)
    cut(page.context, page)
    for wrong in (-600_000, 600_000, -1_795_000_000_000):
        page.evaluate("(ms) => (globalThis.wrong = ms)", wrong)
        scan(page, code, "document")
        expect(page.locator("[data-state]")).to_contain_text("clock not to be trusted")

    page.fill("#document", "110101199001011237")
    page.keyboard.press("Enter")
    expect(page.locator("body")).to_have_attribute("data-tone", "stop")
    scan(page, code, "document")
    page.fill("#document", document_number(serial))
    page.keyboard.press("Enter")

    expect(page.locator("body")).to_have_attribute("data-tone", "in")


def test_a_stolen_gate_tells_no_number_no_name_and_no_key(
    open_browser: Open, gate, watch: Watch
) -> None:
    """Security 24: everything that lies on the device, read through."""
    serial = next(_SERIALS)
    tourist = open_browser(PHONE, "zh-CN")
    journey.buy(tourist, "zh-hans", [serial], phone=f"16100000{serial}")
    page = gate()
    page.wait_for_timeout(4_000)
    cut(page.context, page)
    scan(page, document_number(serial), "in")

    kept = json.dumps(page.evaluate(_EVERYTHING), ensure_ascii=False)
    caches_kept = page.evaluate(
        """async () => {
          const texts = [];
          for (const name of await caches.keys()) {
            const cache = await caches.open(name);
            for (const request of await cache.keys()) texts.push(await (await cache.match(request)).text());
          }
          return texts.join("") + JSON.stringify(localStorage) + document.cookie;
        }"""
    )
    number = document_number(serial)
    assert "key false" in kept
    assert "pair false" in kept
    assert "true" not in kept.split("pair ")[1][:5]
    for secret in (number, number[:-1], number[6:14], number[-6:-1], "测试"):
        assert secret not in kept
        assert secret not in caches_kept
    assert '"carrier":' in kept.replace("\\", "")


def test_who_is_shut_out_locks_itself_and_forgets_the_list(
    gate, open_as: Open, watch: Watch
) -> None:
    """Security 24: 401 at the next request."""
    page = gate()
    watch.expect(401)
    desk = open_as("operator", DESK)
    desk.goto("/en/gates/")
    desk.locator(".q-row", has_text="Yungusi Gate").filter(has_text="at work").get_by_role(
        "link"
    ).first.click()
    watch.look(desk, "gates-shut-out")
    for _device in range(20):
        desk.get_by_role("button", name="Shut it out").click()
        desk.wait_for_url("**/gates/")
        row = desk.locator(".q-row", has_text="Yungusi Gate").filter(has_text="at work")
        if not row.count():
            break
        row.get_by_role("link").first.click()

    expect(page.locator("[data-view=locked]")).to_be_visible(timeout=20_000)
    kept = page.evaluate(_EVERYTHING)
    assert kept["burns"] == kept["changed"] == []
    assert "QYG1" not in json.dumps(kept)
    page.reload()
    expect(page.locator("[data-view=locked]")).to_be_visible()


def test_the_gate_decides_by_the_same_table_as_the_site(open_browser: Open) -> None:
    table = json.loads((_DATA / "passage_rules.json").read_text())
    page = open_browser()
    page.goto("/gate/")

    answers = page.evaluate(
        """async ({ rules, scans }) => {
          const { after, decide, NOBODY } = await import("/static/js/gate/rules.js");
          const right = (rule) => ({
            rule: rule.rule, entries: rule.entries, reentryDays: rule.reentry_days, venue: rule.venue,
            doorsIn: rule.doors_in, doorsOut: rule.doors_out, isVoid: rule.is_void,
            validFrom: Date.parse(rule.valid_from), validUntil: Date.parse(rule.valid_until),
          });
          const walk = (rule, passages) => {
            let standing = NOBODY;
            return passages.map(({ direction, door, at }) => {
              const moment = Date.parse(at);
              const answer = decide(right(rule), standing, { direction, door, at: moment });
              if (answer === "OPEN") standing = after(standing, direction, moment);
              return answer;
            });
          };
          const each = (from, make) =>
            Object.fromEntries(Object.entries(from).map(([name, one]) => [name, make(one)]));
          return each(rules, (rule) => each(scans, (passages) => walk(rule, passages)));
        }""",
        table,
    )

    assert answers == table["answers"]


@pytest.mark.parametrize(
    ("off_s", "is_sure", "reason"),
    [
        (0, True, None),
        (5, True, None),
        (-20, True, None),
        (34, True, None),
        (36, True, "stale"),
        (60, True, "stale"),
        (-60, True, "stale"),
        (600, True, "stale"),
        (-1_790_000_000, True, "expired"),
        (600, False, None),
    ],
)
def test_a_picture_of_a_code_dies_with_its_step(
    open_browser: Open, off_s: int, is_sure: bool, reason: str | None
) -> None:
    """F60, F63: a step and the allowed skew; a clock that is not trusted judges no time."""
    vectors = json.loads((_DATA / "codes/vectors.json").read_text())

    assert judged(open_browser, vectors["keys"], off_s, is_sure) == reason


def test_a_code_of_a_key_that_is_gone_is_not_genuine(open_browser: Open) -> None:
    """F66: a gate has the keys of its last word with the site."""
    assert judged(open_browser, {}, 0, True) == "forged"


def test_a_dead_code_that_is_on_no_list_opens_nothing(open_browser: Open) -> None:
    """It carries its own rights, but was replaced, or its time was moved."""
    vectors = json.loads((_DATA / "codes/vectors.json").read_text())
    phone = next(one for one in vectors["good"] if one["facts"]["kind"] == "PHONE")
    sequence = phone["facts"]["sequence"]

    for least, reason in ((sequence, None), (sequence + 1, "superseded"), (65_536, "superseded")):
        assert judged(open_browser, vectors["keys"], 0, is_sure=True, least=least) == reason


def test_the_list_says_which_codes_are_dead(open_browser: Open) -> None:
    page = open_browser()
    page.goto("/gate/")

    found = page.evaluate(
        """async () => {
          const { Book } = await import("/static/js/gate/book.js");
          const { serialHash } = await import("/static/js/gate/keys.js");
          const [dead, alive] = ["ab".repeat(16), "cd".repeat(16)];
          const book = new Book(null);
          book.list = { head: { dead: { [await serialHash(dead)]: 3 } } };
          return [await book.leastOf(dead), await book.leastOf(alive)];
        }"""
    )

    assert found == [3, 0]


def judged(
    open_browser: Open, keys: dict[str, str], off_s: int, is_sure: bool, least: int = 0
) -> Any:
    """Why a phone's code of the published examples opens nothing so long after it was shown."""
    vectors = json.loads((_DATA / "codes/vectors.json").read_text())
    shown = next(one for one in vectors["good"] if one["facts"]["kind"] == "PHONE")
    page = open_browser()
    page.goto("/gate/")
    step_ms = shown["facts"]["step"] * 15_000
    return page.evaluate(
        """async ({ text, keys, now, isSure, least }) => {
          const { found } = await import("/static/js/gate/judge.js");
          const book = { about: { keys, zones: ["area:12"] }, leastOf: async () => least };
          book.ofSerial = async () => null;
          const clock = { now: () => now, isSure: () => isSure };
          return (await found(book, clock, { kind: "code", text })).reason ?? null;
        }""",
        {
            "text": shown["text"],
            "keys": keys,
            "now": step_ms + off_s * 1000,
            "isSure": is_sure,
            "least": least,
        },
    )
