"""Share consumers of confluent-kafka and the queues that they work on, for other scripts.

shares.py HOST:PORT GROUP TOPIC MODE is a consumer in a process of its own, so that it can be
killed. It takes records and says which: a line of JSON for each poll, once they are acknowledged,
or as soon as they are there where the mode is "hold"; then it waits for its end.
"""

import collections
import json
import os
import selectors
import signal
import subprocess
import sys
import time

from confluent_kafka import Producer, ShareConsumer
from confluent_kafka.admin import (
    AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, NewTopic)

SECONDS = 300


def consumer(address, group, mode="implicit"):
    return ShareConsumer(
        {"bootstrap.servers": address, "group.id": group, "share.acknowledgement.mode": mode})


def poll(share):
    return [message for message in share.poll(timeout=1.0) if not message.error()]


def commit(share):
    failures = share.commit_sync(60) or {}
    assert not any(failures.values()), failures


def work(address, group, topic, mode):
    share = consumer(address, group, "implicit" if mode == "accept" else "explicit")
    share.subscribe([topic])
    print("[]", flush=True)
    while True:
        values = [message.value().decode() for message in poll(share)]
        if not values:
            continue
        if mode == "accept":
            commit(share)
        print(json.dumps(values), flush=True)
        if mode == "hold":
            time.sleep(SECONDS)


class Worker:
    def __init__(self, queue, group, mode="accept"):
        self.process = subprocess.Popen(
            [sys.executable, __file__, queue.address, group, queue.topic, mode],
            stdout=subprocess.PIPE, text=True)
        self.lines = self.process.stdout

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def gather(workers, count, end):
    """What workers say they took, until there are `count` or it is `end`."""
    selector = selectors.DefaultSelector()
    for worker in workers:
        os.set_blocking(worker.lines.fileno(), False)
        selector.register(worker.lines, selectors.EVENT_READ, worker)
    taken = collections.Counter()
    rest = {worker: "" for worker in workers}
    while taken.total() < count and time.time() < end:
        for key, _ in selector.select(0.5):
            chunk = key.fileobj.read()
            if not chunk:
                selector.unregister(key.fileobj)
                continue
            lines = (rest[key.data] + chunk).split("\n")
            rest[key.data] = lines.pop()
            for line in lines:
                taken.update(json.loads(line))
    return taken


class Queue:
    """A topic of one partition, and what is configured and told of its groups."""

    def __init__(self, address, topic):
        self.address, self.topic = address, topic
        self.admin = AdminClient({"bootstrap.servers": address})
        for future in self.admin.create_topics([NewTopic(topic, 1, 1)]).values():
            future.result()

    def configure(self, group, **configs):
        configs["share_auto_offset_reset"] = "earliest"
        entries = [
            ConfigEntry(name.replace("_", "."), value,
                        incremental_operation=AlterConfigOpType.SET)
            for name, value in configs.items()]
        resource = ConfigResource(ConfigResource.Type.GROUP, group, incremental_configs=entries)
        for future in self.admin.incremental_alter_configs([resource]).values():
            future.result()

    def produce(self, values, headers=None, key=None):
        producer = Producer({"bootstrap.servers": self.address, "linger.ms": 20})
        for value in values:
            while True:
                try:
                    producer.produce(self.topic, value, key=key, headers=headers)
                    break
                except BufferError:
                    producer.poll(0.1)
        assert producer.flush(SECONDS) == 0

    def trace(self, offset):
        """What the server has written down of a record, with its own clock: `varve trace`."""
        place = f"{self.topic}/0@{offset}"
        told = subprocess.run(
            ["varve", "trace", place, "--at", self.address, "--json"],
            stdout=subprocess.PIPE, check=True).stdout
        (steps,) = [stop["steps"] for stop in json.loads(told) if stop["place"] == place]
        return steps

    def times(self, offset, step):
        return [each["time"] for each in self.trace(offset) if each["step"] == step]


if __name__ == "__main__":
    work(*sys.argv[1:])
