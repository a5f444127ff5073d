"""What every service that issues invoices keeps to: once for a number, and nothing believed blindly."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bookings.invoices.services import FileKind, Outcome, ServiceDown
from kernel import clock
from tests.contracts.invoices.conftest import plain

LOST = ("drop_reply", "error_after_success")


def test_an_invoice_is_issued_with_a_number_a_moment_and_its_sum(party, service, wanted):
    answer = service.issue(wanted)

    assert answer.outcome is Outcome.ISSUED
    assert answer.serial.isdecimal()
    assert answer.total_fen == wanted.total_fen == 20_601
    assert abs((answer.issued_at - clock.now()).total_seconds()) < 60
    assert len(party.issued()) == 1


def test_asked_again_it_is_the_same_one(party, service, wanted):
    first, again = service.issue(wanted), service.issue(wanted)

    assert (again, service.fetch(wanted)) == (first, first)
    assert len(party.issued()) == 1


def test_a_number_that_nobody_asked_for_is_unknown(service, wanted):
    assert service.fetch(wanted).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("fault", LOST)
def test_a_lost_answer_leaves_one_invoice_that_is_found(party, service, wanted, fault):
    party.faults(**{fault: 1})
    with pytest.raises(ServiceDown):
        service.issue(wanted)

    assert service.fetch(wanted).outcome is Outcome.ISSUED
    assert service.issue(wanted).outcome is Outcome.ISSUED
    assert len(party.issued()) == 1


def test_a_failure_before_the_deed_leaves_none(party, service, wanted):
    party.faults(refuse=1)
    with pytest.raises(ServiceDown):
        service.issue(wanted)

    assert party.issued() == []
    assert service.fetch(wanted).outcome is Outcome.UNKNOWN


def test_what_takes_its_time_is_pending_until_it_is_there(party, service, wanted):
    party.faults(pending=2)

    outcomes = [service.issue(wanted).outcome, *(service.fetch(wanted).outcome for _ in range(2))]

    assert outcomes == [Outcome.PENDING, Outcome.PENDING, Outcome.ISSUED]


@pytest.mark.parametrize("fault", ["no", "fail"])
def test_a_no_says_why(party, service, wanted, fault):
    party.faults(**{fault: 1})

    answer = service.issue(wanted)

    assert answer.outcome is Outcome.FAILED
    assert answer.why
    assert party.issued() == []


def test_who_does_not_know_the_secret_gets_nothing(party, wanted):
    with pytest.raises(ServiceDown):
        party.forger().issue(wanted)
    other = replace(wanted, seller=replace(wanted.seller, access_token="another"))
    with pytest.raises(ServiceDown):
        party.service().issue(other)

    assert party.issued() == []


@pytest.mark.parametrize(
    "rows",
    [
        (plain(1, 10_600, 700),),
        (plain(1, 10_600, 500),),
        (),
    ],
)
def test_wrong_sums_are_not_issued(party, service, wanted, rows):
    assert service.issue(replace(wanted, rows=rows)).outcome is Outcome.FAILED
    assert party.issued() == []


@pytest.mark.parametrize(
    "name", ["<b>&amp;\"'", "x' OR '1'='1", "公司\N{GRINNING FACE}", "n" * 100]
)
def test_a_hostile_name_goes_through_as_it_is(party, service, wanted, name):
    answer = service.issue(replace(wanted, buyer=replace(wanted.buyer, name=name)))

    assert answer.outcome is Outcome.ISSUED
    assert party.issued()[0]["buyer"] == name
    assert service.download(answer.files[FileKind.XML])


def test_every_form_of_it_is_delivered(service, wanted):
    files = service.issue(wanted).files

    found = {kind: service.download(url) for kind, url in files.items()}

    assert found[FileKind.PDF].startswith(b"%PDF-")
    assert found[FileKind.OFD].startswith(b"PK")
    assert found[FileKind.XML].startswith(b"<?xml")


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:1/x", "http://169.254.169.254/latest", "file:///etc/passwd", "https://evil.org/a.pdf",
     "https://nuonuo.com.evil.org/a", "https://evilnuonuo.com/a", "http://inv.jss.com.cn/a", "", "x"],
)  # fmt: skip
def test_a_file_is_fetched_from_the_service_only(service, url):
    with pytest.raises(ServiceDown):
        service.download(url)


def test_a_red_letter_takes_back_a_part_and_names_the_invoice(party, service, red):
    answer = service.issue(red)

    blue, made = party.issued()
    assert answer.outcome is Outcome.ISSUED
    assert (answer.total_fen, answer.serial) == (-5300, made["serial"])
    assert made["reddens"] == blue["serial"] == red.reddens
    assert blue["total"] == "206.01"


@pytest.mark.parametrize("calls", [0, 1, 2])
def test_a_red_letter_whose_answer_was_lost_is_one(party, service, red, calls):
    """Whichever of the questions and the deed it was the answer to."""
    party.lose_after(calls)
    with pytest.raises(ServiceDown):
        service.issue(red)

    first, again = service.issue(red), service.issue(red)

    assert (first, first.outcome) == (again, Outcome.ISSUED)
    assert len(party.issued()) == 2


def test_more_than_the_invoice_is_not_taken_back(party, service, red):
    first = service.issue(red)
    second = replace(red, number="QY0000000000000003", rows=(plain(1, -5301, -300),))

    assert first.outcome is Outcome.ISSUED
    assert service.issue(second).outcome is Outcome.FAILED
    assert len(party.issued()) == 2


def test_a_discounted_row_is_taken_back_without_its_discount(party, service, red):
    both = (plain(1, -10_600, -600), plain(2, -10_000, -566), plain(4, -1, 0))

    assert service.issue(replace(red, rows=both)).total_fen == -20_601


def test_one_that_does_not_answer_is_left_alone(party, service, wanted):
    party.faults(down=1)
    for _time in range(6):
        with pytest.raises(ServiceDown):
            service.issue(wanted)

    assert party.desk.calls == []
