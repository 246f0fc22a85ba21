"""Members of a group, each on a thread of its own, for clients that block."""

import threading
import time

SECONDS = 60


def share(make, members, leaving, partitions):
    """The sorted numbers of partitions that members own once all are owned and nobody has none."""
    owned = [0] * members
    leave = [threading.Event() for _ in range(members)]

    def run(index):
        member = make()
        while not leave[index].is_set():
            member.poll()
            owned[index] = member.owned()
        owned[index] = 0
        member.close()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(members)]
    for thread in threads:
        thread.start()
    try:
        settle(owned, members, partitions)
        for index in range(leaving):
            leave[index].set()
            threads[index].join()
        return settle(owned, members - leaving, partitions)
    finally:
        for event in leave:
            event.set()
        for thread in threads:
            thread.join()


def settle(owned, members, partitions):
    end = time.time() + SECONDS
    while time.time() < end:
        having = sorted(count for count in owned if count > 0)
        if len(having) == members and sum(having) == partitions:
            return having
        time.sleep(0.05)
    raise AssertionError(f"the group did not come to rest: {owned}")
