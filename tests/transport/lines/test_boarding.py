"""The driver's post: the right bus once, and another bus with the reason why not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bookings.vouchers import operations as vouchers
from bookings.vouchers.models import Pass, Voucher
from tests.factories.accounts import OrganisationFactory
from transport.lines import operations as lines
from transport.lines.posts import run_posts


def post_of(run, at=None):
    found = run_posts(
        organisation_ids=[run.line.organisation_id], at=at or run.departs_at, zone=run.zone
    )
    return next(iter(found), None)


def scan(carried, post, at, key="k"):
    return vouchers.redeem(
        text=carried.short_code, post=post, request_key=key, actor="user:1", at=at
    )


@pytest.fixture
def carried(run, sell):
    return Pass.objects.get(order=sell(run))


def test_the_code_opens_its_own_bus_once(run, carried):
    scan(carried, post_of(run), run.departs_at)

    with pytest.raises(vouchers.AlreadyUsed):
        scan(carried, post_of(run), run.departs_at, key="another")
    assert Voucher.objects.get().entries_used == 1


def test_another_bus_of_the_line_says_where_the_code_is_good(runs, carried):
    with pytest.raises(vouchers.WrongPlace) as refused:
        scan(carried, post_of(runs[1]), runs[0].departs_at)

    assert runs[0].line.name in str(refused.value.facts)
    assert Voucher.objects.get().entries_used == 0


def test_posts_are_the_runs_that_leave_about_now(runs):
    org = [runs[0].line.organisation_id]

    found = run_posts(organisation_ids=org, at=runs[0].departs_at)
    long_before = run_posts(organisation_ids=org, at=runs[0].departs_at - timedelta(hours=13))

    home, *leaving = found
    assert [post.zone for post in leaving] == [run.zone for run in runs]
    assert [post.key for post in long_before] == [home.key] == [f"runs:{org[0]}"]
    assert home.roams
    assert home.starts_at is None
    assert leaving[0].subtitle["en"].startswith("→ ")


def test_a_cancelled_run_and_a_strangers_run_are_not_offered(run, at):
    other = run_posts(organisation_ids=[OrganisationFactory().pk], at=run.departs_at)
    assert list(other) == []

    lines.cancel_run(run=run, actor="user:1", at=at)
    found = run_posts(organisation_ids=[run.line.organisation_id], at=run.departs_at)
    assert run.zone not in {post.zone for post in found}
    assert post_of(run) is not None, "who was let in there before is told afterwards"


@pytest.mark.parametrize("zone", ["run:", "run:x", "run:١", "area:1", "run:" + "9" * 40, ":"])
def test_nonsense_is_no_post(run, zone):
    found = run_posts(organisation_ids=[run.line.organisation_id], at=run.departs_at, zone=zone)
    assert list(found) == []
