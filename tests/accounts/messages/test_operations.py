"""Messages: once, sealed, out after the commit, in the reader's language, and by the ways chosen."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils.translation import gettext_lazy

from accounts.identity import operations as identity
from accounts.messages import channels, kinds, opening, operations, queries
from accounts.messages.channels.sms import NoGateway
from accounts.messages.models import Delivery, Message, State, Way
from kernel.money import Money
from kernel.outbox import operations as outbox
from kernel.outbox.models import Event
from tests.accounts.messages.conftest import AT, MORNING, NIGHT, note

pytestmark = pytest.mark.django_db


def send(to: str = "16100000001", name: str = "Wang", key: str = "k1") -> None:
    operations.send(
        template="test.bare", to=to, language="en", facts={"name": name}, key=key, at=AT
    )


def states() -> dict[str, str]:
    return dict(Delivery.objects.order_by("channel").values_list("channel", "state"))


class TestToAnAddress:
    def test_it_goes_out_once_per_key(self, sms):
        send()
        send(name="again")
        outbox.drain(at=AT)
        outbox.drain(at=AT + timedelta(minutes=1))

        assert [letter.to for letter in sms.letters] == ["16100000001"]
        delivery = Delivery.objects.get()
        assert (delivery.state, delivery.sent_at, delivery.attempts) == (State.SENT, AT, 1)

    def test_only_declared_placeholders_are_filled_in(self, sms):
        send(name="{a.__class__}{other}{name}")
        outbox.drain(at=AT)

        assert sms.letters[0].body == "{a.__class__}{other}{name}: {a.__class__} {other} {0} done"

    def test_a_missing_fact_is_a_fault_of_ours(self):
        with pytest.raises(KeyError):
            operations.send(template="test.bare", to="x", language="en", facts={}, key="k", at=AT)

        assert not Message.objects.exists()

    def test_line_breaks_add_no_header(self, email):
        send(to="wang@example.org", name="x\r\nBcc: evil@example.org\x00")
        outbox.drain(at=AT)

        assert email.letters[0].subject == "Hello x Bcc: evil@example.org"
        assert email.letters[0].to == "wang@example.org"

    def test_address_and_text_are_sealed_and_the_event_has_ids_only(self):
        send()

        rows = (Message.objects.values().get(), Delivery.objects.values().get())
        words = " ".join(str(value) for row in rows for value in row.values())
        assert "16100000001" not in words
        assert "Wang:" not in words
        assert Event.objects.get().facts == {"message_ids": [Message.objects.get().pk]}

    def test_marketing_never_goes_to_a_bare_address(self):
        written = operations.tell([note(None, "test.offer", to="16100000001")], at=AT)

        assert (written, Message.objects.count()) == (0, 0)

    def test_quiet_hours_do_not_keep_a_code_back(self, sms):
        operations.send(
            template="test.bare", to="16100000001", language="en", facts={"name": "9"}, key="k",
            at=NIGHT,
        )  # fmt: skip
        outbox.drain(at=NIGHT)

        assert len(sms.letters) == 1


class TestToAPerson:
    def test_it_stands_in_the_inbox_at_once_and_goes_by_the_usual_ways(self, wang, boxes):
        assert operations.tell([note(wang), note(wang)], at=AT) == 1
        assert queries.unread(wang.pk) == 1
        outbox.drain(at=AT)

        assert states() == {"EMAIL": State.SENT, "INBOX": State.SENT}
        assert [letter.to for letter in boxes["EMAIL"].letters] == ["wang@example.org"]
        assert boxes["SMS"].letters == []

    def test_it_speaks_the_readers_language(self, wang, email):
        kinds.register(
            kinds.Kind(
                name="test.words",
                subject=gettext_lazy("Messages"),
                body="{what} {fen} {at}",
                examples={"what": "", "fen": "", "at": ""},
                topic="TRIPS",
            )
        )
        operations.choose(
            user_id=wang.pk, choices={}, language="zh-hans", quiet_from=time(0), quiet_until=time(0)
        )
        at = AT.astimezone(AT.tzinfo)
        facts = {"what": {"zh-hans": "北门", "en": "North Gate"}, "fen": Money(19000), "at": at}
        operations.tell([note(wang, "test.words", facts=facts)], at=AT)
        outbox.drain(at=AT)

        message = Message.objects.get()
        assert message.language == "zh-hans"
        assert message.subject == "消息"
        assert opening.body_of(message).startswith("北门 ¥190 ")
        assert opening.body_of(message).endswith("02:00")

    def test_what_was_chosen_away_does_not_come_that_way(self, wang, boxes):
        operations.choose(
            user_id=wang.pk,
            choices={("TRIPS", "EMAIL"): False, ("TRIPS", "SMS"): True},
            language="en",
            quiet_from=time(0),
            quiet_until=time(0),
        )
        operations.tell([note(wang)], at=AT)
        outbox.drain(at=AT)

        assert boxes["EMAIL"].letters == []
        assert [letter.to for letter in boxes["SMS"].letters] == ["16100000001"]

    def test_who_is_gone_is_told_nothing(self, wang):
        identity.close(user=wang, by="user:1", at=AT)

        assert operations.tell([note(wang)], at=AT) == 0

    def test_who_closes_the_account_meanwhile_is_not_written_to(self, wang, email):
        operations.tell([note(wang)], at=AT)
        identity.close(user=wang, by="user:1", at=AT)
        outbox.drain(at=AT)

        assert email.letters == []
        assert states()["EMAIL"] == State.DROPPED

    def test_many_are_told_in_few_statements(self, wang, django_assert_max_num_queries):
        notes = [note(wang, key=f"k{n}") for n in range(200)]

        with django_assert_max_num_queries(12):
            assert operations.tell(notes, at=AT) == 200


class TestQuietHours:
    def test_what_can_wait_comes_afterwards(self, wang, email):
        operations.tell([note(wang)], at=NIGHT)
        outbox.drain(at=NIGHT)
        assert (email.letters, Delivery.objects.get(channel="EMAIL").next_at) == ([], MORNING)
        assert operations.deliver_due(at=MORNING - timedelta(seconds=1)) == 0

        operations.deliver_due(at=MORNING)

        assert len(email.letters) == 1
        assert Delivery.objects.get(channel="EMAIL").attempts == 1

    def test_what_is_urgent_comes_at_once(self, wang, email):
        operations.tell([note(wang, "test.storm")], at=NIGHT)
        outbox.drain(at=NIGHT)

        assert len(email.letters) == 1

    def test_a_person_may_have_none_or_others(self, wang, email):
        for start, until, at in ((time(0), time(0), NIGHT), (time(9), time(11), NIGHT)):
            operations.choose(
                user_id=wang.pk, choices={}, language="en", quiet_from=start, quiet_until=until
            )
            operations.tell([note(wang, key=f"{start}")], at=at)
            outbox.drain(at=at)
        assert len(email.letters) == 2

        operations.tell([note(wang, key="at ten")], at=AT)
        outbox.drain(at=AT)

        assert len(email.letters) == 2

    def test_they_count_on_the_clock_of_the_place(self, wang, email):
        operations.tell([note(wang, zone="Europe/Paris")], at=NIGHT)
        outbox.drain(at=NIGHT)

        assert len(email.letters) == 1

    def test_what_was_too_late_by_then_is_dropped(self, wang, email):
        operations.tell([note(wang, good_until=MORNING - timedelta(hours=1))], at=NIGHT)
        outbox.drain(at=NIGHT)
        operations.deliver_due(at=MORNING)

        assert email.letters == []
        assert states()["EMAIL"] == State.DROPPED


class TestUnread:
    def test_who_has_not_read_it_gets_a_short_message_later(self, wang, sms):
        operations.tell([note(wang, "test.move")], at=AT)
        outbox.drain(at=AT)
        operations.deliver_due(at=AT + timedelta(minutes=29))
        assert sms.letters == []

        operations.deliver_due(at=AT + timedelta(minutes=30))

        assert len(sms.letters) == 1

    def test_who_has_read_it_does_not(self, wang, sms):
        operations.tell([note(wang, "test.move")], at=AT)
        outbox.drain(at=AT)
        message = Message.objects.get()
        assert operations.read(message_id=message.pk, user_id=wang.pk, at=AT)
        assert not operations.read(message_id=message.pk, user_id=wang.pk, at=AT)

        operations.deliver_due(at=AT + timedelta(minutes=30))

        assert sms.letters == []
        assert states() == {"EMAIL": "SENT", "INBOX": "READ", "SMS": "DROPPED"}
        assert queries.unread(wang.pk) == 0

    def test_nobody_reads_for_another(self, wang):
        operations.tell([note(wang)], at=AT)
        message = Message.objects.get()

        assert not operations.read(message_id=message.pk, user_id=wang.pk + 1, at=AT)
        assert queries.unread(wang.pk) == 1


class TestSilence:
    def test_a_gateway_that_is_down_is_tried_again_less_and_less_often(self, sms):
        sms.failures = 3
        send()
        outbox.drain(at=AT)
        waits, at = [], AT
        while (row := Delivery.objects.get()).state == State.WAITING:
            waits.append(int((row.next_at - at).total_seconds()))
            assert operations.deliver_due(at=row.next_at - timedelta(seconds=1)) == 0
            at = row.next_at
            operations.deliver_due(at=at)

        assert waits == [10, 20, 40]
        assert (row.state, row.attempts, row.trouble) == (State.SENT, 4, "")
        assert len(sms.letters) == 1

    def test_after_a_day_a_person_must_look(self, sms):
        sms.failures = 1000
        send()
        outbox.drain(at=AT)
        while (row := Delivery.objects.get()).state == State.WAITING:
            operations.deliver_due(at=row.next_at)

        assert (row.state, row.trouble) == (State.FAILED, "no answer: ConnectionError")
        assert row.next_at - AT > operations.deliver.GIVE_UP_AFTER

    def test_what_one_gateway_lacks_stops_no_other_way(self, wang, boxes):
        boxes["EMAIL"].never = "no such address"
        operations.choose(
            user_id=wang.pk, choices={("TRIPS", "SMS"): True}, language="en",
            quiet_from=time(0), quiet_until=time(0),
        )  # fmt: skip
        operations.tell([note(wang)], at=AT)
        outbox.drain(at=AT)

        assert states() == {"EMAIL": "FAILED", "INBOX": "SENT", "SMS": "SENT"}

    def test_without_a_gateway_a_short_message_fails_where_a_person_sees_it(
        self, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setitem(channels._channels, "SMS", NoGateway())
        settings.QUANYU_LOCAL = False
        send()
        outbox.drain(at=AT)
        row = Delivery.objects.get()
        assert (row.state, row.trouble) == (State.FAILED, "no SMS gateway is set up")

        settings.QUANYU_LOCAL = True
        assert operations.try_again(delivery_id=row.pk, at=AT)
        outbox.drain(at=AT)

        row.refresh_from_db()
        assert row.state == State.SENT
        assert not operations.try_again(delivery_id=row.pk, at=AT)


@pytest.mark.parametrize(("is_local", "kept"), [(True, True), (False, False)])
def test_a_secret_is_wiped_once_it_went_out(settings, sms, is_local, kept):
    settings.QUANYU_LOCAL = is_local
    kinds.register(kinds.Kind("test.secret", "{code}", {"code": "9"}, is_secret=True))
    operations.send(
        template="test.secret", to="16100000001", language="en", facts={"code": "9"}, key="s", at=AT
    )

    outbox.drain(at=AT)

    message = Message.objects.get()
    assert sms.letters[0].short == "9"
    assert bool(opening.body_of(message) or opening.unseal(message.short_sealed)) is kept
    assert bool(opening.facts_of(message)) is kept


def test_what_is_no_longer_true_is_not_sent_any_more(wang, email):
    operations.tell([note(wang, about="trip:1"), note(wang, key="k2", about="trip:2")], at=NIGHT)

    assert operations.drop(about="trip:1", kind="test.trip", at=NIGHT) == 1
    operations.deliver_due(at=MORNING)

    assert email.keys == [f"k2:EMAIL:{opening.index_of('wang@example.org')}"]


def test_old_messages_are_forgotten_those_of_an_inbox_later(wang):
    send()
    operations.tell([note(wang, key="k2")], at=AT)

    assert operations.forget_old(at=AT + timedelta(days=29)) == 0
    assert operations.forget_old(at=AT + timedelta(days=31)) == 1
    assert operations.forget_old(at=AT + timedelta(days=179)) == 0
    assert operations.forget_old(at=AT + timedelta(days=181)) == 1
    assert not Delivery.objects.exists()


def test_the_local_page_shows_everything_and_exists_nowhere_else(
    client: Client, settings: LazySettings
) -> None:
    send(name="<script>alert(1)</script>")

    settings.QUANYU_LOCAL = True
    page = client.get("/en/outbox/").content.decode()
    assert "16100000001" in page
    assert "<script>alert" not in page
    assert queries.newest()[0].to == "16100000001"

    settings.QUANYU_LOCAL = False
    assert client.get("/en/outbox/").status_code == 404


@pytest.mark.parametrize(
    ("address", "shown"),
    [("16100000001", "161****0001"), ("wang@example.org", "w***@example.org")],
)
def test_addresses_are_masked(address: str, shown: str) -> None:
    assert opening.mask_address(address) == shown


def test_every_way_but_the_inbox_has_a_channel_of_its_name():
    assert {way.value for way in Way} >= {"INBOX", *channels.names()}
