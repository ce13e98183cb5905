"""Receivers that take 50 ms for every message, however many come at once; a process of its own.

Prints its port, then after each line of input the number of messages taken, of those taken twice and, in seconds since
the epoch, when the last came. Ends with its input.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

DELAY = 0.05


class Sink:
    """What has been taken."""

    def __init__(self) -> None:
        self.keys: set[str] = set()
        self.taken = 0
        self.last = 0.0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer requests on one connection."""
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                fields = dict(line.split(": ", 1) for line in head.decode("latin-1").split("\r\n")[1:] if ": " in line)
                named = {name.lower(): value for name, value in fields.items()}
                await reader.readexactly(int(named["content-length"]))
                await asyncio.sleep(DELAY)
                self.taken += 1
                self.last = time.time()
                self.keys.add(named.get("x-watcher-delivery", ""))
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def figures(self) -> str:
        """One line."""
        return json.dumps({"taken": self.taken, "twice": self.taken - len(self.keys), "last": self.last})


async def main() -> None:
    """Serve until the input ends."""
    sink = Sink()
    server = await asyncio.start_server(sink.serve, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        if line.strip() == "forget":
            sink.keys.clear()
            sink.taken = 0
        print(sink.figures(), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
