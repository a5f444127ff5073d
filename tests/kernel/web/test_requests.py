from datetime import date

import pytest
from django.test import RequestFactory, override_settings

from kernel.errors import BadInput
from kernel.web import requests


def ip(forwarded: str | None, *, hops: int, peer: str = "10.0.0.1") -> str:
    headers = {} if forwarded is None else {"x-forwarded-for": forwarded}
    request = RequestFactory().get("/", REMOTE_ADDR=peer, headers=headers)
    with override_settings(TRUSTED_PROXY_HOPS=hops):
        return requests.client_ip(request)


def test_without_a_proxy_of_ours_the_header_means_nothing() -> None:
    assert ip("1.2.3.4", hops=0) == "10.0.0.1"


def test_each_trusted_hop_counts_from_the_right() -> None:
    assert ip("6.6.6.6, 1.2.3.4", hops=1) == "1.2.3.4"
    assert ip("6.6.6.6, 1.2.3.4, 10.0.0.2", hops=2) == "1.2.3.4"


def test_a_short_chain_gives_its_first_entry() -> None:
    assert ip("1.2.3.4", hops=2) == "1.2.3.4"


@pytest.mark.parametrize("forged", ["unknown", "1.2.3.4.5", "1.2.3.4:80", "<script>", " , "])
def test_an_unreadable_entry_falls_back_to_the_peer(forged: str) -> None:
    assert ip(forged, hops=1) == "10.0.0.1"


def test_one_address_has_one_spelling() -> None:
    assert ip("2001:DB8:0::1", hops=1) == "2001:db8::1"


def test_a_whole_number_is_read_within_its_bounds() -> None:
    assert requests.whole("9", field="people", least=1, most=9) == 9
    assert requests.whole("-3", field="offset", least=-5) == -3


@pytest.mark.parametrize(
    "wrong",
    ["", "1.0", "1e3", " 1", "1 ", "+1", "١", "NaN", "0x1", "1_0", "9" * 5000, "-1", "\0", None, 1],
)
def test_anything_else_is_bad_input(wrong: object) -> None:
    with pytest.raises(BadInput) as refused:
        requests.whole(wrong, field="people")

    assert refused.value.field == "people"


def test_a_number_beyond_the_database_is_bad_input() -> None:
    assert requests.whole(str(2**63 - 1), field="id") == 2**63 - 1
    with pytest.raises(BadInput):
        requests.whole(str(2**63), field="id")


def test_a_day_is_read_from_iso_only() -> None:
    assert requests.day("2026-10-24", field="day") == date(2026, 10, 24)


@pytest.mark.parametrize("wrong", ["20261024", "2026-W43-6", "2026-02-30", "0000-01-01", "", None])
def test_no_other_day_is_read(wrong: object) -> None:
    with pytest.raises(BadInput):
        requests.day(wrong, field="day")
