"""Three programs that know nothing of each other but the topics between them: relay.py a|b|c
HOST:PORT FOLDER.

a sends numbers until there is a file FOLDER/stop, notes how many are acknowledged in FOLDER/noted,
a line each, and says how many it sent and how many failed. b copies them to another topic; c writes
what comes out to FOLDER/arrived. b and c commit what they are done with, and may be killed.
"""

import os
import sys

from confluent_kafka import Consumer, Producer

SECONDS = 60
ROLE, ADDRESS, FOLDER = sys.argv[1:]


def send():
    failures = []
    with open(f"{FOLDER}/noted", "a", buffering=1) as notes:
        def delivered(error, message):
            if error:
                failures.append(error)
            else:
                notes.write(message.value().decode() + "\n")

        producer = Producer({"bootstrap.servers": ADDRESS, "linger.ms": 1})
        count = 0
        while not os.path.exists(f"{FOLDER}/stop"):
            producer.produce("first", str(count), on_delivery=delivered)
            count += 1
            producer.poll(0.001)
        failures += [None] * producer.flush(SECONDS)
    print(count, len(failures))


def receive(topic):
    """Messages of a topic, each group of them committed once the caller is done with it."""
    consumer = Consumer(
        {"bootstrap.servers": ADDRESS, "group.id": ROLE, "group.instance.id": ROLE,
         "auto.offset.reset": "earliest", "enable.auto.commit": False})
    consumer.subscribe([topic])
    while True:
        messages = [each for each in consumer.consume(100, 0.1) if not each.error()]
        if messages:
            yield [message.value() for message in messages]
            consumer.commit(asynchronous=False)


def copy():
    producer = Producer({"bootstrap.servers": ADDRESS, "linger.ms": 1})
    for values in receive("first"):
        for value in values:
            producer.produce("second", value)
        assert producer.flush(SECONDS) == 0


def arrive():
    with open(f"{FOLDER}/arrived", "a", buffering=1) as notes:
        for values in receive("second"):
            notes.write("".join(f"{value.decode()}\n" for value in values))


{"a": send, "b": copy, "c": arrive}[ROLE]()
