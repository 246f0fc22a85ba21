"""A client of librdkafka under load, which notes what it asks for, before it does, and what it is
told.

load.py idempotent|transactional ADDRESS FOLDER    writes until there is a file FOLDER/stop
load.py read ADDRESS FOLDER                        prints the offsets and values that are committed
"""

import os
import sys
import time

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
            notes.add("acked", message.value().decode(), message.offset())

    number = 0
    while not notes.must_stop and not failures:
        while len(client) < 100:
            notes.add("sent", number)
            client.produce(TOPIC, str(number), on_delivery=delivered)
            number += 1
        client.poll(0)
        # As many as a reader can catch up with.
        time.sleep(0.02)
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
            notes.add(transaction(client, notes, number), number)
        except KafkaException as error:
            # Only a new client finds out, and what became of it is not known.
            assert error.args[0].fatal(), error
            notes.add("unknown", number)
            client = None
        number += 1


def transaction(client, notes, number):
    aborts = number % 3 == 2

    def delivered(error, message):
        if not error:
            notes.add("acked", message.value().decode(), message.offset())

    try:
        notes.add("began", number)
        client.begin_transaction()
        for index in range(RECORDS):
            notes.add("sent", f"{number}:{index}")
            client.produce(TOPIC, f"{number}:{index}", on_delivery=delivered)
        if not aborts:
            notes.add("committing", number)
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


def read(address, _):
    consumer = Consumer(
        {"bootstrap.servers": address, "group.id": "check", "enable.auto.commit": False,
         "isolation.level": "read_committed", "enable.partition.eof": True})
    # What comes while it reads is left for the next time.
    _, end = consumer.get_watermark_offsets(TopicPartition(TOPIC, 0), 60)
    consumer.assign([TopicPartition(TOPIC, 0, 0)])
    offset = 0
    while offset < end - 1:
        for message in consumer.consume(1_000, 1):
            if message.error() and message.error().code() == KafkaError._PARTITION_EOF:
                offset = end
            elif not message.error():
                offset = message.offset()
                print(offset, message.value().decode())
    consumer.close()


if __name__ == "__main__":
    work, server, folder = sys.argv[1:]
    {"idempotent": idempotent, "transactional": transactional, "read": read}[work](
        server, Notes(folder))
