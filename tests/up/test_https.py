"""`up --https`: the site over TLS, its cookies for TLS only, and no promise that outlives the certificate."""

from __future__ import annotations

import http.client
import re
import ssl
from pathlib import Path

from tests.up.conftest import Person


def test_phones_of_the_network_reach_it_over_tls(me: Person) -> None:
    with me.up("--https") as site:
        found = re.search(r"quanyu is at https://([\d.]+):(\d+)/", site.printed())
        assert found, site.printed()
        authority = me.data / "https/authority.pem"
        trust = ssl.create_default_context(cafile=str(authority))

        for host in {found[1], "127.0.0.1"}:
            link = http.client.HTTPSConnection(host, int(found[2]), timeout=10, context=trust)
            link.request("GET", "/zh-hans/staff/")
            answer = link.getresponse()
            answer.read()
            cookies = " ".join(answer.headers.get_all("Set-Cookie", []))
            assert answer.status == 200
            assert "__Host-csrf" in cookies
            assert cookies.count("Secure") == cookies.count("Path=/") > 0
            assert "Strict-Transport-Security" not in answer.headers
            link.request("GET", "/gate/authority.crt")
            assert link.getresponse().read() == Path(authority).read_bytes()
            link.close()
        assert "SHA-256 fingerprint" in site.printed()
