"""What a person chooses: consent to marketing above all, and an address of their own."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from accounts.messages import opening, operations, queries
from accounts.messages.models import Consent, Delivery, Message, Preference, State
from accounts.messages.operations.choosing import LinkOver
from accounts.messages.quiet import FROM, UNTIL
from kernel.errors import TooMany
from kernel.outbox import operations as outbox
from tests.accounts.messages.conftest import AT, MORNING, NIGHT, note

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def by_mail(wang) -> None:
    """Wang has ticked e-mail for offers: no way is ticked beforehand."""
    operations.choose(
        user_id=wang.pk, choices={("OFFERS", "EMAIL"): True}, language="en",
        quiet_from=FROM, quiet_until=UNTIL,
    )  # fmt: skip


def agree(user, is_given=True, at=AT) -> bool:
    return operations.set_consent(
        user_id=user.pk, is_given=is_given, given_by="PAGE", language="en", at=at
    )


def token_in(link: str) -> str:
    return link.rstrip("/").rsplit("/", 1)[-1]


class TestMarketing:
    def test_without_consent_not_one_message(self, wang, boxes):
        """Also where an operator says it to everybody, by mistake."""
        assert operations.tell([note(wang, "test.offer")], at=AT) == 0
        outbox.drain(at=AT)

        assert not Message.objects.exists()
        assert boxes["EMAIL"].letters == []

    def test_with_consent_it_comes_with_a_way_to_stop_it(self, wang, email):
        assert agree(wang)
        operations.tell([note(wang, "test.offer")], at=AT)
        outbox.drain(at=AT)

        assert len(email.letters) == 1
        assert "/en/stop/" in email.letters[0].stop_link

    def test_what_is_no_marketing_has_none(self, wang, email):
        operations.tell([note(wang)], at=AT)
        outbox.drain(at=AT)

        assert email.letters[0].stop_link == ""

    def test_the_link_stops_it_once_for_all(self, wang, email):
        agree(wang)
        operations.tell([note(wang, "test.offer")], at=AT)
        outbox.drain(at=AT)
        token = token_in(email.letters[0].stop_link)

        for _click in range(2):
            operations.stop(token=token, given_by="LINK", language="en", at=AT)

        assert operations.tell([note(wang, "test.offer", key="k2")], at=AT) == 0
        said = Consent.objects.order_by("pk").values_list("is_given", "given_by")
        assert list(said) == [(True, "PAGE"), (False, "LINK")]

    def test_withdrawn_meanwhile_what_waits_is_not_sent(self, wang, email):
        agree(wang)
        operations.tell([note(wang, "test.offer")], at=NIGHT)
        agree(wang, is_given=False, at=NIGHT)
        operations.deliver_due(at=MORNING)

        assert email.letters == []
        assert Delivery.objects.get(channel="EMAIL").state == State.DROPPED

    def test_a_forged_link_stops_nobody(self, wang):
        agree(wang)
        token = token_in(operations.stop_path(wang.pk, "en"))

        with pytest.raises(LinkOver):
            operations.stop(token=f"x{token}", given_by="LINK", language="en", at=AT)

        assert queries.reach([wang.pk])[wang.pk].has_agreed

    def test_the_record_is_added_to_and_says_which_text_was_shown(self, wang):
        assert agree(wang)
        assert not agree(wang)
        assert agree(wang, is_given=False)
        assert not agree(wang, is_given=False)

        rows = Consent.objects.order_by("pk")
        assert [row.is_given for row in rows] == [True, False]
        assert {len(row.text_hash) for row in rows} == {64}

    def test_who_never_agreed_withdraws_nothing(self, wang):
        assert not agree(wang, is_given=False)
        assert not Consent.objects.exists()


class TestAnAddressOfTheirOwn:
    def ask(self, user, email="new@example.org", at=AT) -> None:
        operations.remember_email(user_id=user.pk, email=email, language="en", at=at)

    def link(self) -> str:
        body = opening.body_of(Message.objects.latest("pk"))
        found = re.search(r"/en/email/(\S+)/", body)
        assert found
        return found[1]

    def test_it_is_used_once_it_was_confirmed(self, wang):
        self.ask(wang)
        assert queries.reach([wang.pk])[wang.pk].addresses["EMAIL"] == ("wang@example.org",)

        operations.confirm_email(token=self.link(), at=AT)

        assert queries.reach([wang.pk])[wang.pk].addresses["EMAIL"] == ("new@example.org",)
        assert "new@example.org" not in str(Preference.objects.values().get())

    def test_a_link_confirms_the_address_it_was_sent_to_and_no_other(self, wang):
        self.ask(wang)
        link = self.link()
        self.ask(wang, "other@example.org")

        with pytest.raises(LinkOver):
            operations.confirm_email(token=link, at=AT)

        assert Preference.objects.get().email_confirmed_at is None

    def test_nobody_is_sent_more_than_five_a_day(self, wang):
        for _time in range(5):
            self.ask(wang)
        with pytest.raises(TooMany):
            self.ask(wang)
        assert Message.objects.count() == 5

        self.ask(wang, at=AT + timedelta(days=1))

        assert Message.objects.count() == 6

    def test_forgotten_it_is_written_to_no_more(self, wang):
        self.ask(wang)
        operations.confirm_email(token=self.link(), at=AT)

        operations.forget_email(user_id=wang.pk)

        assert queries.reach([wang.pk])[wang.pk].addresses["EMAIL"] == ("wang@example.org",)
