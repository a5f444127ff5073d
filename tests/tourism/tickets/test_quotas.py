"""An entry time divided among channels: laid out by the operator's shares, sold and released by them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time

import pytest
from django.forms import inlineformset_factory
from django.utils import translation

from bookings.contracts import Demand
from bookings.inventory import divisions
from bookings.inventory import operations as inventory
from bookings.inventory.models import Bucket, Channel, Quota
from bookings.orders import operations as orders
from tests.factories.tourism import SlotPatternFactory, ask_for, party, person, slot_on
from tests.tourism.conftest import VISIT, wish
from tourism.tickets import offers, queries
from tourism.tickets import operations as tickets
from tourism.tickets.forms import ChannelShareForm, ChannelShares
from tourism.tickets.models import ChannelShare, EntryDay, Product, Slot

pytestmark = pytest.mark.django_db
AGENT, COUNTER, OWN = Channel.AGENT, Channel.COUNTER, Channel.OWN


def share(product, channel: Channel, permille: int, **more) -> ChannelShare:
    return ChannelShare.objects.create(
        **{"product": product, "channel": channel, "permille": permille, "release_days": 1, **more}
    )


@pytest.fixture
def divided(product) -> Slot:
    """08:00 to 12:00, 50 places: 10 for agencies until 18:00 the day before, 5 for the counter."""
    share(product, AGENT, 200)
    share(product, COUNTER, 100, release_days=0, release_time=time(11))
    return slot_on(product, VISIT)


def shares(slot) -> dict[str, int]:
    rows = Quota.objects.filter(whole=slot.bucket_id)
    return dict(rows.values_list("channel", "bucket__capacity"))


def by(channel: Channel, slot, *codes: str):
    return replace(ask_for(slot, *party(*codes)), channel=channel)


def test_shares_are_laid_out_with_the_entry_time(divided):
    assert shares(divided) == {OWN: 35, AGENT: 10, COUNTER: 5}
    release = dict(Quota.objects.values_list("channel", "release_at"))
    tz = divided.product.area.region.tz
    assert release[OWN] is None
    assert release[AGENT] == datetime(2026, 10, 13, 18, tzinfo=tz)
    assert release[COUNTER] == datetime(2026, 10, 14, 11, tzinfo=tz)


def test_a_share_of_one_entry_time_stands_in_for_that_of_all(product):
    share(product, AGENT, 200)
    afternoon = SlotPatternFactory(product=product, starts=time(13), ends=time(17))
    share(product, AGENT, 500, pattern=afternoon)

    assert shares(slot_on(product, VISIT)) == {OWN: 40, AGENT: 10}
    assert shares(slot_on(product, VISIT, time(13))) == {OWN: 25, AGENT: 25}


def test_a_sale_names_the_whole_and_its_channel(divided, at):
    own, agent = offers.offer([by(OWN, divided, "adult"), by(AGENT, divided, "adult")], at=at)

    day, quotas = divided.day, dict(Quota.objects.values_list("channel", "bucket"))
    whole = {divided.bucket_id, day.bucket_id}
    assert {d.bucket_id for d in own.all_demands()} == {*whole, day.own_bucket_id, quotas[OWN]}
    assert {d.bucket_id for d in agent.all_demands()} == {*whole, quotas[AGENT]}


def test_a_channel_without_a_quota_sells_nothing(divided, at):
    [answer] = offers.offer([by(Channel.GROUP, divided, "adult")], at=at)

    assert isinstance(answer, offers.ChannelClosed)


def test_an_undivided_entry_time_costs_no_statement_more(product, at, django_assert_num_queries):
    slot = slot_on(product, VISIT)

    with django_assert_num_queries(2):
        [offer] = offers.offer([ask_for(slot, *party("adult"))], at=at)

    assert len(offer.all_demands()) == 3


def test_the_site_shows_what_is_left_for_it(divided):
    quota = Quota.objects.get(whole=divided.bucket_id, channel=OWN).bucket_id
    inventory.take([[Demand(divided.bucket_id, 30), Demand(quota, 30)]])

    [row] = queries.slots(product_ids=[divided.product_id], first=VISIT, last=VISIT)

    assert row.left == 5


def test_own_sale_stops_at_its_share_and_has_the_rest_after_the_release(divided, at):
    many = ask_for(divided, *map(person, range(1, 37)))

    with pytest.raises(orders.SoldOut):
        orders.place(wish(many, total_fen=36 * 19_000), at=at)
    assert not Bucket.objects.filter(taken__gt=0).exists()

    inventory.release_due(at=datetime(2026, 10, 13, 18, tzinfo=divided.product.area.region.tz))
    orders.place(wish(many, total_fen=36 * 19_000), at=at)
    assert shares(divided) == {OWN: 45, AGENT: 0, COUNTER: 5}


def test_edited_shares_reach_coming_entry_times(divided, at):
    ChannelShare.objects.filter(channel=AGENT).update(permille=400)

    done = tickets.follow_patterns(
        product=divided.product, first=VISIT, last=VISIT, actor="user:1", at=at
    )

    assert (done.changed, done.refused) == (1, [])
    assert shares(divided) == {OWN: 25, AGENT: 20, COUNTER: 5}


def test_shares_that_are_deleted_go_to_own_sale(divided, at):
    ChannelShare.objects.all().delete()

    tickets.follow_patterns(product=divided.product, first=VISIT, last=VISIT, actor="user:1", at=at)

    assert shares(divided) == {OWN: 50, AGENT: 0, COUNTER: 0}


def test_places_set_by_hand_are_at_the_cost_of_own_sale(divided, at):
    tickets.set_slot(slot=divided, capacity=20, actor="user:1", at=at)

    assert shares(divided) == {OWN: 5, AGENT: 10, COUNTER: 5}


def test_what_is_laid_out_after_the_release_is_released_by_the_next_round(divided):
    late = datetime(2026, 10, 14, 9, tzinfo=divided.product.area.region.tz)
    other = slot_on(divided.product, VISIT, time(13))

    inventory.release_due(at=late)

    assert shares(other)[AGENT] == 0


def formset(product, *rows: tuple[str, str]):
    """What an operator writes: (channel, percent) a row."""
    make = inlineformset_factory(
        Product, ChannelShare, form=ChannelShareForm, formset=ChannelShares, extra=0, exclude=()
    )
    data = {"channel_shares-TOTAL_FORMS": len(rows), "channel_shares-INITIAL_FORMS": 0}
    for number, (channel, percent) in enumerate(rows):
        data |= {
            f"channel_shares-{number}-channel": channel,
            f"channel_shares-{number}-permille": percent,
            f"channel_shares-{number}-release_time": "18:00",
        }
    return make(data=data, instance=product)


def test_channels_together_are_at_most_all(product):
    with translation.override("en"):
        errors = formset(product, ("agent", "60"), ("counter", "41")).errors

    assert errors == [
        {}, {"permille": ["The channels have 101 % together: there is no more than 100 %."]},
    ]  # fmt: skip
    assert formset(product, ("agent", "60"), ("counter", "40")).is_valid()


def test_quotas_need_the_whole_day_on_this_site(product):
    product.own_permille = 900

    with translation.override("en"):
        [errors] = formset(product, ("agent", "10")).errors

    assert list(errors) == ["permille"]
    assert "Sold here" in errors["permille"][0]


def test_own_sale_is_the_rest_and_no_share_to_write(product):
    [errors] = formset(product, ("own", "10")).errors

    assert list(errors) == ["channel"]


def test_a_days_division_is_drawn_and_said(divided, at):
    day = EntryDay.objects.annotate(shares=queries.shares_by_day()).get(pk=divided.day_id)

    with translation.override("en"):
        bar = divisions.bar(day.shares)

    assert bar.count("<rect") == 6
    assert bar.endswith("travel agencies 0 of 10 · the counter 0 of 5 · this site 0 of 35")
    assert divisions.bar([]) == "–"
