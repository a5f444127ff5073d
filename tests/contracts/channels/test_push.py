"""Web push on the wire: who sends is known, only the browser reads, what is gone is told."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.core.exceptions import ImproperlyConfigured

from accounts.messages import webpush
from accounts.messages.channels import Gone
from accounts.messages.channels.push import WebPush, sender
from kernel import http
from kernel.http import NoAnswer


def test_the_device_shows_the_subject_and_leads_to_its_page(push):
    letter = replace(push.letter("k1"), link="https://example.org/en/order/x/", is_urgent=True)

    push.channel.deliver(letter)

    [shown] = push.server.push.shown
    assert shown.said["title"] == "改期"
    assert shown.said["url"] == "https://example.org/en/order/x/"
    assert (shown.urgency, shown.said["stays"]) == ("high", True)


def test_the_longest_text_still_goes(push):
    push.channel.deliver(replace(push.letter("k1", body="长" * 5000), subject="题" * 900))

    [text] = push.received()
    assert text.startswith("长长")


@pytest.mark.parametrize("fault", ["gone", "unknown"])
def test_a_device_that_is_no_more_is_told_apart(push, fault):
    if fault == "gone":
        push.server.push.faults["gone"] = 1
    else:
        push.server.push.browsers.clear()

    with pytest.raises(Gone):
        push.channel.deliver(push.letter("k1"))


def test_another_sender_is_not_heard(push, settings):
    settings.WEB_PUSH = {**settings.WEB_PUSH, "WEB_PUSH_PRIVATE_KEY": webpush.new_private_key()}
    other = WebPush(sender())

    with pytest.raises(Exception, match="403"):
        other.deliver(push.letter("k1"))

    assert push.received() == []


def test_what_only_seems_to_be_the_stand_in_is_not_spoken_to(push, monkeypatch):
    def no_network(*_words: object, **_more: object) -> None:
        raise AssertionError("spoken to")

    monkeypatch.setattr(http, "send", no_network)
    real = webpush.read(push.to)
    seems = replace(real, endpoint=f"{push.server.url}.example.org/push/x")

    with pytest.raises(Gone):
        push.channel.deliver(replace(push.letter("k1"), to=seems.text()))


def test_the_stand_in_is_heard_of_on_local_data_only(push, settings):
    settings.QUANYU_LOCAL = False

    assert not sender().takes(webpush.read(push.to).endpoint)


def test_too_many_at_once_is_tried_again(push):
    push.server.push.faults["refuse"] = 1

    with pytest.raises(NoAnswer):
        push.channel.deliver(push.letter("k1"))


@pytest.mark.parametrize(
    "wrong", [{"WEB_PUSH_PRIVATE_KEY": "AA"}, {"WEB_PUSH_CONTACT": "somebody"}]
)
def test_a_wrong_setting_says_so(push, settings, wrong):
    settings.WEB_PUSH = {**settings.WEB_PUSH, **wrong}

    with pytest.raises(ImproperlyConfigured):
        sender()


def test_without_a_key_there_is_no_sender(settings):
    settings.WEB_PUSH = dict.fromkeys(settings.WEB_PUSH, "")

    assert sender() is None
