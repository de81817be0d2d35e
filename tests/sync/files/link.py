"""A road between tablet and server that breaks: a small TCP proxy that cuts its connections."""

from __future__ import annotations

import selectors
import socket
import threading
import time
from contextlib import ExitStack

READ = 8 * 1024
BYTES_A_SECOND = 4_000_000


class FaultyLink:
    """Carries connections to a port of this machine at 32 Mbit/s, each until so many bytes passed.

    `bytes_up` counts all bytes taken from tablets, those of a cut connection that were not passed
    on included; `cuts` the connections that were cut.
    """

    def __init__(self, port: int, *, cut_after: int) -> None:
        self.target = ("127.0.0.1", port)
        self.cut_after = cut_after
        self.bytes_up = self.cuts = self.connections = 0
        self._stack = ExitStack()
        self._listener = self._stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        self._listener.settimeout(0.1)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._is_open = True
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def close(self) -> None:
        """Cut every connection and stop."""
        self._is_open = False
        for thread in self._threads:
            thread.join()
        self._stack.close()

    def _accept(self) -> None:
        while self._is_open:
            try:
                tablet, _ = self._listener.accept()
            except TimeoutError:
                continue
            self.connections += 1
            thread = threading.Thread(target=self._carry, args=[tablet])
            self._threads.append(thread)
            thread.start()

    def _carry(self, tablet: socket.socket) -> None:
        with (
            tablet,
            socket.create_connection(self.target) as server,
            self._watch(tablet, server) as watch,
        ):
            passed = 0
            while self._is_open:
                for key, _ in watch.select(0.1):
                    source: socket.socket = key.fileobj  # type: ignore[assignment]
                    try:
                        data = source.recv(READ)
                    except ConnectionError:
                        return
                    if not data:
                        return
                    if source is tablet:
                        with self._lock:
                            self.bytes_up += len(data)
                    passed += len(data)
                    time.sleep(len(data) / BYTES_A_SECOND)
                    if passed > self.cut_after:
                        self.cuts += 1
                        return
                    (server if source is tablet else tablet).sendall(data)

    def _watch(self, *sockets: socket.socket) -> selectors.BaseSelector:
        watch = selectors.DefaultSelector()
        for one in sockets:
            watch.register(one, selectors.EVENT_READ)
        return watch
