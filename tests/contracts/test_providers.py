"""Every payment provider keeps what bookings.payments.providers.Provider says."""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import translation
from pytest_socket import enable_socket

from bookings.contracts import How
from bookings.inventory import operations as counts
from bookings.orders import operations as orders
from bookings.orders.models import Flag, Order, State
from bookings.payments import operations as payments
from bookings.payments import providers
from bookings.payments.models import Attempt, AttemptState, EventState, ProviderEvent
from bookings.payments.providers import (
    BadSignature,
    Charge,
    Dispute,
    Handle,
    Outcome,
    Provider,
    ProviderDown,
    Started,
)
from bookings.refunds import operations as refunds
from bookings.refunds.models import Refund, RefundState
from kernel import clock, invariants
from kernel.outbox import operations as outbox
from kernel.outbox.models import Event
from tests.bookings.conftest import Shop, ask, region, sellers, shop  # noqa: F401
from tests.contracts.own_parties import OWN, CashParty, OwnParty
from tests.contracts.parties import (
    PARTIES,
    AlipayParty,
    Inbox,
    Letter,
    Party,
    StripeParty,
    WeChatParty,
    babbler,
    free_port,
    inbox,
)

pytestmark = pytest.mark.django_db

AMOUNT = 20_000


@pytest.fixture(scope="module", params=sorted(PARTIES))
def party(request: pytest.FixtureRequest, tmp_path_factory: Any) -> Iterator[Any]:
    """One outside party, in a process of its own; or, where a test names them, a way of our own."""
    enable_socket()
    with {**PARTIES, **OWN}[request.param](tmp_path_factory.mktemp(request.param)) as made:
        yield made


of_everyone = pytest.mark.parametrize("party", sorted({**PARTIES, **OWN}), indirect=True)
"""What outside parties and ways of our own have in common."""

of_our_own = pytest.mark.parametrize("party", sorted(OWN), indirect=True)


@pytest.fixture(autouse=True)
def post(
    party: Any, socket_enabled: None, settings: Any, request: pytest.FixtureRequest
) -> Iterator[Inbox]:
    """The adapter is switched on; the party's notices come here. Ways of our own send none."""
    if isinstance(party, OwnParty):
        party.open(request.getfixturevalue("region"), clock.now())
        yield Inbox("http://nobody.invalid")
        return
    known = {provider.name: provider for provider in providers.list_all()}
    providers.register(party.provider)
    with inbox() as made:
        settings.SITE_URL = made.url
        if isinstance(party, StripeParty):
            party.hear_at(f"{made.url}/hooks/stripe/")
        yield made
    providers.unregister(party.provider.name)
    for provider in known.values():
        providers.register(provider)


@pytest.fixture
def provider(party: Party) -> Provider:
    return party.provider


def charge(post: Inbox, **changes: Any) -> Charge:
    """A charge of its own."""
    facts = {
        "token": f"{uuid4().hex[:20]}-_",
        "amount_fen": AMOUNT,
        "currency": "CNY",
        "words": "QY-1",
        "return_url": f"{post.url}/back",
        "notice_url": f"{post.url}/hooks/",
        "language": "en",
        "closes_at": clock.now() + timedelta(hours=1),
        "buyer_ip": "203.0.113.7",
    }
    return Charge(**{**facts, **changes})


@pytest.fixture
def wish(party: Any, post: Inbox) -> Charge:
    return charge(post, payer=party.payer)


@pytest.fixture
def started(provider: Provider, wish: Charge) -> Started:
    return provider.start(wish)


def handle(wish: Charge, started: Started) -> Handle:
    """The payment as the core knows it before any notice came."""
    return Handle(wish.token, started.provider_ref, "", wish.amount_fen, wish.currency)


@pytest.fixture
def unpaid(wish: Charge, started: Started) -> Handle:
    return handle(wish, started)


@pytest.fixture
def paid(party: Party, unpaid: Handle) -> Handle:
    """A payment that was made."""
    party.pay(unpaid.provider_ref)
    return unpaid


UNKNOWN = Handle("unknown", "pay_unknown", "", AMOUNT, "CNY")


def test_every_provider_has_a_party():
    modules = {module.name for module in pkgutil.iter_modules(providers.__path__)} - {"own"}
    switched_on = {each.name for each in providers.list_all()}

    assert modules <= set(PARTIES)
    assert switched_on <= {*PARTIES, *OWN}


# --- what it declares ---


@of_everyone
def test_its_name_fits_addresses_and_rows_and_its_title_is_for_people(provider):
    assert re.fullmatch(r"[a-z]{2,20}", provider.name)
    for language in ("en", "zh-hans"):
        with translation.override(language):
            assert provider.title.strip()


@of_everyone
def test_it_can_what_it_declares(provider, party, post):
    can = provider.capabilities

    assert can.refund_window_days > 0
    assert can.currencies
    for currency in can.currencies:
        wish = charge(post, currency=currency, payer=party.payer)
        made = handle(wish, provider.start(wish))
        assert provider.fetch(made).currency == currency
        party.pay(made.provider_ref)
        amount = 1 if can.partial_refund else AMOUNT
        assert back(provider, made, amount) is party.goes_back


# --- start ---


def test_a_payment_has_a_page_to_go_to(started):
    assert 0 < len(started.provider_ref) <= 120
    assert re.match(r"https?://", started.redirect_url)
    assert len(started.redirect_url) <= 2000


def test_one_token_is_one_payment_however_often_it_is_started(provider, party, wish, started):
    again = [provider.start(wish) for _time in range(3)]
    if isinstance(party, AlipayParty):
        party.open(wish.token)
    else:
        assert again == [started] * 3

    assert {each.provider_ref for each in again} == {started.provider_ref}
    assert party.payments(wish.token) == 1


@pytest.mark.parametrize("fault", ["lose_reply", "fail_after", "fail_before"])
def test_a_start_without_an_answer_is_started_again_as_one(provider, party, wish, fault):
    if isinstance(party, AlipayParty):
        return  # it starts without asking anybody
    getattr(party, fault)()
    with pytest.raises(ProviderDown):
        provider.start(wish)

    again = provider.start(wish)

    assert provider.fetch(handle(wish, again)).token == wish.token
    assert party.payments(wish.token) == 1


def test_a_payment_whose_beginning_was_not_heard_is_found_by_its_token(provider, party, wish):
    if not isinstance(party, AlipayParty):
        party.lose_reply()
        with pytest.raises(ProviderDown):
            provider.start(wish)
    nameless = Handle(wish.token, "", "", AMOUNT, "CNY")

    found = provider.fetch(nameless)

    begun = 0 if isinstance(party, AlipayParty) else 1
    assert (found.outcome, found.token, party.payments(wish.token)) == (
        Outcome.PENDING, wish.token, begun,
    )  # fmt: skip
    assert provider.fetch(replace(nameless, provider_ref=found.provider_ref)) == found
    assert provider.void(nameless) is Outcome.SUCCEEDED
    if begun:
        assert provider.fetch(nameless).outcome is Outcome.FAILED


def test_a_payment_that_was_never_begun_is_not_paid_and_is_closed(provider, party, wish):
    nameless = Handle(wish.token, "", "", AMOUNT, "CNY")

    assert provider.fetch(nameless).outcome is Outcome.PENDING
    assert provider.void(nameless) is Outcome.SUCCEEDED
    assert back(provider, nameless, 1) is Outcome.FAILED
    assert party.payments(wish.token) == 0


# --- fetch ---


def test_it_tells_how_a_payment_stands(provider, party, wish, unpaid, post):
    wish_of_another = charge(post)
    other = handle(wish_of_another, provider.start(wish_of_another))
    open_one = provider.fetch(unpaid)
    party.pay(unpaid.provider_ref)
    party.decline(other.provider_ref)

    done, declined = provider.fetch(unpaid), provider.fetch(other)

    assert [p.outcome for p in (open_one, done, declined)] == [
        Outcome.PENDING,
        Outcome.SUCCEEDED,
        Outcome.FAILED,
    ]
    assert (done.provider_ref, done.token) == (unpaid.provider_ref, wish.token)
    assert (done.amount_fen, done.captured_fen, done.currency) == (AMOUNT, AMOUNT, "CNY")
    assert done.is_live is provider.capabilities.is_live


def test_what_is_over_stays_so(provider, party, paid):
    party.decline(paid.provider_ref)

    assert provider.fetch(paid).outcome is Outcome.SUCCEEDED


def test_a_payment_it_does_not_know_is_no_answer(provider, party):
    if isinstance(party, AlipayParty | WeChatParty):  # nobody has opened its address yet
        assert provider.fetch(UNKNOWN).outcome is Outcome.PENDING
        return
    with pytest.raises(ProviderDown):
        provider.fetch(UNKNOWN)


@of_everyone
def test_what_was_paid_is_told_in_full(provider, party, paid):
    found = provider.fetch(paid)

    assert (found.outcome, found.token, found.provider_ref) == (
        Outcome.SUCCEEDED, paid.token, paid.provider_ref,
    )  # fmt: skip
    assert (found.amount_fen, found.captured_fen, found.currency) == (AMOUNT, AMOUNT, "CNY")
    assert (found.refunded_fen, found.is_live) == (0, provider.capabilities.is_live)


# --- no answer, or one that cannot be read ---


def everything(provider: Provider, wish: Charge) -> list[Any]:
    starts = [] if provider.name == "alipay" else [lambda: provider.start(wish)]
    return [
        *starts,
        lambda: provider.fetch(UNKNOWN),
        lambda: provider.void(UNKNOWN),
        lambda: back(provider, UNKNOWN, 1),
    ]


def test_nobody_there_is_said_as_such(party, wish):
    for call in everything(party.provider_at(f"http://127.0.0.1:{free_port()}"), wish):
        with pytest.raises(ProviderDown):
            call()


@pytest.mark.parametrize(
    "words",
    [
        b"",
        b"[]",
        b"{}",
        b"<html>",
        b"\xff\xfe",
        b'{"id": 1, "pay_url": null, "status": null}',
        b'{"id": "pay_1", "token": "t", "amount": 1.5, "currency": "CNY", "status": "SUCCEEDED"}',
        b'{"id": "pay_1", "token": "t", "amount": 1, "currency": "CNY", "status": "PERHAPS"}',
        b'{"x": "' + b"x" * 100_000 + b'"}',
    ],
)
def test_an_answer_that_cannot_be_read_is_no_answer(party, wish, words):
    with babbler(words) as url:
        for call in everything(party.provider_at(url), wish):
            with pytest.raises(ProviderDown):
                call()


# --- verify ---


@pytest.fixture
def letter(post: Inbox, paid: str) -> Letter:
    """The genuine notice of a payment that was made."""
    return post.wait(1)[0]


def test_a_genuine_notice_is_read(provider, letter, wish, paid):
    notice = provider.verify(letter.raw, letter.headers, at=clock.now())

    assert 0 < len(notice.event_id) <= 120
    assert 0 < len(notice.kind) <= 40
    assert notice.payment == provider.fetch(paid)
    assert notice.payment.token == wish.token


def test_the_same_notice_again_has_the_same_id(provider, letter):
    first, again = (provider.verify(letter.raw, letter.headers, at=clock.now()) for _ in range(2))

    assert first == again


def test_a_forged_or_altered_or_unsigned_notice_is_refused(provider, party, letter):
    middle = len(letter.raw) // 2
    bent = letter.raw[:middle] + bytes([letter.raw[middle] ^ 1]) + letter.raw[middle + 1 :]
    altered = bent, letter.raw + b" ", b""
    forged = party.forge(letter)
    signed = {name: value for name, value in letter.headers.items() if "ignature" in name}
    if isinstance(party, AlipayParty):  # the signature is in the body
        for raw in (*altered, forged.raw):
            with pytest.raises(BadSignature):
                provider.verify(raw, letter.headers, at=clock.now())
        return
    assert signed

    for raw, headers in (
        *((raw, letter.headers) for raw in altered),
        (forged.raw, forged.headers),
        (letter.raw, {}),
        (letter.raw, dict.fromkeys(signed, "é" * 40)),
        (letter.raw, {name: value[:-1] for name, value in signed.items()}),
    ):
        with pytest.raises(BadSignature):
            provider.verify(raw, headers, at=clock.now())


def test_an_old_notice_played_again_is_refused(provider, letter):
    for days in (3, -1):
        with pytest.raises(BadSignature):
            provider.verify(letter.raw, letter.headers, at=clock.now() + timedelta(days=days))


# --- refund ---


def back(provider: Provider, made: Handle, amount_fen: int, *, token: str = "") -> Outcome:
    return provider.refund(
        made, token=token or f"{uuid4().hex[:20]}-_", amount_fen=amount_fen
    ).outcome


@of_everyone
def test_all_of_it_goes_back_and_no_more(provider, party, paid):
    assert back(provider, paid, AMOUNT) is party.goes_back
    assert back(provider, paid, 1) is Outcome.FAILED

    assert party.returned_fen(paid.provider_ref) == AMOUNT


@of_everyone
def test_parts_go_back_one_after_the_other_up_to_all_of_it(provider, party, paid):
    if not provider.capabilities.partial_refund:
        assert back(provider, paid, 1) is Outcome.FAILED
        return

    assert [back(provider, paid, fen) for fen in (5_000, 15_001, 15_000)] == [
        party.goes_back,
        Outcome.FAILED,
        party.goes_back,
    ]
    assert party.returned_fen(paid.provider_ref) == AMOUNT


@of_everyone
def test_one_token_sends_money_back_once(provider, party, paid):
    part = AMOUNT // 4 if provider.capabilities.partial_refund else AMOUNT
    outcomes = [back(provider, paid, part, token="once" + paid.token) for _time in range(3)]

    assert outcomes == [party.goes_back] * 3
    assert party.returned_fen(paid.provider_ref) == part


def test_what_was_not_paid_does_not_go_back(provider, party, unpaid):
    assert back(provider, unpaid, AMOUNT) is Outcome.FAILED
    assert back(provider, UNKNOWN, 1) is Outcome.FAILED

    assert party.returned_fen(unpaid.provider_ref) == 0


# --- set aside, take, release, close ---


SET_ASIDE = ("sandbox", "stripe")
of_those_that_set_aside = pytest.mark.parametrize("party", SET_ASIDE, indirect=True)


@of_everyone
def test_who_cannot_set_a_sum_aside_says_so(provider, paid):
    assert provider.capabilities.authorise is (provider.name in SET_ASIDE)
    if not provider.capabilities.authorise:
        assert provider.capture(paid, amount_fen=1) is Outcome.FAILED


@pytest.fixture
def set_aside(provider: Provider, party: Party, post: Inbox) -> Handle:
    """A deposit that the buyer agreed to."""
    wish = charge(post, how=How.AUTHORISE)
    made = handle(wish, provider.start(wish))
    party.pay(made.provider_ref)
    return made


@of_those_that_set_aside
def test_what_is_set_aside_is_not_taken(provider, set_aside):
    found = provider.fetch(set_aside)

    assert (found.outcome, found.captured_fen) == (Outcome.AUTHORISED, 0)


@of_those_that_set_aside
def test_a_part_of_it_is_taken_once_and_the_rest_is_free(provider, set_aside):
    part = 5_000 if provider.capabilities.capture_less else AMOUNT

    outcomes = [provider.capture(set_aside, amount_fen=part) for _time in range(3)]

    found = provider.fetch(set_aside)
    assert outcomes == [Outcome.SUCCEEDED] * 3
    assert (found.outcome, found.captured_fen) == (Outcome.SUCCEEDED, part)
    assert back(provider, set_aside, part + 1) is Outcome.FAILED


@of_those_that_set_aside
def test_more_than_was_set_aside_is_not_to_be_had(provider, set_aside):
    assert provider.capture(set_aside, amount_fen=AMOUNT + 1) is Outcome.FAILED

    assert provider.fetch(set_aside).outcome is Outcome.AUTHORISED


@of_those_that_set_aside
def test_what_is_released_is_over(provider, set_aside):
    assert [provider.void(set_aside) for _time in range(2)] == [Outcome.SUCCEEDED] * 2

    assert provider.fetch(set_aside).outcome is Outcome.FAILED
    assert provider.capture(set_aside, amount_fen=1) is Outcome.FAILED


def test_a_page_that_nobody_has_paid_on_is_closed(provider, party, unpaid):
    if isinstance(party, AlipayParty):
        party.open(unpaid.token)
    assert [provider.void(unpaid) for _time in range(2)] == [Outcome.SUCCEEDED] * 2

    assert provider.fetch(unpaid).outcome is Outcome.FAILED


@of_everyone
def test_what_is_paid_is_not_closed(provider, paid):
    assert provider.void(paid) is Outcome.FAILED

    assert provider.fetch(paid).outcome is Outcome.SUCCEEDED


@pytest.mark.parametrize("fault", ["lose_reply", "fail_after", "fail_before"])
def test_a_refund_without_an_answer_is_sent_again_as_one(provider, party, paid, fault):
    getattr(party, fault)()
    with pytest.raises(ProviderDown):
        back(provider, paid, AMOUNT, token="again" + paid.token)

    assert back(provider, paid, AMOUNT, token="again" + paid.token) is Outcome.SUCCEEDED

    assert party.returned_fen(paid.provider_ref) == AMOUNT


# --- ways of our own: what only they promise ---


@of_our_own
def test_it_is_decided_at_once_and_moves_the_sum_once(provider, party, wish):
    can = provider.capabilities
    before = party.left_fen()
    assert (can.is_internal, can.authorise, can.currencies) == (True, False, frozenset({"CNY"}))
    assert provider.is_offered(payer=party.payer, amount_fen=AMOUNT, currency="CNY")

    started = [provider.start(wish) for _time in range(3)]

    assert [each.outcome for each in started] == [Outcome.SUCCEEDED] * 3
    assert {each.provider_ref for each in started} == {wish.token}
    assert (party.payments(wish.token), before - party.left_fen()) == (1, AMOUNT)


@of_our_own
def test_from_a_stranger_nothing_is_taken(provider, party, wish):
    before = party.left_fen()
    stranger = replace(wish, payer="user:999999999")
    assert not provider.is_offered(payer=stranger.payer, amount_fen=AMOUNT, currency="CNY")

    made = handle(stranger, provider.start(stranger))

    assert provider.start(stranger).outcome is Outcome.FAILED
    assert (party.payments(wish.token), party.left_fen()) == (0, before)
    assert back(provider, made, 1) is Outcome.FAILED
    assert provider.void(made) is Outcome.SUCCEEDED


@pytest.mark.parametrize("party", ["balance", "tab"], indirect=True)
def test_no_more_is_taken_than_there_is(provider, party, wish):
    most = party.left_fen()
    wishes = [replace(wish, amount_fen=most + 1), replace(wish, token="another", amount_fen=most)]

    assert [provider.start(each).outcome for each in wishes] == [Outcome.FAILED, Outcome.SUCCEEDED]

    assert (party.payments(wish.token), party.left_fen()) == (0, 0)


@of_our_own
def test_what_went_back_is_told_and_what_is_fetched_is_done(provider, party, paid):
    token = "back" + paid.token
    back(provider, paid, 5_000, token=token)
    if isinstance(party, CashParty):
        party.fetch(clock.now())

    assert back(provider, paid, 5_000, token=token) is Outcome.SUCCEEDED
    assert provider.fetch(paid).refunded_fen == 5_000


@of_our_own
def test_nobody_sends_notices_of_it(provider, party, paid):
    for raw in (b"", b"{}", paid.token.encode()):
        with pytest.raises(BadSignature):
            provider.verify(raw, {}, at=clock.now())
    assert provider.news(since=clock.now() - timedelta(days=1)) == ()


# --- through the core ---


@pytest.fixture
def now() -> datetime:
    return clock.now()


@pytest.fixture
def bucket(shop: Shop) -> int:  # noqa: F811
    return shop.bucket(5)


@pytest.fixture
def place(shop, sellers, bucket, now) -> Callable[[datetime], Order]:  # noqa: F811
    """Places an order of two parts."""
    sellers["plain"].starts_at = now + timedelta(days=300)
    return lambda at: orders.place(shop.wish(ask(bucket, 2), total_fen=2000), at=at)


@pytest.fixture
def order(place, now) -> Order:
    return place(now)


def pay_by(provider: Provider, order: Order, at: datetime) -> Attempt:
    return payments.pay_by(
        order=order,
        provider=provider.name,
        at=at,
        buyer=payments.Buyer("http://x/", ip="203.0.113.7"),
    )


@pytest.fixture
def attempt(provider: Provider, order: Order, now: datetime) -> Attempt:
    return pay_by(provider, order, now)


def hear(provider: Provider, letter: Letter, at: datetime) -> None:
    payments.hear(provider=provider.name, raw=letter.raw, headers=letter.headers, at=at)
    outbox.drain(at=at)


def state(order: Order) -> State:
    return Order.objects.get(pk=order.pk).state


def received() -> int:
    return Event.objects.filter(name="bookings.payments.received").count()


def holds(at: datetime) -> bool:
    return invariants.check_all(at=at + timedelta(hours=1)) == []


def test_a_notice_pays_the_order_once_however_often_it_comes(
    provider, party, post, attempt, order, now
):
    party.pay(attempt.provider_ref)
    [letter] = post.wait(1)

    for _time in range(5):
        hear(provider, letter, clock.now())

    assert state(order) is State.CONFIRMED
    assert (received(), ProviderEvent.objects.count()) == (1, 1)
    assert holds(now)


@pytest.mark.parametrize("order_of_arrival", [(0, 1), (1, 0), (1, 0, 1, 0)])
def test_old_news_that_comes_after_changes_nothing(
    provider, party, post, attempt, order, now, order_of_arrival
):
    party.pay(attempt.provider_ref, old_news_after=True)
    letters = post.wait(2)

    for number in order_of_arrival:
        hear(provider, letters[number], clock.now())

    assert state(order) is State.CONFIRMED
    assert (received(), ProviderEvent.objects.count()) == (1, 2)
    assert holds(now)


def test_a_forged_notice_changes_nothing(provider, party, post, attempt, order, now):
    party.pay(attempt.provider_ref)
    forged = party.forge(post.wait(1)[0])

    with pytest.raises(BadSignature):
        hear(provider, forged, clock.now())

    assert (state(order), received(), ProviderEvent.objects.count()) == (State.HELD, 0, 0)


def test_a_notice_of_somebody_elses_payment_is_kept_and_changes_nothing(
    provider, party, post, order, letter, now
):
    hear(provider, letter, clock.now())

    assert ProviderEvent.objects.get().state == EventState.REJECTED
    assert (state(order), received()) == (State.HELD, 0)


def test_a_notice_that_never_comes_is_asked_for(provider, party, attempt, order, now):
    party.pay(attempt.provider_ref)
    later = now + payments.ASK_AFTER

    answered = payments.ask_open(at=later)
    outbox.drain(at=later)

    assert (answered, state(order), received()) == (1, State.CONFIRMED, 1)
    assert holds(later)


@pytest.mark.parametrize("room", [5, 0])
def test_a_notice_that_comes_late_takes_the_places_again_or_the_money_goes_back(
    provider, party, post, place, bucket, now, room
):
    order = place(now - orders.HOLD_FOR)
    attempt = pay_by(provider, order, now - orders.HOLD_FOR)
    orders.lapse_due(at=now)
    counts.reshape(bucket_id=bucket, capacity=room)
    party.pay(attempt.provider_ref)

    hear(provider, post.wait(1)[0], clock.now())

    came_back = 0 if room else 2000
    assert state(order) is (State.CONFIRMED if room else State.LAPSED)
    assert party.returned_fen(attempt.provider_ref) == came_back
    assert holds(now)


def test_a_declined_payment_frees_the_way_for_another(provider, party, post, attempt, order, now):
    party.decline(attempt.provider_ref)
    if isinstance(party, WeChatParty):  # it tells of success only
        payments.ask(attempt=attempt, at=now)
    else:
        hear(provider, post.wait(1)[0], clock.now())

    again = pay_by(provider, order, now)

    assert (Attempt.objects.get(pk=attempt.pk).state, again.state) == (
        AttemptState.FAILED,
        AttemptState.CREATED,
    )
    assert again.provider_ref != attempt.provider_ref


@pytest.mark.parametrize("fault", ["lose_reply", "fail_after", "fail_before"])
def test_a_refund_that_was_shown_arrives_once_whatever_happens_on_the_way(
    provider, party, attempt, order, now, fault
):
    party.pay(attempt.provider_ref)
    payments.ask(attempt=attempt, at=now)
    outbox.drain(at=now)
    line = order.lines.get()
    parts = ["p0"] if provider.capabilities.partial_refund else ["p0", "p1"]
    getattr(party, fault)()

    refunds.cancel(
        order=order,
        parts={line.pk: parts},
        shown_fen=1000 * len(parts),
        actor="guest:a",
        reason="BUYER",
        at=now,
    )
    outbox.drain(at=now)
    assert Refund.objects.get().state == RefundState.SENDING
    refunds.send_due(at=now + timedelta(seconds=30))

    assert Refund.objects.get().state == RefundState.DONE
    assert party.returned_fen(attempt.provider_ref) == 1000 * len(parts)
    assert holds(now)


@pytest.mark.parametrize("party", ["stripe", "alipay", "wechat"], indirect=True)
def test_what_is_returned_in_its_own_back_office_is_counted_each_time(
    provider, party, post, attempt, order, now
):
    party.pay(attempt.provider_ref)
    told = [*post.wait(1)]
    token = party.row_token(attempt.token)
    for fen in (500, 300):
        party.control(refund=[token, fen])
        told.append(post.wait(len(told) + 1)[-1])

    for letter in (*told, *told):
        hear(provider, letter, clock.now())

    attempt.refresh_from_db()
    assert (attempt.told_refunded_fen, attempt.refunded_fen) == (800, 800)
    assert Order.objects.get(pk=order.pk).flag == Flag.RETURNED
    assert holds(now)


# --- what it has told while nobody heard ---


def test_its_own_list_has_every_payment_that_was_made(provider, party, post):
    if not isinstance(party, StripeParty):
        assert provider.news(since=clock.now() - timedelta(minutes=5)) == ()
        return
    since, made = clock.now() - timedelta(seconds=1), []
    for _payment in range(25):
        wish = charge(post)
        made.append(wish.token)
        party.pay(provider.start(wish).provider_ref)

    told = [news.payment.token for news in provider.news(since=since) if news.payment]

    assert told[-25:] == made


@pytest.mark.parametrize("party", ["stripe"], indirect=True)  # the others' banks take nothing back
def test_what_a_bank_takes_back_is_told_and_found(provider, party, post, paid):
    told = []
    for number, status in enumerate(("needs_response", "lost"), start=2):
        party.control(dispute=[paid.token, status])
        letter = post.wait(number)[-1]
        notice = provider.verify(letter.raw, letter.headers, at=clock.now())
        told.append((notice.payment.dispute, notice.payment.disputed_fen, notice.payment.token))

    now = provider.fetch(paid)

    assert told == [(Dispute.OPEN, AMOUNT, paid.token), (Dispute.LOST, AMOUNT, paid.token)]
    assert (now.dispute, now.disputed_fen, now.outcome) == (
        Dispute.LOST, AMOUNT, Outcome.SUCCEEDED,
    )  # fmt: skip
