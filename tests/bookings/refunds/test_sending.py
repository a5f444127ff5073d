"""Refunds are sent, asked about and told of, once each, whatever the provider says when."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from bookings.payments import providers
from bookings.payments.providers import Outcome, Returned
from bookings.refunds import operations as refunds
from bookings.refunds.models import EarlierToken, Refund, RefundState
from kernel import clock
from kernel.outbox import operations as outbox
from tests.bookings.refunds.conftest import cancel, sound
from tests.cast import assemble, enter

pytestmark = pytest.mark.django_db


def told(refund, outcome: str, at, *, token: str = "") -> RefundState:
    """What the provider tells of a refund, under its number or an earlier one; how it stands then."""
    facts = {"refund_token": token or refund.token, "outcome": outcome}
    refunds.told(facts=facts, at=at)
    refund.refresh_from_db()
    return RefundState(refund.state)


class TestStuck:
    def test_the_provider_says_why_and_a_person_sees_it(self, paid, now, says):
        says(Returned(Outcome.FAILED, "card closed"))
        refund = cancel(paid, now)
        assert (refund.state, refund.why) == (RefundState.FAILED, "card closed")
        page = Client().get(f"/en/o/{paid.token}/").content.decode()
        assert "a person is taking care of it" in page

    def test_silence_is_asked_again_and_again_less_and_less_often(self, paid, now, says):
        sulky = says(providers.ProviderDown())
        refund = cancel(paid, now)
        waits, at = [], now
        for _time in range(8):
            waits.append((refund.next_at - at).total_seconds())
            at = refund.next_at
            assert refunds.send_due(at=at - timedelta(seconds=1)) == 0
            assert refunds.send_due(at=at) == 1
            refund.refresh_from_db()
        assert waits == [10, 20, 40, 80, 160, 320, 600, 600]
        assert (refund.state, refund.tries, sulky.asked) == (RefundState.SENDING, 9, 9)

        says(Returned(Outcome.SUCCEEDED))
        refunds.send_due(at=refund.next_at)
        refund.refresh_from_db()
        assert (refund.state, refund.why) == (RefundState.DONE, "")
        assert sound(at)

    def test_after_a_day_of_silence_a_person_must_look(self, paid, now, says):
        says(providers.ProviderDown())
        cancel(paid, now)
        refunds.send_due(at=now + timedelta(days=1, minutes=1))
        assert Refund.objects.get().state == RefundState.FAILED

    def test_one_that_takes_days_is_told_by_a_notice(self, paid, now, says):
        says(Returned(Outcome.PENDING))
        refund = cancel(paid, now)
        assert refund.state == RefundState.SENT
        told(refund, "SUCCEEDED", now)
        refund.refresh_from_db()
        assert (refund.state, refund.done_at) == (RefundState.DONE, now)

    def test_too_old_a_payment_is_not_even_asked_about(self, paid, now, says):
        sulky = says(Returned(Outcome.SUCCEEDED))
        long_after = now + timedelta(days=366)
        paid.lines.update(starts_at=long_after + timedelta(days=30))
        refund = cancel(paid, long_after)
        assert (refund.state, sulky.asked) == (RefundState.FAILED, 0)
        assert "too old" in refund.why

    def test_a_person_sends_it_again(self, paid, now, says):
        says(Returned(Outcome.FAILED, "no funds"))
        refund = cancel(paid, now)
        says(Returned(Outcome.SUCCEEDED))

        assert refunds.send_again(refund_id=refund.pk, at=now)
        assert not refunds.send_again(refund_id=refund.pk, at=now)
        outbox.drain(at=now)

        refund.refresh_from_db()
        assert refund.state == RefundState.DONE

    def test_what_was_refused_for_good_is_sent_again_under_a_new_number(self, paid, now, says):
        no = Returned(Outcome.FAILED, "lost_or_stolen_card")
        says(no)
        refund = cancel(paid, now)
        first = refund.token
        assert refund.state == RefundState.FAILED

        says(Returned(Outcome.SUCCEEDED)).by_token = {first: no}
        assert refunds.send_again(refund_id=refund.pk, at=now)
        outbox.drain(at=now)

        refund.refresh_from_db()
        assert (refund.state, refund.token == first) == (RefundState.DONE, False)
        assert list(refund.earlier_tokens.values_list("token", flat=True)) == [first]
        assert sound(now)

    def test_what_nobody_answered_keeps_its_number(self, paid, now, says):
        says(providers.ProviderDown())
        refund = cancel(paid, now)
        Refund.objects.update(state=RefundState.FAILED)

        assert refunds.send_again(refund_id=refund.pk, at=now)

        assert Refund.objects.get().token == refund.token
        assert (Refund.objects.get().state, EarlierToken.objects.count()) == (
            RefundState.SENDING,
            0,
        )

    def test_of_two_who_send_again_one_gives_the_new_number(self, paid, now, says):
        says(Returned(Outcome.FAILED, "no funds"))
        refund = cancel(paid, now)
        assert refunds.send_again(refund_id=refund.pk, at=now)
        assert not refunds.send_again(refund_id=refund.pk, at=now)
        assert EarlierToken.objects.count() == 1


class TestTold:
    @pytest.mark.parametrize("truth", [Outcome.FAILED, Outcome.SUCCEEDED])
    def test_one_that_fails_after_it_succeeded_is_asked_about(self, paid, now, says, truth):
        refund = cancel(paid, now)
        assert refund.state == RefundState.DONE
        says(Returned(truth, "lost_or_stolen_card" if truth is Outcome.FAILED else ""))

        assert told(refund, "FAILED", now) == RefundState.SENT
        assert (refund.done_at, refund.next_at) == (None, now)
        refunds.send_due(at=now)

        refund.refresh_from_db()
        stands = {"FAILED": ("FAILED", "lost_or_stolen_card"), "SUCCEEDED": ("DONE", "")}
        assert (refund.state, refund.why) == stands[truth]
        assert sound(now)

    @pytest.mark.parametrize("truth", [Outcome.FAILED, Outcome.SUCCEEDED])
    def test_a_late_word_of_success_is_asked_about(self, paid, now, says, truth):
        says(Returned(Outcome.PENDING))
        refund = cancel(paid, now)
        assert told(refund, "FAILED", now) == RefundState.FAILED
        assert refund.why == "the payment service could not deliver it"
        says(Returned(truth, "lost_or_stolen_card" if truth is Outcome.FAILED else ""))

        assert told(refund, "SUCCEEDED", now) == RefundState.SENT
        refunds.send_due(at=now)

        refund.refresh_from_db()
        assert refund.state == {"FAILED": "FAILED", "SUCCEEDED": "DONE"}[truth]

    @pytest.mark.parametrize("is_sent", [False, True])
    def test_a_late_success_under_an_earlier_number_is_found(self, paid, now, says, is_sent):
        no = Returned(Outcome.FAILED, "closed")
        says(no)
        refund = cancel(paid, now)
        first = refund.token
        refunds.send_again(refund_id=refund.pk, at=now)
        if is_sent:
            outbox.drain(at=now)
        party = says(no)
        party.by_token = {first: Returned(Outcome.SUCCEEDED)}

        assert told(refund, "SUCCEEDED", now, token=first) == RefundState.SENT
        refunds.send_due(at=now)
        outbox.drain(at=now)

        refund.refresh_from_db()
        assert (refund.state, refund.token, party.asked) == (RefundState.DONE, first, 1)
        assert EarlierToken.objects.get().token != first

    def test_a_failure_under_an_earlier_number_is_known_already(self, paid, now, says):
        says(Returned(Outcome.FAILED, "closed"))
        refund = cancel(paid, now)
        first = refund.token
        refunds.send_again(refund_id=refund.pk, at=now)
        says(Returned(Outcome.SUCCEEDED))
        outbox.drain(at=now)

        assert told(refund, "FAILED", now, token=first) == RefundState.DONE

    def test_a_word_about_nothing_of_ours_changes_nothing(self, paid, now):
        refund = cancel(paid, now)
        assert told(refund, "FAILED", now, token="somebody-elses") == RefundState.DONE

    def test_two_successes_under_two_numbers_flag_the_order(self, paid, now, says):
        says(Returned(Outcome.FAILED, "closed"))
        refund = cancel(paid, now)
        first = refund.token
        refunds.send_again(refund_id=refund.pk, at=now)
        says(Returned(Outcome.SUCCEEDED))
        outbox.drain(at=now)

        assert told(refund, "SUCCEEDED", now, token=first) == RefundState.DONE

        paid.refresh_from_db()
        assert (refund.twice_at, paid.flag) == (now, "RETURNED")


class TestOverdue:
    def test_one_that_is_on_its_way_for_too_long_waits_for_a_person(self, paid, now, says):
        says(Returned(Outcome.PENDING))
        refund = cancel(paid, now)
        last = refund.promised_at + timedelta(days=7)
        Refund.objects.update(next_at=last)
        refunds.send_due(at=last)
        refund.refresh_from_db()
        assert refund.state == RefundState.SENT

        refunds.send_due(at=last + timedelta(minutes=11))

        refund.refresh_from_db()
        assert (refund.state, "too long" in refund.why) == (RefundState.FAILED, True)

    def test_it_does_so_too_when_the_provider_is_silent_in_the_end(self, paid, now, says):
        says(Returned(Outcome.PENDING))
        refund = cancel(paid, now)
        says(providers.ProviderDown())

        refunds.send_due(at=refund.promised_at + timedelta(days=7, seconds=1))

        refund.refresh_from_db()
        assert refund.state == RefundState.FAILED

    def test_what_a_buyer_has_not_fetched_yet_is_not_lost(self, paid, now, says):
        own = says(Returned(Outcome.PENDING))
        own.capabilities = replace(own.capabilities, is_internal=True)
        refund = cancel(paid, now)

        refunds.send_due(at=refund.promised_at + timedelta(days=100))

        refund.refresh_from_db()
        assert refund.state == RefundState.SENT

    @pytest.mark.parametrize("state", ["SENDING", "SENT"])
    def test_the_back_office_has_a_queue_of_those_that_are_overdue(self, paid, now, says, state):
        says(Returned(Outcome.PENDING))
        refund = cancel(paid, now)
        desk = enter(assemble(paid.region).he_ping)
        counts = []
        for promised_at in (now + timedelta(days=1), clock.now() - timedelta(seconds=1)):
            Refund.objects.update(state=state, promised_at=promised_at)
            queues = desk.get(reverse("admin:index")).context["queues"]
            [overdue] = [one for one in queues if one.title == "Refunds that are overdue"]
            shown = desk.get(overdue.url).context["cl"].queryset
            counts.append((overdue.count, shown.filter(pk=refund.pk).count()))
        assert counts == [(0, 0), (1, 1)]
