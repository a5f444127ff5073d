"""What every channel keeps: it hands over what it is given, once for a key, and says when it cannot."""

from __future__ import annotations

from dataclasses import replace

import pytest

from accounts.messages.channels import Undeliverable


def test_it_hands_over_text_of_any_script(bench):
    bench.channel.deliver(bench.letter("k1"))

    [text] = bench.received()
    assert "北门改为 9:30" in text


def test_while_its_service_is_down_it_raises_to_be_tried_again(bench):
    bench.be_down(True)
    with pytest.raises(Exception) as raised:  # noqa: PT011 - any but Undeliverable
        bench.channel.deliver(bench.letter("k1"))
    assert not isinstance(raised.value, Undeliverable)
    assert bench.received() == []

    bench.be_down(False)
    bench.channel.deliver(replace(bench.letter("k1"), tries=2))

    assert len(bench.received()) == 1


def test_what_is_refused_for_good_is_not_tried_again(bench):
    bench.refuse_for_good()

    with pytest.raises(Undeliverable) as said:
        bench.channel.deliver(bench.letter("k1"))

    assert bench.received() == []
    assert "example.org" not in str(said.value)
    assert "161" not in str(said.value)


def test_a_lost_answer_is_no_answer(bench):
    bench.lose_the_answer()

    with pytest.raises(Exception) as raised:  # noqa: PT011 - any but Undeliverable
        bench.channel.deliver(bench.letter("k1"))

    assert not isinstance(raised.value, Undeliverable)


def test_after_a_lost_answer_a_channel_that_can_hands_over_once(bench):
    bench.lose_the_answer()
    with pytest.raises(Exception):  # noqa: B017, PT011 - as above
        bench.channel.deliver(bench.letter("k1"))
    bench.channel.deliver(replace(bench.letter("k1"), tries=2))

    assert len(bench.received()) == (1 if bench.knows_keys_again else 2)
