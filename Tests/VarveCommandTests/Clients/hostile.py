"""What a hostile client does to a server: hostile.py ATTACK PORT [COUNT]. Python's own modules do.

Says what came of it, a line that the test knows, and ends.
"""

import socket
import struct
import sys
import threading
import time
import zlib

HOST = "127.0.0.1"
SECONDS = 300


def connect(port):
    return socket.create_connection((HOST, port), SECONDS)


def text(value):
    return struct.pack(">h", len(value)) + value.encode()


def frame(key, version, body, correlation=1):
    request = struct.pack(">hhi", key, version, correlation) + text("hostile") + body
    return struct.pack(">i", len(request)) + request


def answer(connection):
    """The body of the next answer; nothing where the server has ended the connection."""
    try:
        length = connection.recv(4, socket.MSG_WAITALL)
        return connection.recv(struct.unpack(">i", length)[0], socket.MSG_WAITALL)[4:]
    except (ConnectionError, struct.error):
        return b""


def is_ended(connection):
    try:
        while connection.recv(1 << 16):
            pass
    except ConnectionError:
        pass
    return True


def at_once(count, work):
    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def oversized(port, count):
    """Claims frames of 2 GB."""
    for _ in range(count):
        connection = connect(port)
        connection.sendall(b"\x7f\xff\xff\xff")
        assert is_ended(connection)
    return f"{count} ended"


def halves(port, count):
    """Sends halves of requests and falls silent."""
    connections = [connect(port) for _ in range(count)]
    for connection in connections:
        connection.sendall(frame(18, 0, b"")[:9])
    ended = sum(is_ended(connection) for connection in connections)
    return f"{ended} ended"


def silent(port, count):
    """Connects and says nothing."""
    connections = [connect(port) for _ in range(count)]
    ended = sum(is_ended(connection) for connection in connections)
    return f"{ended} ended"


def tiny(port, count):
    """Sends small requests as fast as it can, thousands before their answers: `count`, or those of
    two seconds where that is zero."""
    connection = connect(port)
    taken = [0]
    sender = threading.Thread(target=hurry, args=(connection, count, taken))
    sender.start()
    answers = connection.makefile("rb", buffering=1 << 20)
    correlation = 1
    while correlation != LAST:
        length, correlation = struct.unpack(">ii", answers.read(8))
        answers.read(length - 4)
        taken[0] += 1
    sender.join()
    return f"{taken[0]} answered"


LAST = 2


def hurry(connection, count, taken):
    requests, sent = frame(18, 0, b"") * 1000, 0
    end = time.time() + (SECONDS if count else 2)
    while time.time() < end and (sent < count or not count):
        connection.sendall(requests)
        sent += 1000
        # What lies in the system's buffers would be answered long after the two seconds.
        while sent - taken[0] > 4000:
            time.sleep(0.001)
    connection.sendall(frame(18, 0, b"", LAST))


def unread(port, count):
    """Asks for all that the topic `large` has, over and over, and takes nothing of it."""
    partition = struct.pack(">iqi", 0, 0, 1 << 20)
    fetch = frame(1, 4, struct.pack(">iiiib", -1, 0, 1, 1 << 20, 0)
                  + struct.pack(">i", 1) + text("large") + struct.pack(">i", 1) + partition)
    connections = []
    for _ in range(count):
        connection = connect(port)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(fetch * 100)
        connections.append(connection)
    ended = sum(is_gone(connection, fetch) for connection in connections)
    return f"{ended} ended"


def is_gone(connection, request):
    """Known without reading: what is sent to a server that has given up comes back."""
    try:
        while True:
            try:
                connection.send(request, socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL)
            except BlockingIOError:
                pass
            time.sleep(0.05)
    except ConnectionError:
        return True


def bomb(port, count):
    """Sends batches that are small and stand for 128 MiB; before them one for what is allowed."""
    assert produce(port, bomb_batch(24 << 20)) == 0
    codes, batch = [], bomb_batch(128 << 20)
    at_once(count, lambda: codes.append(produce(port, batch)))
    return f"{count} refused" if set(codes) == {10} else f"codes {codes}"


def produce(port, batch):
    partition = struct.pack(">ii", 0, len(batch)) + batch
    connection = connect(port)
    connection.sendall(frame(
        0, 7, struct.pack(">hhi", -1, -1, 30_000) + struct.pack(">i", 1) + text("large")
        + struct.pack(">i", 1) + partition))
    return struct.unpack(">h", answer(connection)[4 + 7 + 4 + 4:][:2])[0]


def bomb_batch(size):
    record = b"\x00\x00\x00\x01" + varint(size)
    body = varint(len(record) + size + 1) + record
    press = zlib.compressobj(9, zlib.DEFLATED, 31)
    parts = [press.compress(body)]
    zeros = bytes(1 << 20)
    for _ in range(size >> 20):
        parts.append(press.compress(zeros))
    parts += [press.compress(b"\x00"), press.flush()]
    now = int(time.time() * 1000)
    checked = struct.pack(">hiqqqhii", 1, 0, now, now, -1, -1, -1, 1) + b"".join(parts)
    rest = struct.pack(">ibI", -1, 2, crc32c(checked)) + checked
    return struct.pack(">qi", 0, len(rest)) + rest


def varint(value):
    value, encoded = value << 1, b""
    while value > 127:
        encoded += bytes([value & 127 | 128])
        value >>= 7
    return encoded + bytes([value])


def crc32c(data):
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        table.append(byte)
    value = 0xFFFFFFFF
    for byte in data:
        value = value >> 8 ^ table[(value ^ byte) & 255]
    return value ^ 0xFFFFFFFF


def passwords(port, count):
    """Guesses passwords, twenty at a time."""
    refused = []

    def guess():
        for number in range(count // 20):
            connection = connect(port)
            connection.sendall(frame(17, 1, text("PLAIN")))
            assert answer(connection)
            token = b"\x00admin\x00guess%d" % number
            connection.sendall(frame(36, 0, struct.pack(">i", len(token)) + token))
            code = struct.unpack(">h", answer(connection)[:2])[0]
            refused.append(code == 58 and is_ended(connection))

    at_once(20, guess)
    return f"{sum(refused)} refused"


if __name__ == "__main__":
    attack, port, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    print(globals()[attack](port, count))
