"""Three free visits missed within 180 days: no free ticket for seven days, and no longer."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import transaction
from django.urls import reverse

from accounts.messages.models import Message
from accounts.travellers import queries as people
from accounts.travellers.models import Traveller
from bookings.baskets import operations as baskets
from bookings.baskets.models import Item
from bookings.checkout.missed import missed_of
from bookings.checkout.queries import cart_of
from bookings.fulfilment import operations as fulfilment
from bookings.holders import operations as holders
from bookings.noshows import operations as noshows
from bookings.noshows import queries
from bookings.noshows.models import FreeVisit, Rule, State
from bookings.orders import operations as orders
from bookings.orders.models import Line, Order
from bookings.vouchers import operations as vouchers
from bookings.vouchers.models import Pass, Redemption, Voucher
from bookings.vouchers.posts import Post
from kernel.audit.models import Entry
from kernel.outbox import operations as outbox
from kernel.places.models import Region
from tests.bookings.orders.test_settle import money
from tests.cast import enter
from tests.factories.accounts import UserFactory, make_traveller
from tests.factories.tourism import ask_for, slot_on
from tests.tourism.conftest import AT, VISIT, wish
from tourism.areas.models import Closure
from tourism.tickets import offers
from tourism.tickets.fairness import RestsFromFree
from tourism.tickets.models import Slot

pytestmark = pytest.mark.django_db

ELDER = date(1950, 1, 1)


@pytest.fixture
def rule(product) -> Rule:
    return Rule.objects.create(organisation=product.area.organisation)


@pytest.fixture
def elder(rule) -> Traveller:
    return make_traveller("guest:a", name="李奶奶", born=ELDER, at=AT)


def ask(slot: Slot, *travellers: Traveller):
    found = {one.traveller_id: one for one in people.by_ids([t.pk for t in travellers])}
    return ask_for(slot, *(orders.member_of("", found[t.pk]) for t in travellers))


def book(slot: Slot, *travellers: Traveller, total_fen: int = 0) -> Line:
    order = orders.place(wish(ask(slot, *travellers), total_fen=total_fen), at=AT)
    settle(order)
    line: Line = order.lines.get()
    noshows.watch(line_id=line.pk)
    return line


def settle(order: Order) -> None:
    with transaction.atomic():
        if order.total_fen:
            orders.settle(facts=money(order, attempt_id=order.pk), at=AT)
        else:
            orders.settle_free(order_id=order.pk, at=AT)
    fulfilment.deliver(order_id=order.pk, at=AT)


def over(line: Line) -> datetime:
    until: datetime = Voucher.objects.filter(line=line).order_by("-valid_until")[0].valid_until
    return until + noshows.GRACE


def miss(slot: Slot, elder: Traveller) -> datetime:
    """One more visit missed; when it was decided."""
    at = over(book(slot, elder))
    noshows.decide_due(at=at)
    return at


def days(product, number: int) -> list[Slot]:
    return [slot_on(product, VISIT + timedelta(days=n)) for n in range(number)]


def states() -> list[str]:
    return list(FreeVisit.objects.order_by("pk").values_list("state", flat=True))


def told() -> list[str]:
    return list(
        Message.objects.filter(kind__startswith="bookings.noshows")
        .order_by("pk")
        .values_list("kind", flat=True)
    )


def test_the_third_missed_visit_begins_seven_days_without_free_tickets(product, elder):
    slots = days(product, 3)
    later = slot_on(product, VISIT + timedelta(days=5))

    for slot in slots:
        at = miss(slot, elder)

    assert states() == [State.MISSED] * 3
    assert told() == [
        "bookings.noshows.missed", "bookings.noshows.missed", "bookings.noshows.rests",
    ]  # fmt: skip
    [refused] = offers.offer([ask(later, elder)], at=at)
    assert isinstance(refused, RestsFromFree)
    until = FreeVisit.objects.latest("until").until + timedelta(days=7)
    assert datetime.fromisoformat(refused.facts["until"]) == until
    before = Order.objects.count()
    with pytest.raises(RestsFromFree):
        orders.place(wish(ask(later, elder), total_fen=0), at=at)
    assert Order.objects.count() == before


def test_after_seven_days_there_are_free_tickets_again(product, elder):
    for slot in days(product, 3):
        miss(slot, elder)
    until = FreeVisit.objects.latest("until").until + timedelta(days=7)
    last = slot_on(product, VISIT + timedelta(days=14))

    [before] = offers.offer([ask(last, elder)], at=until - timedelta(seconds=1))
    [after] = offers.offer([ask(last, elder)], at=until)

    assert isinstance(before, RestsFromFree)
    assert isinstance(after, offers.Offer)
    assert after.price_fen == 0


def test_two_missed_visits_are_two_warnings_and_nothing_else(product, elder):
    first, second, third = days(product, 3)

    miss(first, elder)
    at = miss(second, elder)

    [offer] = offers.offer([ask(third, elder)], at=at)
    assert isinstance(offer, offers.Offer)
    standing = queries.standings({(product.area.organisation_id, elder.document_index)}, at=at)
    assert [(one.missed, one.most, one.rests_until) for one in standing.values()] == [(2, 3, None)]


def test_paid_tickets_are_nobodys_missed_visits_and_never_refused(product, rule, elder):
    adult = make_traveller("guest:a", name="张测试", at=AT)
    for slot in days(product, 3):
        line = book(slot, elder, adult, total_fen=19_000)
        noshows.decide_due(at=over(line))
    at = over(line)
    later = slot_on(product, VISIT + timedelta(days=5))

    assert states() == [State.MISSED] * 3
    [offer] = offers.offer([ask(later, adult)], at=at)
    assert isinstance(offer, offers.Offer)


def test_missed_visits_of_more_than_180_days_ago_count_no_more(product, elder):
    for slot in days(product, 2):
        miss(slot, elder)
    oldest = FreeVisit.objects.earliest("until").until
    pair = (product.area.organisation_id, elder.document_index)

    assert (
        queries.standings({pair}, at=oldest + timedelta(days=180) - timedelta(seconds=1))[
            pair
        ].missed
        == 2
    )
    assert queries.standings({pair}, at=oldest + timedelta(days=180))[pair].missed == 1


def test_who_came_has_missed_nothing_though_the_gate_tells_late(product, slot, elder):
    line = book(slot, elder)
    at = over(line)
    assert noshows.decide_due(at=at - timedelta(seconds=1)) == 0
    assert noshows.decide_due(at=at) == 1

    Voucher.objects.filter(line=line).update(entries_used=1, state="USED")
    noshows.note_use(line_id=line.pk, part_key="p1")

    assert states() == [State.CAME]


def test_a_scan_that_was_taken_back_is_nobody_who_came(product, slot, elder):
    """The chief undoes a wrong scan: the visit is to come again, and missed if nobody does."""
    line = book(slot, elder)
    post = Post(
        zone=f"area:{product.area_id}", title={"en": "North"},
        organisation_id=product.area.organisation_id, region_id=slot.region_id,
    )  # fmt: skip
    code = Pass.objects.get(order=line.order).short_code
    at = slot.starts_at
    vouchers.redeem(text=code, post=post, actor="user:9", request_key="k" * 8, at=at)
    outbox.drain(at=at)
    assert states() == [State.CAME]

    vouchers.undo(
        redemption_id=Redemption.objects.get().pk, actor="user:8", reason="somebody else", at=at
    )
    outbox.drain(at=at)

    assert states() == [State.OPEN]
    assert noshows.decide_due(at=over(line)) == 1
    assert states() == [State.MISSED]


def test_undone_and_let_in_again_has_come_whichever_is_heard_of_last(product, slot, elder):
    line = book(slot, elder)
    Voucher.objects.filter(line=line).update(entries_used=1, state="USED")

    for _told in range(2):
        noshows.note_use(line_id=line.pk, part_key="p1")

    assert states() == [State.CAME]


def test_who_is_let_in_is_seen_to_have_come(product, slot, elder):
    line = book(slot, elder)
    post = Post(
        zone=f"area:{product.area_id}", title={"en": "North"},
        organisation_id=product.area.organisation_id, region_id=slot.region_id,
    )  # fmt: skip
    code = Pass.objects.get(order=line.order).short_code
    vouchers.redeem(text=code, post=post, actor="user:9", request_key="k" * 8, at=slot.starts_at)

    assert noshows.decide_due(at=over(line)) == 0
    assert states() == [State.CAME]


@pytest.mark.parametrize("why", ["cancelled", "moved", "closed"])
def test_who_could_not_come_has_missed_nothing(product, slot, elder, why):
    line = book(slot, elder)
    if why == "cancelled":
        Line.objects.update(cancelled_parts=["p1"], state="CANCELLED")
    elif why == "moved":
        Line.objects.update(moved_at=AT, moved_from=line.starts_at)
    else:
        Closure.objects.create(
            area=product.area, first_date=VISIT, last_date=VISIT, reason_zh="风", reason_en="Wind"
        )

    assert noshows.decide_due(at=over(line)) == 0
    assert states() == [State.EXCUSED]
    assert told() == []


def test_deciding_twice_tells_once(slot, elder):
    line = book(slot, elder)

    noshows.decide_due(at=over(line))
    noshows.decide_due(at=over(line) + timedelta(days=1))

    assert told() == ["bookings.noshows.missed"]


def test_any_number_is_decided_in_a_handful_of_statements(
    product, slot, rule, django_assert_max_num_queries
):
    elders = [
        make_traveller("guest:a", born=ELDER, sequence=n, at=AT) for n in (996, 997, 998, 999)
    ]
    line = book(slot, *elders)

    with django_assert_max_num_queries(16):
        assert noshows.decide_due(at=over(line)) == 4


def test_where_the_house_has_no_rule_nothing_is_kept(slot):
    elder = make_traveller("guest:a", born=ELDER, at=AT)

    book(slot, elder)

    assert states() == []


def test_a_pardon_needs_a_reason_is_audited_and_ends_the_rest(product, elder):
    for slot in days(product, 3):
        at = miss(slot, elder)
    later = slot_on(product, VISIT + timedelta(days=5))
    ids = list(FreeVisit.objects.values_list("pk", flat=True))

    with pytest.raises(noshows.SayWhy):
        noshows.pardon(visit_ids=ids[:1], actor="user:7", reason="  ", at=at)
    assert states() == [State.MISSED] * 3
    assert noshows.pardon(visit_ids=ids[:1], actor="user:7", reason="In hospital", at=at) == 1

    [offer] = offers.offer([ask(later, elder)], at=at)
    assert isinstance(offer, offers.Offer)
    entry = Entry.objects.get(action="noshows.visit.pardoned")
    assert (entry.actor, entry.subject) == ("user:7", f"free-visit:{ids[0]}")
    assert entry.facts["reason"] == "In hospital"
    with pytest.raises(noshows.NotMissed):
        noshows.pardon(visit_ids=ids[:1], actor="user:7", reason="again", at=at)


def test_an_operator_pardons_in_the_back_office(product, elder, slot):
    miss(slot, elder)
    browser = enter(UserFactory(is_superuser=True, is_staff=True))
    url = reverse("admin:bookings_noshows_freevisit_changelist")
    form = {"action": "pardon", "_selected_action": [FreeVisit.objects.get().pk]}

    page = browser.post(url, form)
    assert "李奶奶" in page.content.decode()
    assert states() == [State.MISSED]
    browser.post(url, {**form, "reason": "Snow"})

    assert states() == [State.PARDONED]
    assert FreeVisit.objects.get().pardon_reason == "Snow"


def test_offers_read_nothing_more_where_everybody_pays(
    slot, product, rule, django_assert_max_num_queries
):
    adult = make_traveller("guest:a", name="张测试", at=AT)
    asked = ask(slot, adult)
    offers.offer([asked], at=AT)

    with django_assert_max_num_queries(2):
        offers.offer([asked], at=AT)


def test_the_rule_is_the_houses_own(product, elder):
    Rule.objects.update(most=1, rest_days=2)

    at = miss(days(product, 1)[0], elder)

    [refused] = offers.offer([ask(slot_on(product, VISIT + timedelta(days=2)), elder)], at=at)
    assert isinstance(refused, RestsFromFree)
    zone = Region.objects.get(pk=product.area.region_id).tz
    expected = FreeVisit.objects.get().until.astimezone(zone) + timedelta(days=2)
    assert refused.facts["until"] == expected.isoformat()


def test_a_buyer_reads_of_missed_visits_before_booking(product, elder, slot):
    at = miss(slot, elder)
    region = Region.objects.get(pk=product.area.region_id)
    next_slot = slot_on(product, VISIT + timedelta(days=5))
    baskets.add(
        actor="guest:a", region_id=region.pk, kind="ticket", ref=str(next_slot.pk),
        classes=["senior_free"], at=at,
    )  # fmt: skip
    item = Item.objects.get()
    baskets.name_people(
        actor="guest:a", region_id=region.pk, traveller_ids=[elder.pk],
        people={item.pk: [elder.pk]}, at=at,
    )  # fmt: skip
    cart = cart_of(actors=["guest:a"], actor="guest:a", region=region, at=at)

    [missed] = missed_of(cart, actors=["guest:a"], at=at)

    assert (missed.name, missed.standing.missed, missed.standing.most) == ("李奶奶", 1, 3)
    assert missed_of(cart, actors=["guest:b"], at=at) == []


def given_to(line: Line, person: Traveller) -> Pass:
    """Hand the only pass of a line over, and let the room hear of it."""
    carrier = Pass.objects.get(vouchers__line=line)
    holders.hand_over(carrier=carrier, traveller_id=person.pk, actor="guest:a", at=AT)
    noshows.follow(pass_id=carrier.pk)
    return carrier


def test_a_handed_over_free_visit_is_the_new_persons_to_miss(product, elder):
    line = book(days(product, 1)[0], elder)
    other = make_traveller("guest:a", name="王爷爷", born=ELDER, sequence=300, at=AT)

    given_to(line, other)
    noshows.decide_due(at=over(line))

    visit = FreeVisit.objects.get()
    assert (visit.document_index, visit.holder) == (other.document_index, "王爷爷")
    assert visit.state == State.MISSED


def test_who_rests_is_handed_no_free_ticket(product, elder):
    for slot in days(product, 3):
        miss(slot, elder)
    until = FreeVisit.objects.latest("until").until
    slot = slot_on(product, until.date() + timedelta(days=4))
    other = make_traveller("guest:a", name="王爷爷", born=ELDER, sequence=300, at=AT)
    line = book(slot, other)
    carrier = Pass.objects.get(vouchers__line=line)

    with pytest.raises(RestsFromFree):
        holders.hand_over(
            carrier=carrier, traveller_id=elder.pk, actor="guest:a", at=until + timedelta(days=1)
        )

    carrier.refresh_from_db()
    assert carrier.holder == "王爷爷"
