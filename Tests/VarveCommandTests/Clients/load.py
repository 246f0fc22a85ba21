"""A client of librdkafka under load, which notes what it was told.

load.py idempotent|transactional ADDRESS FOLDER    writes until there is a file FOLDER/stop
load.py check ADDRESS FOLDER                       compares what is there with what was noted
"""

import os
import sys

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition

TOPIC = "load"
RECORDS = 5


class Notes:
    """Lines of a file, each there for others to see once it is written."""

    def __init__(self, folder):
        self.folder = folder
        self.file = open(f"{folder}/noted", "a", buffering=1)

    def add(self, *words):
        self.file.write(" ".join(map(str, words)) + "\n")

    @property
    def must_stop(self):
        return os.path.exists(f"{self.folder}/stop")


def producer(address, **more):
    return Producer(
        {"bootstrap.servers": address, "enable.idempotence": True, "linger.ms": 1,
         "reconnect.backoff.ms": 20, "reconnect.backoff.max.ms": 100, "retry.backoff.ms": 20,
         "message.timeout.ms": 600_000, **more})


def idempotent(address, notes):
    client = producer(address)
    failures = []

    def delivered(error, message):
        if error:
            failures.append(error)
        else:
            notes.add("acked", message.value().decode())

    number = 0
    while not notes.must_stop and not failures:
        while len(client) < 500:
            client.produce(TOPIC, str(number), on_delivery=delivered)
            number += 1
        client.poll(0.1)
    assert client.flush(300) == 0 and not failures, failures


def transactional(address, notes):
    client = None
    number = 0
    while not notes.must_stop:
        if client is None:
            client = producer(
                address, **{"transactional.id": "load", "transaction.timeout.ms": 600_000})
            client.init_transactions(300)
        try:
            notes.add(transaction(client, number), number)
        except KafkaException as error:
            # Only a new client finds out, and what became of it is not known.
            assert error.args[0].fatal(), error
            notes.add("unknown", number)
            client = None
        number += 1


def transaction(client, number):
    aborts = number % 3 == 2
    try:
        client.begin_transaction()
        for index in range(RECORDS):
            client.produce(TOPIC, f"{number}:{index}")
        if not aborts:
            again(client.commit_transaction)
            return "committed"
    except KafkaException as error:
        if not error.args[0].txn_requires_abort():
            raise
    again(client.abort_transaction)
    return "aborted"


def again(step):
    while True:
        try:
            return step(60)
        except KafkaException as error:
            if not error.args[0].retriable():
                raise


def read(address):
    consumer = Consumer(
        {"bootstrap.servers": address, "group.id": "check", "enable.auto.commit": False,
         "isolation.level": "read_committed", "enable.partition.eof": True})
    consumer.assign([TopicPartition(TOPIC, 0, 0)])
    while True:
        for message in consumer.consume(1_000, 1):
            if message.error() and message.error().code() == KafkaError._PARTITION_EOF:
                consumer.close()
                return
            if not message.error():
                yield message.value().decode()


def check(address, notes):
    noted = [line.split() for line in open(f"{notes.folder}/noted")]
    values = list(read(address))
    if noted[0][0] == "acked":
        print("acknowledged, in order, once:", values == [number for _, number in noted],
              "0 to the last:", values == [str(number) for number in range(len(values))])
        return
    fates = {int(number): fate for fate, number in noted}
    seen = {}
    for value in values:
        number, index = map(int, value.split(":"))
        seen.setdefault(number, []).append(index)
    whole = list(range(RECORDS))
    wrong = [
        (number, fate, seen.get(number)) for number, fate in fates.items()
        if seen.get(number, []) not in
        {"committed": [whole], "aborted": [[]], "unknown": [[], whole]}[fate]]
    print("transactions as noted:", not wrong and set(seen) <= set(fates))
    print(wrong[:10], file=sys.stderr)


if __name__ == "__main__":
    work, server, folder = sys.argv[1:]
    {"idempotent": idempotent, "transactional": transactional, "check": check}[work](
        server, Notes(folder))
