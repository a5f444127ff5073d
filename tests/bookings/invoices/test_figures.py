"""The sums of invoices: they add up to the fen, whatever the rates, discounts and returns."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.invoices.figures import Sold, Taxed, Unfit, lay_out, paid_by_buyer, take_back, tax_in
from bookings.invoices.services import Role

RATES = (0, 10, 30, 60, 90, 130)


@st.composite
def sales(draw: st.DrawFn) -> list[Sold]:
    found = []
    for number in range(draw(st.integers(1, 5))):
        quantity = draw(st.integers(1, 4))
        own = draw(st.integers(0, 10_000_000))
        price = draw(st.integers(0, own))
        found.append(
            Sold(f"k{number}", "plain", "名", "", quantity, own * quantity, price * quantity)
        )
    return found


def rates_for(sold: list[Sold]) -> dict[str, Taxed]:
    return {each.key: Taxed("3", RATES[n % len(RATES)]) for n, each in enumerate(sold)}


@given(sold=sales())
def test_an_invoice_is_the_sum_of_its_rows_and_of_what_was_paid(sold):
    rows = [row for _key, row in lay_out(sold, rates_for(sold))]

    assert sum(row.amount_fen for row in rows) == sum(each.net_fen for each in sold)
    assert [row.place for row in rows] == list(range(1, len(rows) + 1))
    for above, row in itertools.pairwise(rows):
        assert (above.role is Role.DISCOUNTED) == (row.role is Role.DISCOUNT)
    for row in rows:
        exact = row.untaxed_fen * row.permille
        assert abs(exact - row.tax_fen * 1000) <= 1000 * 2
        assert not row.quantity or row.amount_fen % row.quantity == 0


@given(sold=sales(), data=st.data())
def test_red_letters_bring_an_invoice_to_whatever_is_left_and_no_further(sold, data):
    standing = lay_out(sold, rates_for(sold))
    left = {each.key: each.net_fen for each in sold}
    for _refund in range(3):
        left = {key: data.draw(st.integers(0, fen)) for key, fen in left.items()}
        standing += take_back(standing, left)

        assert sum(row.amount_fen for _key, row in standing) == sum(left.values())
        assert take_back(standing, left) == []
    standing += take_back(standing, {})

    assert sum(row.amount_fen for _key, row in standing) == 0
    assert sum(row.tax_fen for _key, row in standing) == 0


@given(sold=sales(), fen=st.integers(0, 10_000))
def test_a_fee_that_is_kept_is_taken_off_what_is_taken_back(sold, fen):
    standing = lay_out(sold, rates_for(sold))
    whole = sum(row.amount_fen for _key, row in standing)
    kept = min(fen, whole)

    back = take_back(standing, {"kept": kept})

    assert sum(row.amount_fen for _key, row in back) == kept - whole


@given(sold=sales(), given_fen=st.integers(0, 10**9))
def test_what_the_platform_has_given_is_taken_off_and_no_row_falls_below_zero(sold, given_fen):
    whole = sum(each.net_fen for each in sold)

    less = paid_by_buyer(sold, given_fen)

    assert sum(each.net_fen for each in less) == max(0, whole - given_fen)
    assert min(each.net_fen for each in less) >= 0


@pytest.mark.parametrize(
    ("fen", "permille", "tax"),
    [(10_600, 60, 600), (100, 60, 6), (1, 60, 0), (9, 60, 1), (-10_600, 60, -600), (1000, 0, 0)],
)
def test_tax_is_rounded_half_up(fen, permille, tax):
    assert tax_in(fen, permille) == tax


@pytest.mark.parametrize(("gross", "net"), [(1, -1), (1, 2)])
def test_less_than_nothing_and_more_than_the_price_cannot_stand_on_an_invoice(gross, net):
    sold = [Sold("k", "plain", "名", "", 1, gross, net)]

    with pytest.raises(Unfit):
        lay_out(sold, rates_for(sold))
