"""An address that somebody gave us is never one of our own network."""

from __future__ import annotations

import socket

import pytest

from kernel import http

NEVER = [
    "http://push.example.net/x", "https://push.example.net:8443/x", "https://localhost/x",
    "https://127.0.0.1/x", "https://10.0.0.1/", "https://2130706433/", "https://0x7f000001/",
    "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://169.254.169.254/latest/meta-data/",
    "https://user:word@push.example.net/", "https://push.example.net@10.0.0.1/", "ftp://example.net/",
    "//push.example.net/", "https:///x", "https://例子.中国/", "https://push.example.net:99999/", "",
]  # fmt: skip
INSIDE = [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.1",
    "224.0.0.1", "::1", "fe80::1%eth0", "fc00::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1", "2001:db8::1",
]  # fmt: skip


@pytest.mark.parametrize("url", NEVER)
def test_what_can_never_be_public_is_not_taken(url):
    with pytest.raises(http.NotPublic):
        http.check_public(url)


def test_a_public_https_name_is():
    assert http.check_public("https://fcm.googleapis.com/fcm/send/x") == "fcm.googleapis.com"
    assert http.check_public("https://web.push.apple.com:443/x") == "web.push.apple.com"


@pytest.mark.parametrize("address", INSIDE)
def test_a_name_that_leads_inside_is_not_spoken_to(monkeypatch, address):
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14", 443))]
    found.append((socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, 443)))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_words, **_more: found)

    with pytest.raises(http.NotPublic):
        http.send_public("POST", "https://push.example.net/x", b"", {})


def test_what_was_looked_at_is_what_is_connected_to(monkeypatch):
    """A name server that answers otherwise the next time leads nowhere else."""
    answers, spoken = ["93.184.215.14", "127.0.0.1"], []

    def look_up(*_words: object, **_more: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (answers.pop(0), 443))]

    def connect(address: tuple[str, int], _timeout: float) -> socket.socket:
        spoken.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(socket, "create_connection", connect)

    with pytest.raises(http.NoAnswer):
        http.send_public("POST", "https://push.example.net/x", b"", {})

    assert spoken == [("93.184.215.14", 443)]
    assert answers == ["127.0.0.1"]
