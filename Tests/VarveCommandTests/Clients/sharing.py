"""What the share consumer of confluent-kafka does with a queue: sharing.py HOST:PORT PAGE COUNT.

COUNT records go through five consumers at once; the server must allow locks of 2 seconds and of 10
minutes. Prints a line for each step, `ok STEP` or `FAILED STEP: why`.
"""

import sys
import time

from expectation import expect, run
from shares import SECONDS, Queue, Worker, commit, consumer, gather, poll

CONSUMERS = 5


def join(address):
    queue = Queue(address, "queue-join")
    queue.configure("joined")
    queue.produce(map(str, range(10)))
    share = consumer(address, "joined")
    share.subscribe([queue.topic])
    values, end = [], time.time() + 60
    while len(values) < 10 and time.time() < end:
        values += [message.value().decode() for message in poll(share)]
    commit(share)
    share.close()
    expect(sorted(values), sorted(map(str, range(10))))


def each_once(address):
    count = int(sys.argv[3])
    queue = Queue(address, "queue-once")
    queue.configure("once")
    queue.produce(map(str, range(count)))
    workers = [Worker(queue, "once") for _ in range(CONSUMERS)]
    taken = gather(workers, count, time.time() + SECONDS)
    for worker in workers:
        worker.kill()
    expect([len(taken), taken.total()], [count, count])


def redeliver(address, name, lock, kills):
    """How long after it was produced a record came a second time, by the server's clock, and how
    often its lock was over. Who had it first was there before."""
    queue = Queue(address, f"queue-{name}")
    queue.configure(name, share_record_lock_duration_ms=str(lock), varve_trace_enable="true")
    holder = Worker(queue, name, "hold")
    try:
        queue.produce(map(str, range(20)))
        held = gather([holder], 1, time.time() + SECONDS)
        assert held, "the first consumer got nothing"
        # However busy the machine is, the second one has time enough.
        queue.configure(name, share_record_lock_duration_ms="600000")
        if kills:
            holder.kill()
        heir = Worker(queue, name)
        taken = gather([heir], 20, time.time() + SECONDS)
        heir.kill()
    finally:
        holder.kill()
    expect(dict(taken), {str(number): 1 for number in range(20)})
    offset = min(map(int, held))
    (produced,) = queue.times(offset, "produce")
    return queue.times(offset, "fetch")[-1] - produced, len(queue.times(offset, "timeout"))


def killed(address):
    """Its locks go with its connection, or else when they are over."""
    waited, timeouts = redeliver(address, "killed", 600_000, kills=True)
    assert waited < 600_000, waited
    expect(timeouts, 0)


def silent(address):
    """It is there and never says what became of its records, which are others' after the lock."""
    waited, timeouts = redeliver(address, "silent", 2000, kills=False)
    assert waited >= 2000, waited
    expect(timeouts, 1)


if __name__ == "__main__":
    run([join, each_once, killed, silent], sys.argv[1])
