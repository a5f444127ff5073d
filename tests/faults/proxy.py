"""A small TCP proxy that can be slow, silent, rude or gone; placed between the app and a server."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from typing import TypeAlias

Target: TypeAlias = "str | tuple[str, int]"
_RESET = struct.pack("ii", 1, 0)


class Proxy:
    """Forwards 127.0.0.1:``port`` to ``target`` (a unix socket's path, or host and port).

    Set an attribute and it holds from the next bytes on; ``heal()`` sets all of them back.
    """

    def __init__(self, target: Target) -> None:
        self.target = target
        self.links: set[asyncio.StreamWriter] = set()
        self.heal()
        self.loop = asyncio.new_event_loop()
        ready = threading.Event()
        self.thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self.thread.start()
        ready.wait(10)

    def heal(self) -> None:
        """Forward everything at once again. Connections that were cut stay cut."""
        self.delay_s = 0.0
        """Every piece of a reply comes so much later."""
        self.drop_reply_after: int | None = None
        """Of each connection's further replies only so many bytes arrive; then it is cut."""
        self.is_black_hole = False
        """Everything is taken and nothing comes out: nobody is told."""
        self.is_refusing = False
        """New connections are cut at once."""

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def reset(self) -> None:
        """Cut every connection with a TCP reset."""
        self.loop.call_soon_threadsafe(self._reset_all)

    def close(self) -> None:
        """End the proxy."""
        self.reset()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(5)

    def _run(self, ready: threading.Event) -> None:
        asyncio.set_event_loop(self.loop)
        serving = asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=512)
        server = self.loop.run_until_complete(serving)
        self.port = int(server.sockets[0].getsockname()[1])
        ready.set()
        self.loop.run_forever()
        server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.links.add(writer)
        try:
            if self.is_refusing:
                return
            there_reader, there = await self._connect()
            self.links.add(there)
            await asyncio.gather(
                self._pump(reader, there, is_reply=False),
                self._pump(there_reader, writer, is_reply=True),
            )
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            _cut(writer)
            self.links.discard(writer)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if isinstance(self.target, str):
            return await asyncio.open_unix_connection(self.target)
        return await asyncio.open_connection(*self.target)

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, is_reply: bool
    ) -> None:
        replied = 0
        while data := await reader.read(65_536):
            while self.is_black_hole:
                await asyncio.sleep(0.02)
            if is_reply and self.delay_s:
                await asyncio.sleep(self.delay_s)
            if is_reply and self.drop_reply_after is not None:
                data = data[: max(0, self.drop_reply_after - replied)]
                replied += len(data)
            if not data:
                break
            writer.write(data)
            await writer.drain()
        with contextlib.suppress(OSError, RuntimeError):
            writer.close()
        self.links.discard(writer)

    def _reset_all(self) -> None:
        for link in list(self.links):
            _cut(link)
        self.links.clear()


def _cut(writer: asyncio.StreamWriter) -> None:
    """Close without a farewell."""
    with contextlib.suppress(OSError, RuntimeError):
        sock = writer.get_extra_info("socket")
        if sock is not None and sock.family == socket.AF_INET:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        writer.transport.abort()
