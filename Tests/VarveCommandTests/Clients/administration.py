"""Scenarios of administration: topics, configs and groups. What a client cannot do, it leaves."""

from expectation import expect


def grow_a_topic(client):
    client.create("grown", 1)
    client.grow("grown", 4)
    expect(client.partitions("grown"), 4)


def delete_a_topic(client):
    client.delete("grown")
    expect("grown" in client.topics(), False)


def configure_a_topic(client):
    client.create("configured", 1)
    client.configure("configured", "retention.ms", "86400001")
    found = client.configs("configured")
    expect([found["retention.ms"], found["cleanup.policy"]], ["86400001", "delete"])


def describe_the_broker(client):
    found = client.broker_configs()
    expect([found["log.segment.bytes"], found["auto.create.topics.enable"]], ["1073741824", "true"])


def list_and_describe_groups(client):
    expect("readers" in client.groups(), True)
    expect(client.group_state("readers"), "EMPTY")


def offsets_of_a_group(client):
    client.create("counted", 1)
    client.produce("counted", ["a", "b", "c"], partition=0)
    client.consume("counted", "counters", 3)
    expect(client.group_offsets("counters"), {("counted", 0): 3})


def delete_a_group(client):
    if client.deletes_groups:
        client.delete_group("counters")
        expect("counters" in client.groups(), False)


SCENARIOS = [
    grow_a_topic, delete_a_topic, configure_a_topic, describe_the_broker,
    list_and_describe_groups, offsets_of_a_group, delete_a_group,
]
