"""What every client has to manage against a server: scenarios.py HOST:PORT PAGE CLIENT long|short.

The modules beside this one put
each client behind the same few calls.
"""

import importlib
import sys
import time

import administration
import groups
from expectation import expect, run

TOPIC = groups.TOPIC
PARTITIONS = groups.PARTITIONS


def create_and_list(client):
    client.create(TOPIC, PARTITIONS)
    expect(TOPIC in client.topics(), True)


def produce_and_consume(client):
    written = []
    for acks in client.acks:
        for codec in client.codecs:
            values = [f"{acks} {codec} {number}" for number in range(50)]
            client.produce(TOPIC, values, acks=acks, codec=codec)
            written += values
    expect(sorted(client.consume(TOPIC, "readers", len(written))), sorted(written))


def go_on_where_the_group_was(client):
    values = [f"later {number}" for number in range(10)]
    client.produce(TOPIC, values, idempotent=True)
    expect(sorted(client.consume(TOPIC, "readers", len(values))), values)


def find_by_time(client):
    before = int(time.time() * 1000)
    client.produce(TOPIC, ["stamped"], partition=0)
    offset, end = client.offset_at(TOPIC, 0, before), client.end(TOPIC, 0)
    expect(offset, end - 1)


def consume_from_an_offset(client):
    client.create("places", 1)
    client.produce("places", [f"early {number}" for number in range(5)], partition=0)
    expect(client.read("places", 0, 3, 2), ["early 3", "early 4"])


def consume_from_a_time(client):
    # What was produced before has an earlier millisecond.
    time.sleep(0.002)
    now = int(time.time() * 1000)
    client.produce("places", ["late 0", "late 1"], partition=0)
    expect(client.read("places", 0, client.offset_at("places", 0, now), 2), ["late 0", "late 1"])


def transactions(client):
    client.create("committed", 1)
    client.transact("committed", ["a", "b"], "writer-1", commits=True)
    client.transact("committed", ["c"], "writer-2", commits=False)
    client.transact("committed", ["d"], "writer-3", commits=True)
    expect(client.read_committed("committed", 3), ["a", "b", "d"])


def offsets_in_transactions(client):
    client.transact("committed", ["e"], "writer-4", commits=False, offset=("moved", TOPIC, 0, 5))
    expect(client.committed("moved", TOPIC, 0), None)
    client.transact("committed", ["f"], "writer-5", commits=True, offset=("moved", TOPIC, 0, 7))
    expect(client.committed("moved", TOPIC, 0), 7)


def fence_the_older_producer(client):
    expect(client.is_fenced("committed", "writer-6"), True)


SCENARIOS = [
    create_and_list, produce_and_consume, go_on_where_the_group_was, *groups.SCENARIOS,
    find_by_time, consume_from_an_offset, consume_from_a_time, transactions,
    offsets_in_transactions, fence_the_older_producer, *administration.SCENARIOS,
]


def main():
    server, _, name, share = sys.argv[1:]
    client = importlib.import_module(name).Client(server)
    client.is_long = share == "long"
    run(SCENARIOS, client)


if __name__ == "__main__":
    main()
