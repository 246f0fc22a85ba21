"""Scenarios of groups: who joins, leaves, is killed or comes back, and what each owns then."""

import members
from expectation import expect

TOPIC = "numbers"
PARTITIONS = 3


def three_members(client):
    expect(client.share(TOPIC, "three", members=3), [1, 1, 1])


def two_after_one_left(client):
    expect(sorted(client.share(TOPIC, "two", members=3, leaving=1)), [1, 2])


def each_assignor(client):
    for assignor in client.assignors:
        owned = client.share(TOPIC, f"by-{assignor}", members=3, leaving=1, assignor=assignor)
        expect([assignor, sorted(owned)], [assignor, [1, 2]])


def two_after_one_was_killed(client):
    for assignor in client.assignors if client.is_long else client.assignors[:1]:
        killed(client, f"killed-{assignor}", assignor)


def killed(client, group, assignor):
    # The one that is killed is missed soon, and the others are not, however busy the machine is.
    processes = [
        members.Process(client, TOPIC, group, assignor=assignor, session=session)
        for session in (client.shortest_session, 30_000, 30_000)]
    try:
        owned = lambda: [len(process.owned) for process in processes]
        members.rest(owned, 3, PARTITIONS)
        processes[0].kill()
        expect(members.rest(owned, 2, PARTITIONS), [1, 2])
    finally:
        for process in processes:
            process.kill()


def a_static_member_comes_back(client):
    """It owns what it owned before, and the others notice nothing."""
    def member(name):
        return members.Process(client, TOPIC, "static", instance=name, session=30_000)

    first, second = member("first"), member("second")
    try:
        members.rest(lambda: [len(first.owned), len(second.owned)], 2, PARTITIONS)
        owned, before = first.owned, second.assignments
        first.close()
        first = member("first")
        members.rest(lambda: [len(first.owned), len(second.owned)], 2, PARTITIONS)
        expect([first.owned, second.assignments], [owned, before])
    finally:
        first.kill()
        second.kill()


SCENARIOS = [
    three_members, two_after_one_left, each_assignor, two_after_one_was_killed,
    a_static_member_comes_back,
]
