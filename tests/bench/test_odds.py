"""The made-up holidays: the same from the same seed, and the odds learnt from them are worth something."""

from __future__ import annotations

from bench import odds


def test_a_holiday_is_the_same_whenever_it_is_made():
    assert odds.holiday(1, 5).run() == odds.holiday(1, 5).run()
    assert odds.holiday(1, 5).run() != odds.holiday(2, 5).run()


def test_the_odds_are_better_than_the_base_rate_and_true_to_their_word():
    found = odds.figures(holidays=400, seed=7)

    assert found["brier_ratio"] < 0.7
    for _start, looks, said, happened in found["odds_bins"]:
        assert looks < 200 or abs(said - happened) < 0.1
