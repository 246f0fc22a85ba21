"""What the share consumer of confluent-kafka does with a queue: sharing.py HOST:PORT PAGE COUNT.

COUNT records go through five consumers at once; the server must allow locks of 2 seconds. Prints a
line for each step, `ok STEP` or `FAILED STEP: why`. Each consumer is a process of its own, so that
one can be killed.
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
CONSUMERS = 5


def expect(found, expected):
    if found != expected:
        raise AssertionError(f"{found!r} instead of {expected!r}")


def consumer(address, group, mode="implicit"):
    return ShareConsumer(
        {"bootstrap.servers": address, "group.id": group, "share.acknowledgement.mode": mode})


# MARK: A consumer of its own

def work(address, group, topic, mode):
    """Takes records and says which: a line of JSON for each poll, once they are acknowledged, or as
    soon as they are there where the mode is "hold"; then it waits to be killed."""
    share = consumer(address, group, "implicit" if mode == "accept" else "explicit")
    share.subscribe([topic])
    print("[]", flush=True)
    while True:
        messages = [m for m in share.poll(timeout=1.0) if not m.error()]
        if not messages:
            continue
        values = [m.value().decode() for m in messages]
        if mode == "accept":
            failures = share.commit_sync(60) or {}
            assert not any(failures.values()), failures
        print(json.dumps(values), flush=True)
        if mode == "hold":
            time.sleep(SECONDS)


class Worker:
    def __init__(self, address, group, topic, mode="accept"):
        self.process = subprocess.Popen(
            [sys.executable, __file__, address, "", "", group, topic, mode],
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


# MARK: Steps

class Queue:
    def __init__(self, address, topic):
        self.address, self.topic = address, topic
        self.admin = AdminClient({"bootstrap.servers": address})

    def create(self):
        for future in self.admin.create_topics([NewTopic(self.topic, 1, 1)]).values():
            future.result()

    def configure(self, group, **configs):
        entries = [
            ConfigEntry(name.replace("_", "."), value,
                        incremental_operation=AlterConfigOpType.SET)
            for name, value in configs.items()]
        resource = ConfigResource(ConfigResource.Type.GROUP, group, incremental_configs=entries)
        for future in self.admin.incremental_alter_configs([resource]).values():
            future.result()

    def produce(self, count, prefix=""):
        producer = Producer({"bootstrap.servers": self.address, "linger.ms": 20})
        for number in range(count):
            while True:
                try:
                    producer.produce(self.topic, f"{prefix}{number}")
                    break
                except BufferError:
                    producer.poll(0.1)
        expect(producer.flush(SECONDS), 0)


def join(address):
    queue = Queue(address, "queue-join")
    queue.create()
    queue.configure("joined", share_auto_offset_reset="earliest")
    queue.produce(10)
    share = consumer(address, "joined")
    share.subscribe([queue.topic])
    values, end = [], time.time() + 60
    while len(values) < 10 and time.time() < end:
        values += [m.value().decode() for m in share.poll(timeout=1.0) if not m.error()]
    failures = share.commit_sync(60) or {}
    share.close()
    expect([sorted(values), any(failures.values())], [sorted(str(n) for n in range(10)), False])


def each_once(address):
    count = int(sys.argv[3])
    queue = Queue(address, "queue-once")
    queue.create()
    queue.configure("once", share_auto_offset_reset="earliest")
    queue.produce(count)
    workers = [Worker(address, "once", queue.topic) for _ in range(CONSUMERS)]
    taken = gather(workers, count, time.time() + SECONDS)
    for worker in workers:
        worker.kill()
    expect([len(taken), taken.total()], [count, count])


def killed(address):
    queue = Queue(address, "queue-killed")
    queue.create()
    queue.configure(
        "killed", share_auto_offset_reset="earliest", share_record_lock_duration_ms="2000")
    queue.produce(20)
    holder = Worker(address, "killed", queue.topic, "hold")
    held = gather([holder], 1, time.time() + 60)
    assert held, "the first consumer got nothing"
    holder.kill()
    heir = Worker(address, "killed", queue.topic)
    taken = gather([heir], 20, time.time() + SECONDS)
    heir.kill()
    expect(dict(taken), {str(number): 1 for number in range(20)})


STEPS = [join, each_once, killed]


def main():
    if sys.argv[4:]:
        return work(sys.argv[1], *sys.argv[4:])
    for step in STEPS:
        name = step.__name__.replace("_", " ")
        try:
            step(sys.argv[1])
            print("ok", name, flush=True)
        except Exception as error:
            print(f"FAILED {name}: {type(error).__name__}: {error}", flush=True)


if __name__ == "__main__":
    main()
