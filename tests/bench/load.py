"""A closed-loop HTTP load on loopback: many connections, each with one request on its way."""

from __future__ import annotations

import selectors
import socket
import time

CONNECTIONS = 64


class Load:
    """One request, sent again and again; every answer must have the status ``wanted``."""

    def __init__(self, port: int, path: str, key: str, body: bytes, wanted: int) -> None:
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {key}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self._request = head.encode() + body
        self._wanted = f"HTTP/1.1 {wanted} ".encode()
        self._port = port

    def run(self, seconds: float) -> tuple[float, float]:
        """Answers per second, and the slowest hundredth's latency in seconds."""
        selector = selectors.DefaultSelector()
        sent: dict[socket.socket, float] = {}
        for _ in range(CONNECTIONS):
            connection = socket.create_connection(("127.0.0.1", self._port))
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            selector.register(connection, selectors.EVENT_READ)
            connection.sendall(self._request)
            sent[connection] = time.perf_counter()
        began = time.perf_counter()
        latencies = self._loop(selector, sent, began + seconds)
        took = time.perf_counter() - began
        for connection in sent:
            connection.close()
        latencies.sort()
        return len(latencies) / took, latencies[int(len(latencies) * 0.99)]

    def _loop(
        self, selector: selectors.BaseSelector, sent: dict[socket.socket, float], end: float
    ) -> list[float]:
        latencies: list[float] = []
        while True:
            for key, _ in selector.select():
                connection = key.fileobj
                assert isinstance(connection, socket.socket)
                self._check(connection.recv(65536))
                now = time.perf_counter()
                latencies.append(now - sent[connection])
                if now >= end:
                    return latencies
                sent[connection] = now
                connection.sendall(self._request)

    def _check(self, answer: bytes) -> None:
        if not answer.startswith(self._wanted) or b"\r\n\r\n" not in answer:
            raise SystemExit(f"an unexpected answer: {answer[:300]!r}")
