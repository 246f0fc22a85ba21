"""confluent-kafka pushes its metrics, as it does without being told: telemetry.py HOST:PORT PAGE.

Its admin client knows no resources of client metrics, so the request is put together here:
IncrementalAlterConfigs, version 0.
"""

import struct
import sys
import urllib.request

from confluent_kafka import Producer
from wire import ask, text

ADDRESS, PAGE = sys.argv[1:3]
CONFIGS = {"interval.ms": "500", "metrics": "*", "match": "client_id=pushing"}


def subscribe():
    configs = b"".join(
        text(name) + struct.pack(">b", 0) + text(value) for name, value in CONFIGS.items())
    resource = struct.pack(">b", 16) + text("all") + struct.pack(">i", len(CONFIGS)) + configs
    answer = ask(ADDRESS, 44, 0, struct.pack(">i", 1) + resource + struct.pack(">?", False))
    _, count, code = struct.unpack(">iih", answer[:10])
    assert (count, code) == (1, 0), code


def lines(metric):
    page = urllib.request.urlopen(PAGE).read().decode()
    return [line for line in page.splitlines() if line.startswith(metric + "{")]


subscribe()
producer = Producer({"bootstrap.servers": ADDRESS, "client.id": "pushing"})
silent = Producer({"bootstrap.servers": ADDRESS, "client.id": "silent"})
for each in producer, silent:
    each.produce("pushed", b"x")
    assert each.flush(60) == 0
# Each turn waits for the client, two minutes in all at most.
for _ in range(240):
    producer.poll(0.5)
    metrics = lines("varve_client_metric")
    if metrics:
        break
assert all('client_id="pushing"' in line for line in metrics), metrics
names = ["connection.creation.total", "produce.throttle.time.avg", "record.queue.time.max"]
for name in names:
    if any(f'metric="org.apache.kafka.producer.{name}"' in line for line in metrics):
        print(f"pushed {name}")
pushes = [line for line in lines("varve_client_pushes_total") if 'client_id="pushing"' in line]
assert len(pushes) == 1 and "confluent-kafka-python" in pushes[0], pushes
print("pushed by confluent-kafka-python")
