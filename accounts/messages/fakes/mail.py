"""A mail server's stand-in: so much of RFC 5321 as a client needs. Keeps what it was given in memory."""

from __future__ import annotations

import socketserver
import threading
from collections import deque
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

_MOST_KEPT, _LONGEST_LINE = 1000, 2000


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as it came: the envelope's recipients, and the message."""

    to: tuple[str, ...]
    message: EmailMessage


@dataclass
class Faults:
    """What it does wrong: ``down`` hangs up, ``refuse`` answers so much to RCPT, ``lose`` not to DATA.

    ``lose`` takes that many mails and hangs up before it says so.
    """

    down: bool = False
    refuse: int = 0
    lose: int = 0


class MailServer(socketserver.ThreadingTCPServer):
    """Listens on a loopback port of its own choice."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        super().__init__((host, port), _Talk)
        self.kept: deque[Mail] = deque(maxlen=_MOST_KEPT)
        self.faults = Faults()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])

    def start(self) -> None:
        """Answer from a thread until it is closed."""
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Hang up."""
        self.shutdown()
        self.server_close()


@dataclass
class _Envelope:
    to: list[str] = field(default_factory=list)


class _Talk(socketserver.StreamRequestHandler):
    """One connection: HELO, MAIL, RCPT, DATA, QUIT and little else."""

    server: MailServer

    def handle(self) -> None:
        if self.server.faults.down:
            return
        self.envelope = _Envelope()
        self._say("220 stand-in")
        while line := self.rfile.readline(_LONGEST_LINE):
            verb, _blank, rest = line.decode("ascii", "replace").strip().partition(" ")
            if not self._answer(verb.upper(), rest):
                return

    def _answer(self, verb: str, rest: str) -> bool:
        """Answer one command; False hangs up."""
        if verb == "QUIT":
            self._say("221 bye")
            return False
        if verb == "RCPT":
            return self._recipient(rest)
        if verb == "DATA":
            return self._take()
        known = verb in ("HELO", "EHLO", "MAIL", "RSET", "NOOP")
        self._say("250 good" if known else "502 unknown")
        return True

    def _recipient(self, rest: str) -> bool:
        if code := self.server.faults.refuse:
            self._say(f"{code} not here")
        else:
            self.envelope.to.append(rest.partition("<")[2].partition(">")[0])
            self._say("250 good")
        return True

    def _take(self) -> bool:
        self._say("354 go on")
        lines: list[bytes] = []
        while (line := self.rfile.readline(_LONGEST_LINE)) and line != b".\r\n":
            lines.append(line[1:] if line.startswith(b".") else line)
        read = message_from_bytes(b"".join(lines), policy=policy.default)
        assert isinstance(read, EmailMessage)
        self.server.kept.append(Mail(tuple(self.envelope.to), read))
        self.envelope = _Envelope()
        if self.server.faults.lose:
            self.server.faults.lose -= 1
            return False
        self._say("250 kept")
        return True

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())
