"""What kafka-python administers."""

from contextlib import closing

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType, NewPartitions, NewTopic

SECONDS = 30


def configs(responses):
    ((code, message, _, _, entries),) = responses[0].resources
    assert code == 0, message
    return {entry[0]: entry[1] for entry in entries}


class Administration:
    deletes_groups = True

    def __init__(self, server):
        self.server = server
        # Two seconds to find out what a broker knows are too few on a busy machine.
        self.found = {
            "bootstrap_servers": server, "api_version_auto_timeout_ms": SECONDS * 1000}

    def admin(self):
        return closing(KafkaAdminClient(**self.found))

    def create(self, topic, partitions):
        with self.admin() as admin:
            admin.create_topics([NewTopic(topic, partitions, 1)])

    def delete(self, topic):
        with self.admin() as admin:
            admin.delete_topics([topic])

    def grow(self, topic, partitions):
        with self.admin() as admin:
            admin.create_partitions({topic: NewPartitions(partitions)})

    def topics(self):
        with self.admin() as admin:
            return admin.list_topics()

    def partitions(self, topic):
        with self.admin() as admin:
            return len(admin.describe_topics([topic])[0]["partitions"])

    def configure(self, topic, name, value):
        with self.admin() as admin:
            answer = admin.alter_configs(
                [ConfigResource(ConfigResourceType.TOPIC, topic, {name: value})])
            assert answer.resources[0][0] == 0, answer

    def configs(self, topic):
        with self.admin() as admin:
            return configs(
                admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)]))

    def broker_configs(self):
        with self.admin() as admin:
            broker = str(admin.describe_cluster()["brokers"][0]["node_id"])
            return configs(
                admin.describe_configs([ConfigResource(ConfigResourceType.BROKER, broker)]))

    def groups(self):
        with self.admin() as admin:
            return [name for name, _ in admin.list_consumer_groups()]

    def group_state(self, group):
        with self.admin() as admin:
            return admin.describe_consumer_groups([group])[0].state.upper()

    def group_offsets(self, group):
        with self.admin() as admin:
            found = admin.list_consumer_group_offsets(group)
        return {(place.topic, place.partition): value.offset for place, value in found.items()}

    def delete_group(self, group):
        with self.admin() as admin:
            ((_, error),) = admin.delete_consumer_groups([group])
            assert error.errno == 0, error
