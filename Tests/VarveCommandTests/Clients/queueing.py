"""What makes a queue of a share group, for the share consumer of confluent-kafka: queueing.py
HOST:PORT PAGE.

Configs of the group and headers of records say it, which every client can set. Times are the
server's own, of what it has written down. Prints a line for each step, `ok STEP` or `FAILED STEP:
why`.
"""

import datetime
import sys
import time

from confluent_kafka import AcknowledgeType, Consumer, TopicPartition
from confluent_kafka.admin import NewTopic
from expectation import expect, run
from shares import Queue, commit, consumer, poll

SECONDS = 60
ACCEPT, RELEASE, REJECT = (
    AcknowledgeType.ACCEPT, AcknowledgeType.RELEASE, AcknowledgeType.REJECT)


def handle(queue, group, count, outcome):
    """Takes records until `count` deliveries are done with; gives their values in turn.
    `outcome` says what becomes of a message."""
    share = consumer(queue.address, group, "explicit")
    share.subscribe([queue.topic])
    taken, end = [], time.time() + SECONDS
    while len(taken) < count and time.time() < end:
        for message in poll(share):
            share.acknowledge(message, outcome(message))
            taken.append(message.value().decode())
        commit(share)
    share.close()
    return taken


def delayed(address):
    queue = Queue(address, "queue-delayed")
    queue.configure("delayed", varve_queue_enable="true", varve_trace_enable="true")
    at = int(time.time() * 1000) + 1500
    queue.produce(["at"], {"varve.deliver.at": str(at)})
    queue.produce(["after"], {"varve.delay.ms": "700"})
    queue.produce(["now"])
    taken = handle(queue, "delayed", 3, lambda _: ACCEPT)
    expect(sorted(taken), ["after", "at", "now"])
    (written,), (after,), (of,) = [
        queue.times(1, "produce"), queue.times(1, "fetch"), queue.times(0, "fetch")]
    assert after >= written + 700, [written, after]
    assert of >= at, [at, of]


def backed_off(address):
    queue = Queue(address, "queue-backed-off")
    queue.configure(
        "backed-off", varve_queue_enable="true", varve_trace_enable="true",
        varve_retry_delay_ms="200", varve_retry_backoff="exponential")
    queue.produce(["again"])
    taken = handle(
        queue, "backed-off", 4,
        lambda message: RELEASE if message.delivery_count() < 4 else ACCEPT)
    expect(taken, ["again"] * 4)
    steps = queue.trace(0)
    fetched = [step["time"] for step in steps if step["step"] == "fetch"]
    due = [time_of(step["detail"]) for step in steps if step["step"] == "delay"]
    expect([len(fetched), len(due)], [4, 3])
    # Each delay is from a release, which came after the time when the record was due before.
    before = queue.times(0, "produce")[0]
    for delay, moment, fetch in zip([200, 400, 800], due, fetched[1:]):
        assert fetch >= moment >= before + delay, [delay, due, fetched]
        before = moment


def time_of(detail):
    text = detail.removeprefix("not before ").replace("Z", "+00:00")
    return round(datetime.datetime.fromisoformat(text).timestamp() * 1000)


def dead_letters(address):
    queue = Queue(address, "queue-failing")
    for future in queue.admin.create_topics([NewTopic("queue-failing.dead", 1, 1)]).values():
        future.result()
    queue.configure(
        "failing", varve_queue_enable="true", share_delivery_count_limit="2",
        errors_deadletterqueue_topic_name="queue-failing.dead")
    queue.produce(["poison"], {"kind": "x"}, key="k")
    queue.produce(["failing"])
    queue.produce(["unreadable"], {"varve.priority": "32"})
    queue.produce(["stale"], {"varve.expires.at": "1"})
    queue.produce(["good"])
    outcomes = {"poison": REJECT, "failing": RELEASE, "good": ACCEPT}
    taken = handle(
        queue, "failing", 4, lambda message: outcomes[message.value().decode()])
    expect(sorted(taken), ["failing", "failing", "good", "poison"])
    letters = {letter.value().decode(): letter for letter in read(address, 4)}
    words = {value: header(letter, "varve.dead.reason") for value, letter in letters.items()}
    expect(words, {
        "poison": "rejected", "failing": "attempts", "unreadable": "header", "stale": "expired"})
    poison = letters["poison"]
    expect(
        [poison.key(), header(poison, "kind"), header(poison, "__dlq.errors.topic"),
         header(poison, "__dlq.errors.offset"), header(poison, "__dlq.errors.group")],
        [b"k", "x", "queue-failing", "0", "failing"])


def read(address, count):
    """What the topic of dead letters has, once there is as much in it."""
    reader = Consumer({"bootstrap.servers": address, "group.id": "letters"})
    reader.assign([TopicPartition("queue-failing.dead", 0, 0)])
    letters, end = [], time.time() + SECONDS
    while len(letters) < count and time.time() < end:
        letters += [letter for letter in reader.consume(count, 1) if not letter.error()]
    reader.close()
    return letters


def header(letter, name):
    return dict(letter.headers())[name].decode()


if __name__ == "__main__":
    run([delayed, backed_off, dead_letters], sys.argv[1])
