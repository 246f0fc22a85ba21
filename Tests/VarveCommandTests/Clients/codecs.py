"""Batches of every codec, each written by each client, read by all, kept bit for bit: codecs.py.

Serves the log of `VARVE_AT` to clients that come through a relay, which notes what goes each way.
Of each batch in the log all but its base offset and leader epoch, which the log assigns, must have
been sent so, and all of it must have come back so.
"""

import importlib
import os
import signal
import socket
import struct
import subprocess
import sys
import threading

CLIENTS = ["confluent", "kafka_python", "aio"]
CODECS = ["none", "gzip", "snappy", "lz4", "zstd"]
TOPIC = "codecs"
COUNT = 30


class Relay:
    """Passes connections on to a server, and notes the bytes of each direction."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]
        self.sent = []
        self.answered = []

    def lead(self, target):
        threading.Thread(target=self.accept, args=(target,), daemon=True).start()

    def accept(self, target):
        host, port = target.rsplit(":", 1)
        while True:
            client, _ = self.listener.accept()
            try:
                server = socket.create_connection((host, int(port)))
            except OSError:
                # The server has ended: librdkafka comes back to say goodbye.
                client.close()
                continue
            for source, sink, noted in (
                    (client, server, self.sent), (server, client, self.answered)):
                threading.Thread(
                    target=self.pump, args=(source, sink, noted), daemon=True).start()

    @staticmethod
    def pump(source, sink, noted):
        stream = bytearray()
        noted.append(stream)
        try:
            while data := source.recv(1 << 16):
                stream.extend(data)
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            # One side has cut the connection: the other is told.
            for side in (source, sink):
                side.close()


def batches(path):
    """The batches of a segment, each with its first offset, its codec's number and its bytes."""
    with open(path, "rb") as file:
        log = file.read()
    position = 0
    while position < len(log):
        first, length, _, _, _, attributes = struct.unpack_from(">qiibIh", log, position)
        yield first, attributes & 7, log[position:position + 12 + length]
        position += 12 + length


def was_sent(batch, streams):
    """Whether the bytes from the format's version on came from a client, behind the same length."""
    for stream in streams:
        place = stream.find(batch[16:])
        if place >= 16 and stream[place - 8:place - 4] == batch[8:12]:
            return True
    return False


def values(client, codec):
    # Long enough that a batch of one record shrinks, else clients send it as it is.
    return [f"{client} {codec} {number} " + "varve " * 60 for number in range(COUNT)]


def main():
    relay = Relay()
    server = subprocess.Popen(
        ["varve", "serve", "--listen", "127.0.0.1:0", "--advertise", relay.address,
         "--set", "group.initial.rebalance.delay.ms=0"], stderr=subprocess.PIPE, text=True)
    relay.lead(server.stderr.readline().split()[-1])
    clients = {name: importlib.import_module(name).Client(relay.address) for name in CLIENTS}
    clients["confluent"].create(TOPIC, 1)
    written = []
    for name, client in clients.items():
        for codec in CODECS:
            client.produce(TOPIC, values(name, codec), codec=codec, partition=0)
            written += values(name, codec)
    for name, client in clients.items():
        found = client.consume(TOPIC, f"readers of {name}", len(written))
        print("ok" if found == written else "FAILED", name, "reads all", flush=True)
    server.send_signal(signal.SIGTERM)
    server.wait()
    stored = list(batches(os.environ["VARVE_AT"] + f"/{TOPIC}-0/00000000000000000000.log"))
    wrong = [first for first, codec, _ in stored if codec != first // COUNT % len(CODECS)]
    print("FAILED" if wrong else "ok", "each codec is its producer's", *wrong)
    wrong = [first for first, _, batch in stored if not was_sent(batch, relay.sent)]
    print("FAILED" if wrong else "ok", "stored as sent", *wrong)
    wrong = [first for first, _, batch in stored
             if not any(batch in stream for stream in relay.answered)]
    print("FAILED" if wrong else "ok", "served as stored", *wrong)


if __name__ == "__main__":
    main()
