"""What every client has to manage against a server: scenarios.py CLIENT HOST:PORT.

Prints a line for each scenario, `ok NAME` or `FAILED NAME: why`. The modules beside this one put
each client behind the same few calls.
"""

import importlib
import sys
import time

TOPIC = "numbers"
PARTITIONS = 3


def expect(found, expected):
    if found != expected:
        raise AssertionError(f"{found!r} instead of {expected!r}")


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


def three_members(client):
    expect(client.share(TOPIC, "three", members=3), [1, 1, 1])


def two_after_one_left(client):
    expect(sorted(client.share(TOPIC, "two", members=3, leaving=1)), [1, 2])


def find_by_time(client):
    before = int(time.time() * 1000)
    client.produce(TOPIC, ["stamped"], partition=0)
    offset, end = client.offset_at(TOPIC, 0, before), client.end(TOPIC, 0)
    expect(offset, end - 1)


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
    create_and_list, produce_and_consume, go_on_where_the_group_was, three_members,
    two_after_one_left, find_by_time, transactions, offsets_in_transactions,
    fence_the_older_producer,
]


def main():
    client = importlib.import_module(sys.argv[1]).Client(sys.argv[2])
    for scenario in SCENARIOS:
        name = scenario.__name__.replace("_", " ")
        try:
            scenario(client)
            print("ok", name, flush=True)
        except Exception as error:
            print(f"FAILED {name}: {type(error).__name__}: {error}", flush=True)


if __name__ == "__main__":
    main()
