"""Two stages that each consume, transform and produce in transactions, of which many are aborted at
random: chain.py HOST:PORT FOLDER SECONDS. There are the topics in, middle and out.

FOLDER/aborted has the names of the transactions that were not to be seen, FOLDER/seen what a
read-committed reader saw of the last topic, as offsets and values. A value is the transaction's name
and the number that went in. Says how many numbers went in, once all have come out.
"""

import random
import sys
import threading
import time

from confluent_kafka import Consumer, Producer, TopicPartition

ADDRESS, FOLDER, DURATION = sys.argv[1], sys.argv[2], float(sys.argv[3])
# The server is in the tests' own process, where all other tests compete with it.
SECONDS = 600


class Stage:
    def __init__(self, source, target, notes):
        self.source, self.target, self.notes = source, target, notes
        self.random = random.Random(target)
        self.number = 0
        self.consumer = Consumer(
            {"bootstrap.servers": ADDRESS, "group.id": target, "auto.offset.reset": "earliest",
             "isolation.level": "read_committed", "enable.auto.commit": False})
        self.consumer.subscribe([source])
        self.begin_anew()

    def begin_anew(self):
        """A new producer, which ends what the one before has left open."""
        self.producer = Producer(
            {"bootstrap.servers": ADDRESS, "transactional.id": self.target, "linger.ms": 0,
             "transaction.timeout.ms": SECONDS * 1000})
        self.producer.init_transactions(SECONDS)

    def run(self, is_over):
        while not is_over.is_set():
            messages = self.consumer.consume(self.random.randint(1, 100), 0.1)
            messages = [message for message in messages if not message.error()]
            if messages:
                self.transact(messages)
        self.consumer.close()

    def transact(self, messages):
        self.number += 1
        name = f"{self.target}-{self.number}"
        (end,) = self.random.choices(["commit", "abort", "leave"], [6, 3, 1])
        if self.number == 1:
            end = "abort"
        if end != "commit":
            self.notes.write(f"{name}\n")
            self.notes.flush()
        self.producer.begin_transaction()
        for message in messages:
            number = message.value().decode().split()[-1]
            self.producer.produce(self.target, f"{name} {number}")
        self.producer.send_offsets_to_transaction(
            self.consumer.position(self.consumer.assignment()),
            self.consumer.consumer_group_metadata(), SECONDS)
        if end == "commit":
            return self.producer.commit_transaction(SECONDS)
        assert self.producer.flush(SECONDS) == 0
        if end == "abort":
            self.producer.abort_transaction(SECONDS)
        else:
            self.begin_anew()
        self.rewind(messages)

    def rewind(self, messages):
        first = {}
        for message in messages:
            first.setdefault(message.partition(), message.offset())
        for partition, offset in first.items():
            self.consumer.seek(TopicPartition(self.source, partition, offset))


def fill():
    """Sends numbers for as long as was asked; gives how many there were."""
    failures = []
    producer = Producer({"bootstrap.servers": ADDRESS, "linger.ms": 1})
    count, end = 0, time.time() + DURATION
    while time.time() < end:
        producer.produce(
            "in", str(count), partition=count % 2,
            on_delivery=lambda error, _: failures.append(error) if error else None)
        count += 1
        producer.poll(0.002)
    assert producer.flush(SECONDS) == 0 and not failures, failures
    return count


def read(seen, numbers, is_over):
    consumer = Consumer(
        {"bootstrap.servers": ADDRESS, "group.id": "reader", "enable.auto.commit": False,
         "isolation.level": "read_committed"})
    consumer.assign([TopicPartition("out", 0, 0)])
    while not is_over.is_set():
        for message in consumer.consume(1_000, 0.1):
            if message.error():
                assert message.error().retriable(), message.error()
                continue
            value = message.value().decode()
            seen.write(f"{message.offset()} {value}\n")
            numbers.add(int(value.split()[-1]))
    consumer.close()


def main():
    is_over, numbers = threading.Event(), set()
    with open(f"{FOLDER}/aborted", "w") as notes, open(f"{FOLDER}/seen", "w") as seen:
        stages = [Stage("in", "middle", notes), Stage("middle", "out", notes)]
        threads = [threading.Thread(target=stage.run, args=(is_over,)) for stage in stages]
        threads.append(threading.Thread(target=read, args=(seen, numbers, is_over)))
        for thread in threads:
            thread.start()
        try:
            count = fill()
            end = time.time() + 4 * (SECONDS + DURATION)
            while len(numbers) < count and time.time() < end:
                time.sleep(0.05)
        finally:
            is_over.set()
            for thread in threads:
                thread.join()
    print(count)


main()
