"""confluent-kafka above its quotas: throttled.py HOST:PORT PAGE.

No client of PyPI sets quotas, so the request is put together here: AlterClientQuotas, version 0.
"""

import struct
import sys

from confluent_kafka import Consumer, Producer
from wire import ask, text

SECONDS = 60
ADDRESS = sys.argv[1]


def set_quota(key, value):
    entity = struct.pack(">i", 1) + text("user") + text("ANONYMOUS")
    operations = struct.pack(">i", 1) + text(key) + struct.pack(">d?", value, False)
    answer = ask(
        ADDRESS, 49, 0, struct.pack(">i", 1) + entity + operations + struct.pack(">?", False))
    _, count, code = struct.unpack(">iih", answer[:10])
    assert (count, code) == (1, 0), code


def produce(waits):
    producer = Producer({
        "bootstrap.servers": ADDRESS,
        "throttle_cb": lambda event: waits.append(event.throttle_time)})
    for _ in range(4):
        producer.produce("throttled", b"x" * 60_000)
        assert producer.flush(SECONDS) == 0


def consume(waits):
    consumer = Consumer({
        "bootstrap.servers": ADDRESS, "group.id": "throttled", "auto.offset.reset": "earliest",
        "throttle_cb": lambda event: waits.append(event.throttle_time)})
    consumer.subscribe(["throttled"])
    sizes = []
    while len(sizes) < 4 or not waits:
        message = consumer.poll(SECONDS)
        if message is None:
            break
        if not message.error():
            sizes.append(len(message.value()))
    consumer.close()
    assert sizes == [60_000] * 4, sizes


for key, work in [("producer_byte_rate", produce), ("consumer_byte_rate", consume)]:
    waits = []
    set_quota(key, 100_000)
    work(waits)
    # 0 says that it is over.
    assert waits and max(waits) > 0, waits
    print(f"told to wait by {key}")
