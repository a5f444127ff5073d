"""`up` from its first line to its last: what it prints, what it serves, and how it ends."""

from __future__ import annotations

import json
import os
import signal
import urllib.parse
import urllib.request
from pathlib import Path

from config import processes
from tests.up.conftest import IS_ROOT, Person, Up, command, descendants, none_runs, wait_for


def test_it_prints_its_address_serves_says_where_it_runs_and_ends(settled: Person, socket_enabled):
    with settled.up() as site:
        second = settled.run("up", "--port", "1")
        marks = site.marks()

        assert f"quanyu is at {site.url}/" in site.printed()
        assert site.status("/zh-hans/") == 200
        assert second.returncode == 1
        assert second.stdout.startswith(f"quanyu already runs in this folder: {site.url}. End it")
        assert len(second.stdout.splitlines()) == 1
        assert "No directory at" not in (settled.data / "web.log").read_text()
        assert (owner(child(site, "/bin/postgres -D ")) == 0) is False
        assert (owner(child(site, "granian")) == 0) is IS_ROOT

        assert site.end(signal.SIGTERM) == 0
        assert wait_for(lambda: none_runs(marks), within_s=2)
        assert not (settled.data / "run.json").exists()


def test_every_process_shows_its_health_and_one_id_leads_from_a_post_to_the_workers_log(
    settled: Person, socket_enabled
):
    with settled.up() as site:
        running = json.loads((settled.data / "run.json").read_text())
        assert wait_for(lambda: read(f"http://{running['watch']['worker']}/healthz"), within_s=30)
        assert wait_for(lambda: read(f"http://{running['watch']['beat']}/healthz"), within_s=30)
        assert read(f"{running['env']['SANDBOX_PROVIDER_URL']}/healthz") == "ok"
        assert "sandbox_notices_waiting 0" in read(
            f"{running['env']['SANDBOX_PROVIDER_URL']}/metrics"
        )

        number = ask_for_a_code(site.url)

        assert wait_for(lambda: number in (settled.data / "worker.log").read_text(), within_s=30)
        assert f'"request_id":"{number}"' in (settled.data / "web.log").read_text()
        counts = read(f"{site.url}/metrics")
        assert (
            'quanyu_requests_total{route="identity:sign-in",method="POST",status="302"} 1' in counts
        )
        assert "quanyu_events_total{" in read(f"http://{running['watch']['worker']}/metrics")


def read(url: str) -> str:
    """What stands at an address; empty while nobody is well there."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - our own address
            return answer.read().decode()
    except OSError:
        return ""


def ask_for_a_code(site: str) -> str:
    """A person asks to sign in: the number of their request."""
    jar = urllib.request.HTTPCookieProcessor()
    browser = urllib.request.build_opener(jar)
    browser.open(f"{site}/en/me/sign-in/", timeout=20).read()
    token = next(cookie.value for cookie in jar.cookiejar if "csrf" in cookie.name)
    body = urllib.parse.urlencode({"csrfmiddlewaretoken": token, "phone": "16100000001"}).encode()
    post = urllib.request.Request(f"{site}/en/me/sign-in/", body)  # noqa: S310 - our own address
    with urllib.request.build_opener(jar, Still()).open(post, timeout=20) as answer:
        assert answer.status == 302
        return str(answer.headers["X-Request-Id"])


class Still(urllib.request.HTTPErrorProcessor):
    """Follows nothing: the first answer is the one that was asked for."""

    def http_response(self, request, response):
        return response


def test_an_ordinary_user_runs_it_from_a_fresh_folder_and_ends_it_with_ctrl_c(ordinary: Person):
    with ordinary.up() as site:
        marks = site.marks()

        assert {owner(int(mark.split()[0])) for mark in marks} == {ordinary.data.stat().st_uid}
        assert ordinary.data.stat().st_uid != 0
        assert site.status("/zh-hans/") == 200

        assert site.end(signal.SIGINT, group=True) == 0
        assert wait_for(lambda: none_runs(marks), within_s=2)
        assert site.printed().rstrip().endswith("Ending …")


def test_killed_it_leaves_nothing_and_starts_again(settled: Person, socket_enabled):
    with settled.up() as site:
        marks = site.marks()
        assert len(marks) > 15
        site.end(signal.SIGKILL)
        assert wait_for(lambda: none_runs(marks), within_s=10)
        assert (settled.data / "run.json").exists()

    with settled.up() as again:
        assert again.status("/zh-hans/") == 200
        assert again.end(signal.SIGTERM) == 0


def test_what_ends_by_itself_is_started_again(settled: Person, socket_enabled):
    with settled.up() as site:
        words = ("granian", "app worker ", "/bin/postgres -D ", "valkey-server")
        killed = [child(site, each) for each in words]
        for pid in killed:
            os.kill(pid, signal.SIGKILL)
        assert wait_for(lambda: not any(processes.mark(pid) for pid in killed))

        assert wait_for(lambda: site.is_whole() and site.answers("/readyz"), within_s=30)
        assert all(f"{name} has ended" in site.printed() for name in ("web", "worker"))
        assert all(
            f"{name} had ended and was started again" in site.printed()
            for name in ("PostgreSQL", "Valkey")
        )


def test_the_web_is_rolled_on_a_signal_without_a_gap(settled: Person, socket_enabled):
    with settled.up() as site:
        old = [pid for pid in descendants(site.process.pid) if "granian" in command(pid)]
        os.kill(site.process.pid, signal.SIGUSR1)

        def is_rolled() -> bool:
            assert site.status("/healthz") == 200
            web = [pid for pid in descendants(site.process.pid) if "granian" in command(pid)]
            return len(web) == 3 and set(web) & set(old) == {min(old)}

        assert wait_for(is_rolled, within_s=40)


def child(site: Up, words: str) -> int:
    """The first process of the site with these words on its command line."""
    return min(pid for pid in descendants(site.process.pid) if words in command(pid))


def owner(pid: int) -> int:
    return Path(f"/proc/{pid}").stat().st_uid
