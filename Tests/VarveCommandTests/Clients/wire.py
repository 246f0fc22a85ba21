"""Requests that no client of PyPI sends, in versions without tags."""

import socket
import struct

SECONDS = 60


def text(value):
    return struct.pack(">h", len(value)) + value.encode()


def ask(address, key, version, body):
    """The body of the answer."""
    request = struct.pack(">hhi", key, version, 1) + text("wire.py") + body
    host, port = address.rsplit(":", 1)
    with socket.create_connection((host, int(port)), SECONDS) as server:
        server.sendall(struct.pack(">i", len(request)) + request)
        answer = server.makefile("rb")
        length, _ = struct.unpack(">ii", answer.read(8))
        return answer.read(length - 4)
