"""Refunds that people decide or make: two for a large sum, a hardship, an account instead of a card."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client

from bookings.ledger import queries as ledger
from bookings.orders.models import State
from bookings.payments import providers
from bookings.payments.providers import Outcome, Returned
from bookings.refunds import operations as refunds
from bookings.refunds.models import (
    BankDetails,
    Evidence,
    Refund,
    RefundRequest,
    RefundState,
    RequestState,
)
from bookings.refunds.operations import by_hand
from kernel.audit.models import Entry
from kernel.outbox import operations as outbox
from tests.bookings.refunds.conftest import ANNA, BEN, cancel, learn, sound

pytestmark = pytest.mark.django_db

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 100


@pytest.fixture
def parts(paid):
    return {paid.lines.get().pk: ["p0", "p1"]}


@pytest.fixture
def low_limit(settings):
    settings.REFUND_LIMIT_FEN = 1999


def by_staff(order, parts, at, *, fen=2000, actor=ANNA):
    return refunds.by_staff(
        order=order, parts=parts, shown_fen=2000, refund_fen=fen, words="storm", actor=actor, at=at
    )


def untouched(order) -> bool:
    line = order.lines.get()
    return (line.state, line.cancelled_parts, Refund.objects.count()) == (State.CONFIRMED, [], 0)


class TestTwoPeople:
    def test_up_to_the_limit_one_is_enough(self, paid, parts, now, settings):
        settings.REFUND_LIMIT_FEN = 2000

        assert by_staff(paid, parts, now) is None

        outbox.drain(at=now)
        assert (paid.lines.get().state, sound(now)) == (State.CANCELLED, True)

    def test_above_it_nothing_happens_before_the_second_says_yes(self, paid, parts, now, low_limit):
        asked = by_staff(paid, parts, now)
        assert untouched(paid)

        refunds.approve(request_id=asked.pk, actor=BEN, at=now)
        outbox.drain(at=now)

        asked.refresh_from_db()
        assert (asked.state, asked.approved_by) == (RequestState.DONE, BEN)
        assert (Refund.objects.get().amount_fen, sound(now)) == (2000, True)

    def test_the_same_person_is_not_the_second(self, paid, parts, now, low_limit):
        asked = by_staff(paid, parts, now)

        with pytest.raises(refunds.SecondPerson):
            refunds.approve(request_id=asked.pk, actor=ANNA, at=now)

        assert untouched(paid)
        asked.refresh_from_db()
        assert (asked.state, asked.approved_by) == (RequestState.DECIDED, "")

    @pytest.mark.parametrize("own", ["asked", "bought"])
    def test_nobody_decides_about_their_own_money(self, paid, parts, now, settings, own):
        settings.REFUND_LIMIT_FEN = 2000
        asks = ANNA if own == "asked" else paid.actor
        asked = refunds.ask(order=paid, parts=parts, words="ill", files=[], actor=asks, at=now)

        with pytest.raises(refunds.SecondPerson):
            refunds.decide(request_id=asked.pk, refund_fen=1, answer="", actor=asks, at=now)
        with pytest.raises(refunds.SecondPerson):
            by_staff(paid, parts, now, actor=paid.actor)

        assert untouched(paid)
        asked.refresh_from_db()
        assert (asked.state, asked.decided_by) == (RequestState.ASKED, "")

    def test_the_database_does_not_take_the_same_person_either(self, paid, parts, now, low_limit):
        asked = by_staff(paid, parts, now)
        with pytest.raises(IntegrityError), transaction.atomic():
            RefundRequest.objects.filter(pk=asked.pk).update(approved_by=ANNA)

    def test_no_second_request_and_no_second_approval(self, paid, parts, now, low_limit):
        asked = by_staff(paid, parts, now)
        with pytest.raises(refunds.AlreadyAsked):
            by_staff(paid, parts, now, actor=BEN)
        refunds.approve(request_id=asked.pk, actor=BEN, at=now)
        with pytest.raises(refunds.NotOpen):
            refunds.approve(request_id=asked.pk, actor="user:3", at=now)
        assert Refund.objects.count() == 1

    def test_what_was_cancelled_meanwhile_is_not_approved(self, paid, parts, now, low_limit):
        asked = by_staff(paid, parts, now)
        line_id = paid.lines.get().pk
        refunds.cancel(
            order=paid, parts={line_id: ["p0"]}, shown_fen=1000, actor="guest:a", reason="BUYER",
            at=now,
        )  # fmt: skip

        with pytest.raises(refunds.NotCancellable):
            refunds.approve(request_id=asked.pk, actor=BEN, at=now)
        asked.refresh_from_db()
        assert (asked.state, Refund.objects.count()) == (RequestState.DECIDED, 1)

        refunds.refuse(request_id=asked.pk, answer="done already", actor=BEN, at=now)
        done = refunds.by_staff(
            order=paid, parts={line_id: ["p1"]}, shown_fen=1000, refund_fen=1000, words="",
            actor=BEN, at=now,
        )  # fmt: skip
        assert (done, Refund.objects.count()) == (None, 2)

    def test_the_limit_is_for_all_that_staff_return_of_an_order(self, paid, now, settings):
        settings.REFUND_LIMIT_FEN = 1999
        line_id = paid.lines.get().pk

        def give(part: str) -> RefundRequest | None:
            return refunds.by_staff(
                order=paid, parts={line_id: [part]}, shown_fen=1000, refund_fen=1000, words="",
                actor=ANNA, at=now,
            )  # fmt: skip

        assert give("p0") is None
        asked = give("p1")

        assert asked.state == RequestState.DECIDED
        assert [refund.amount_fen for refund in Refund.objects.all()] == [1000]
        assert paid.lines.get().cancelled_parts == ["p0"]

    def test_what_a_buyer_took_back_by_the_terms_is_not_of_staff(self, paid, now, settings):
        settings.REFUND_LIMIT_FEN = 1000
        cancel(paid, now)
        done = refunds.by_staff(
            order=paid, parts={paid.lines.get().pk: ["p1"]}, shown_fen=1000, refund_fen=1000,
            words="", actor=ANNA, at=now,
        )  # fmt: skip
        assert (done, Refund.objects.count()) == (None, 2)

    def test_no_more_than_came_in(self, paid, parts, now):
        with pytest.raises(refunds.TooMuch):
            by_staff(paid, parts, now, fen=2001)
        assert untouched(paid)


class TestHardship:
    def ask(self, paid, parts, at, files=(PNG,)):
        return refunds.ask(
            order=paid, parts=parts, words="ill", files=list(files), actor="guest:a", at=at
        )

    def test_after_the_start_a_person_still_gives_money_back(self, paid, parts, now):
        late = paid.lines.get().starts_at + timedelta(days=2)
        asked = self.ask(paid, parts, late)
        assert refunds.quote(order=paid, parts=parts, at=late).refund_fen == 0

        refunds.decide(request_id=asked.pk, refund_fen=1500, answer="ok", actor=ANNA, at=late)
        outbox.drain(at=late)

        refund = Refund.objects.get()
        assert (refund.amount_fen, refund.reason) == (1500, "HARDSHIP")
        assert (paid.lines.get().state, sound(late)) == (State.CANCELLED, True)

    def test_above_the_limit_two_decide(self, paid, parts, now, low_limit):
        asked = self.ask(paid, parts, now)
        refunds.decide(request_id=asked.pk, refund_fen=2000, answer="ok", actor=ANNA, at=now)
        assert untouched(paid)
        refunds.approve(request_id=asked.pk, actor=BEN, at=now)
        assert Refund.objects.get().amount_fen == 2000

    def test_the_limit_counts_what_staff_gave_of_the_order_before(self, paid, now, settings):
        settings.REFUND_LIMIT_FEN = 1500
        line_id = paid.lines.get().pk
        refunds.by_staff(
            order=paid, parts={line_id: ["p0"]}, shown_fen=1000, refund_fen=1000, words="",
            actor=ANNA, at=now,
        )  # fmt: skip
        asked = self.ask(paid, {line_id: ["p1"]}, now)

        refunds.decide(request_id=asked.pk, refund_fen=501, answer="ok", actor=ANNA, at=now)

        asked.refresh_from_db()
        assert (asked.state, Refund.objects.count()) == (RequestState.DECIDED, 1)

    def test_no_is_an_answer(self, paid, parts, now):
        asked = self.ask(paid, parts, now)
        refunds.refuse(request_id=asked.pk, answer="no note", actor=ANNA, at=now)

        assert untouched(paid)
        assert "no note" in Client().get(f"/en/o/{paid.token}/").content.decode()

    def test_evidence_is_sealed_seen_by_name_and_gone_after_30_days(self, paid, parts, now):
        asked = self.ask(paid, parts, now)
        file = Evidence.objects.get()
        assert ("PNG" in file.sealed, file.content_type) == (False, "image/png")
        assert refunds.read_evidence(evidence=file, actor=ANNA, at=now) == PNG
        assert Entry.objects.filter(action="refund.see-evidence", actor=ANNA).count() == 1

        refunds.refuse(request_id=asked.pk, answer="no", actor=ANNA, at=now)
        assert refunds.wipe_evidence(at=now + timedelta(days=29)) == 0
        assert refunds.wipe_evidence(at=now + timedelta(days=30)) == 1
        assert not Evidence.objects.exists()

    @pytest.mark.parametrize(
        "files",
        [[b"MZ" + PNG], [b""], [b"<svg onload=alert(1)>"], [PNG + b"0" * 2_000_000], [PNG] * 4],
    )
    def test_other_files_are_refused_and_nothing_is_kept(self, paid, parts, now, files):
        with pytest.raises(refunds.BadEvidence):
            self.ask(paid, parts, now, files)
        assert not RefundRequest.objects.exists()

    def test_too_long_after_the_start_it_is_too_late(self, paid, parts, now):
        with pytest.raises(refunds.TooLate):
            self.ask(paid, parts, paid.lines.get().starts_at + timedelta(days=8))

    def test_the_page_takes_it_and_says_so(self, paid, now):
        line = paid.lines.get()
        address = f"/en/o/{paid.token}/hardship/"
        assert f"{line.pk}:p0" in Client().get(address).content.decode()

        sent = {"part": f"{line.pk}:p0", "words": "A broken leg"}
        files = [SimpleUploadedFile(f"{n}.png", PNG) for n in range(2)]
        answer = Client().post(address, {**sent, "evidence": files})

        assert (answer.status_code, Evidence.objects.count()) == (302, 2)
        assert "A broken leg" in Client().get(f"/en/o/{paid.token}/").content.decode()

    @pytest.mark.parametrize("change", [{"words": ""}, {"part": ""}, {"part": "9"}])
    def test_the_page_refuses_half_a_story(self, paid, change):
        line = paid.lines.get()
        sent = {"part": f"{line.pk}:p0", "words": "A broken leg", **change}
        answer = Client().post(f"/en/o/{paid.token}/hardship/", sent)
        assert answer.status_code in (200, 404)
        assert not RefundRequest.objects.exists()


class TestByHand:
    @pytest.fixture
    def stuck(self, paid, now, says):
        says(Returned(Outcome.FAILED, "card closed"))
        return cancel(paid, now)

    FORM = {"holder": "王芳", "number": "6222 0000 1111 2222", "bank": "徽商银行"}

    def test_the_buyer_says_once_where_and_a_person_pays(self, stuck, now):
        asked = refunds.ask_for_account(refund_id=stuck.pk, actor=ANNA, at=now)
        address = f"/zh-hans/refund/{asked.token}/"
        assert "¥10" in Client().get(address).content.decode()

        assert Client().post(address, self.FORM).status_code == 200
        assert Client().get(address).status_code == 404
        assert Client().post(address, {**self.FORM, "number": "9" * 16}).status_code == 404

        asked.refresh_from_db()
        assert "6222" not in asked.sealed
        account = refunds.reveal_account(refund_id=stuck.pk, actor=ANNA, at=now)
        assert (account.holder, account.bank) == ("王芳", "徽商银行")
        assert Entry.objects.filter(action="refund.see-account").count() == 1

        refunds.pay_out(refund_id=stuck.pk, reference="T-77", actor=ANNA, at=now)
        stuck.refresh_from_db()
        asked.refresh_from_db()
        assert (stuck.state, stuck.paid_out_ref) == (RefundState.DONE, "T-77")
        assert (asked.sealed, asked.wiped_at) == ("", now)
        assert ledger.balance("bank:payouts") == -1000
        assert sound(now)

    def test_paid_out_is_not_sent_again_nor_paid_twice(self, stuck, now):
        refunds.ask_for_account(refund_id=stuck.pk, actor=ANNA, at=now)
        refunds.pay_out(refund_id=stuck.pk, reference="T-77", actor=ANNA, at=now)

        with pytest.raises(refunds.NotStuck):
            refunds.pay_out(refund_id=stuck.pk, reference="T-78", actor=ANNA, at=now)
        assert not refunds.send_again(refund_id=stuck.pk, at=now)
        assert ledger.balance("bank:payouts") == -1000

    def test_a_new_link_ends_the_old_one_and_old_links_end_by_themselves(self, stuck, now):
        first = refunds.ask_for_account(refund_id=stuck.pk, actor=ANNA, at=now)
        second = refunds.ask_for_account(refund_id=stuck.pk, actor=ANNA, at=now)
        for token, at in ((first.token, now), (second.token, now + timedelta(days=15))):
            with pytest.raises(refunds.LinkGone):
                refunds.open_link(token, at=at)

    def test_details_that_nobody_used_are_wiped(self, stuck, now):
        asked = refunds.ask_for_account(refund_id=stuck.pk, actor=ANNA, at=now)
        account = refunds.Account("王芳", "6222000011112222", "徽商银行")
        refunds.give_account(token=asked.token, account=account, at=now)

        assert refunds.wipe_old(at=now + timedelta(days=30)) == 1
        assert BankDetails.objects.get().sealed == ""

    @pytest.mark.parametrize("change", [{"number": "12"}, {"number": "<b>12345678"}, {"bank": ""}])
    def test_a_strange_account_is_refused_and_the_link_stays(self, stuck, now, change):
        asked = refunds.ask_for_account(refund_id=stuck.pk, actor=ANNA, at=now)
        address = f"/en/refund/{asked.token}/"
        assert "is-wrong" in Client().post(address, {**self.FORM, **change}).content.decode()
        assert BankDetails.objects.get().given_at is None

    def test_an_account_that_comes_while_it_is_paid_out_is_not_kept(self, stuck, now, monkeypatch):
        asked = refunds.ask_for_account(refund_id=stuck.pk, actor=ANNA, at=now)

        def paid_out_meanwhile(token, *, at):
            found = refunds.open_link(token, at=at)
            refunds.pay_out(refund_id=stuck.pk, reference="T-77", actor=BEN, at=at)
            return found

        monkeypatch.setattr(by_hand, "open_link", paid_out_meanwhile)
        account = refunds.Account("王芳", "6222000011112222", "徽商银行")
        with pytest.raises(refunds.LinkGone):
            refunds.give_account(token=asked.token, account=account, at=now)

        asked.refresh_from_db()
        assert (asked.sealed, asked.given_at, asked.wiped_at) == ("", None, now)

    def test_nothing_is_paid_out_before_the_buyer_was_asked_where_to(self, stuck, now):
        with pytest.raises(refunds.NotAsked):
            refunds.pay_out(refund_id=stuck.pk, reference="T-77", actor=ANNA, at=now)
        stuck.refresh_from_db()
        assert (stuck.state, ledger.balance("bank:payouts")) == (RefundState.FAILED, 0)

    def test_the_provider_is_asked_once_more_before_the_buyer_is(self, paid, now, says):
        says(providers.ProviderDown())
        refund = cancel(paid, now)
        refunds.send_due(at=now + timedelta(days=1, minutes=1))
        says(Returned(Outcome.SUCCEEDED))

        with pytest.raises(refunds.NotStuck):
            refunds.ask_for_account(refund_id=refund.pk, actor=ANNA, at=now)

        refund.refresh_from_db()
        assert (refund.state, BankDetails.objects.count()) == (RefundState.DONE, 0)
        assert sound(now)

    def test_what_the_provider_returns_as_well_is_booked_once_and_flagged(self, paid, now, says):
        says(providers.ProviderDown())
        refund = cancel(paid, now)
        late = now + timedelta(days=1, minutes=1)
        refunds.send_due(at=late)
        refunds.ask_for_account(refund_id=refund.pk, actor=ANNA, at=late)
        refunds.pay_out(refund_id=refund.pk, reference="T-77", actor=ANNA, at=late)
        assert ledger.balance("provider:sandbox") == 2000

        for _time in range(2):
            refunds.told(facts={"refund_token": refund.token, "outcome": "SUCCEEDED"}, at=late)

        refund.refresh_from_db()
        paid.refresh_from_db()
        assert (refund.state, refund.twice_at, paid.flag) == (RefundState.DONE, late, "RETURNED")
        assert ledger.balance("provider:sandbox") == 1000
        assert ledger.balance(f"outside:{paid.region_id}") == 1000
        assert sound(late + timedelta(hours=1))

    def test_what_the_providers_back_office_returned_of_a_transfer_is_seen_once(
        self, paid, attempt, stuck, now
    ):
        refunds.ask_for_account(refund_id=stuck.pk, actor=ANNA, at=now)
        refunds.pay_out(refund_id=stuck.pk, reference="T-77", actor=ANNA, at=now)

        learn(attempt, now, refunded_fen=1000)
        refunds.told(facts={"refund_token": stuck.token, "outcome": "SUCCEEDED"}, at=now)

        paid.refresh_from_db()
        stuck.refresh_from_db()
        assert (paid.flag, stuck.twice_at) == ("RETURNED", now)
        assert ledger.balance("provider:sandbox") == 1000
        assert ledger.balance(f"outside:{paid.region_id}") == 1000
        assert sound(now)

    def test_a_transfer_stays_made_whatever_is_told_of_the_refund(self, stuck, now):
        refunds.ask_for_account(refund_id=stuck.pk, actor=ANNA, at=now)
        refunds.pay_out(refund_id=stuck.pk, reference="T-77", actor=ANNA, at=now)

        refunds.told(facts={"refund_token": stuck.token, "outcome": "FAILED"}, at=now)

        stuck.refresh_from_db()
        assert (stuck.state, stuck.twice_at) == (RefundState.DONE, None)

    def test_above_the_limit_who_asked_for_the_account_does_not_transfer(
        self, stuck, now, settings
    ):
        settings.REFUND_LIMIT_FEN = 999
        refunds.ask_for_account(refund_id=stuck.pk, actor=ANNA, at=now)
        with pytest.raises(refunds.SecondPerson):
            refunds.pay_out(refund_id=stuck.pk, reference="T-77", actor=ANNA, at=now)
        stuck.refresh_from_db()
        assert (stuck.state, ledger.balance("bank:payouts")) == (RefundState.FAILED, 0)

        refunds.pay_out(refund_id=stuck.pk, reference="T-77", actor=BEN, at=now)
        assert ledger.balance("bank:payouts") == -1000

    def test_two_transfers_of_one_order_add_up(self, paid, stuck, now, settings):
        settings.REFUND_LIMIT_FEN = 1500
        refunds.cancel(
            order=paid, parts={paid.lines.get().pk: ["p1"]}, shown_fen=1000, actor="guest:a",
            reason="BUYER", at=now,
        )  # fmt: skip
        outbox.drain(at=now)
        other = Refund.objects.latest("pk")
        for refund in (stuck, other):
            refunds.ask_for_account(refund_id=refund.pk, actor=ANNA, at=now)
        refunds.pay_out(refund_id=stuck.pk, reference="T-77", actor=ANNA, at=now)

        with pytest.raises(refunds.SecondPerson):
            refunds.pay_out(refund_id=other.pk, reference="T-78", actor=ANNA, at=now)
        assert ledger.balance("bank:payouts") == -1000
