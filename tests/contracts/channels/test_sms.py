"""Text messages on Alibaba Cloud's wire."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured

from accounts.messages.channels import Undeliverable
from accounts.messages.channels.aliyun import AliyunSms
from accounts.messages.channels.sms import NoGateway, gateway
from kernel import clock
from kernel.http import NoAnswer


def test_a_template_of_the_kind_and_language_is_filled_with_the_facts(sms):
    sms.server.desk.templates |= {"SMS_1": "码 ${code}", "SMS_2": "Code ${code}"}
    sms.channel.templates = {"test": "SMS_1", "test:en": "SMS_2"}
    letter = replace(sms.letter("k1"), facts={"code": "123456"})

    sms.channel.deliver(letter)
    sms.channel.deliver(replace(letter, key="k2", language="en"))

    assert [text.partition("】")[2] for text in sms.received()] == ["码 123456", "Code 123456"]


def test_a_kind_without_a_template_says_so_and_is_not_sent(sms):
    sms.channel.templates = {"other": "SMS_1"}

    with pytest.raises(Undeliverable, match="no template for test"):
        sms.channel.deliver(sms.letter("k1"))

    assert sms.received() == []


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"secret": "wrong"}, "SignatureDoesNotMatch"),
        ({"key_id": "wrong"}, "InvalidAccessKeyId.NotFound"),
    ],
)
def test_wrong_keys_are_told_and_tried_again(sms, changes, word):
    stranger = AliyunSms(replace(sms.channel.account, **changes), sms.channel.templates)

    with pytest.raises(NoAnswer, match=word):
        stranger.deliver(sms.letter("k1"))

    assert sms.received() == []


def test_a_clock_that_is_wrong_is_told(sms, monkeypatch):
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now - timedelta(minutes=16))

    with pytest.raises(NoAnswer, match=r"InvalidTimeStamp\.Expired"):
        sms.channel.deliver(sms.letter("k1"))

    assert sms.received() == []


def test_a_number_that_has_had_too_many_is_tried_again_later(sms):
    sms.server.desk.faults["busy"] = 1

    with pytest.raises(NoAnswer, match="BUSINESS_LIMIT"):
        sms.channel.deliver(sms.letter("k1"))
    sms.channel.deliver(replace(sms.letter("k1"), tries=2))

    assert len(sms.received()) == 1


def test_the_gateway_itself_sends_twice_what_it_is_given_twice(sms):
    sms.channel.deliver(sms.letter("k1"))
    sms.channel.deliver(sms.letter("k1"))

    assert len(sms.received()) == 2


def test_without_keys_there_is_no_gateway_and_codes_that_are_none_are_refused(settings):
    settings.SMS_GATEWAY = {**settings.SMS_GATEWAY, "ALIYUN_SMS_KEY_ID": ""}
    assert isinstance(gateway(), NoGateway)

    settings.SMS_GATEWAY |= {"ALIYUN_SMS_KEY_ID": "k", "ALIYUN_SMS_TEMPLATES": "paid"}
    with pytest.raises(ImproperlyConfigured, match="paid is not kind=code"):
        gateway()
