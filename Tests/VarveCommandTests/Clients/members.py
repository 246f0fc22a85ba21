"""Members of a group: on threads of their own, for clients that block, or in processes of their
own, so that one can be killed: members.py CLIENT HOST:PORT TOPIC GROUP OPTIONS is such a process."""

import importlib
import json
import subprocess
import sys
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
    return rest(lambda: owned, members, partitions)


def rest(owned, members, partitions):
    """The sorted numbers of partitions that members own once so many own so many."""
    end = time.time() + SECONDS
    while time.time() < end:
        having = sorted(count for count in owned() if count > 0)
        if len(having) == members and sum(having) == partitions:
            return having
        time.sleep(0.05)
    raise AssertionError(f"the group did not come to rest: {owned()}")


class Process:
    """A member in a process of its own: what it owns, and how often it was assigned something."""

    def __init__(self, client, topic, group, **options):
        self.owned, self.assignments = [], 0
        self.process = subprocess.Popen(
            [sys.executable, __file__, type(client).__module__, client.server, topic, group,
             json.dumps(options)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.listener = threading.Thread(target=self.listen)
        self.listener.start()

    def listen(self):
        for line in self.process.stdout:
            self.owned, self.assignments = json.loads(line)
        self.owned = []

    def kill(self):
        self.process.kill()
        self.end()

    def close(self):
        self.process.stdin.close()
        self.end()

    def end(self):
        self.process.wait()
        self.listener.join()


class Words:
    """Says what a member owns and how often it was assigned something, whenever that changes."""

    def __init__(self):
        self.said, self.assignments = None, 0

    def assigned(self):
        self.assignments += 1

    def owns(self, partitions):
        line = json.dumps([sorted(partitions), self.assignments])
        if line != self.said:
            self.said = line
            print(line, flush=True)


def main(client, server, topic, group, options):
    ended = threading.Event()

    def wait():
        sys.stdin.read()
        ended.set()

    # It ends with the process.
    threading.Thread(target=wait, daemon=True).start()
    importlib.import_module(client).Client(server).stay(
        topic, group, Words(), ended, **json.loads(options))


if __name__ == "__main__":
    main(*sys.argv[1:])
