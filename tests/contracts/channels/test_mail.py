"""E-mail on the wire."""

from __future__ import annotations

from dataclasses import replace
from smtplib import SMTPServerDisconnected

import pytest
from django.conf import settings


def test_tried_again_it_carries_the_same_message_id(mail):
    mail.lose_the_answer()
    with pytest.raises(SMTPServerDisconnected):
        mail.channel.deliver(mail.letter("k1"))
    mail.channel.deliver(mail.letter("k1"))
    mail.channel.deliver(mail.letter("k2"))

    first, again, other = (kept.message["Message-ID"] for kept in mail.server.kept)
    assert first == again != other


def test_marketing_says_how_one_request_stops_it(mail):
    mail.channel.deliver(replace(mail.letter("k1"), stop_link="https://example.org/en/stop/x/"))
    mail.channel.deliver(mail.letter("k2"))

    marketing, plain = (kept.message for kept in mail.server.kept)
    assert marketing["List-Unsubscribe"] == "<https://example.org/en/stop/x/>"
    assert marketing["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "https://example.org/en/stop/x/" in marketing.get_content()
    assert plain["List-Unsubscribe"] is None


def test_it_goes_to_one_person_and_comes_from_the_site(mail):
    mail.channel.deliver(mail.letter("k1"))

    [kept] = mail.server.kept
    assert kept.to == ("wang@example.org",)
    assert kept.message["From"] == settings.DEFAULT_FROM_EMAIL


def test_a_subject_of_two_lines_adds_no_header(mail):
    with pytest.raises(ValueError, match="newlines"):
        mail.channel.deliver(replace(mail.letter("k1"), subject="x\r\nBcc: evil@example.org"))

    assert not mail.server.kept
