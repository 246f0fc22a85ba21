"""What confluent-kafka administers."""

from confluent_kafka import ConsumerGroupTopicPartitions
from confluent_kafka.admin import (
    AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, NewPartitions, NewTopic)

SECONDS = 30


def results(futures):
    return [future.result(SECONDS) for future in futures.values()]


class Administration:
    deletes_groups = True

    def __init__(self, server):
        self.server = server
        self.address = {"bootstrap.servers": server}
        self.admin = AdminClient(self.address)

    def create(self, topic, partitions):
        results(self.admin.create_topics([NewTopic(topic, partitions, 1)]))

    def delete(self, topic):
        results(self.admin.delete_topics([topic]))

    def grow(self, topic, partitions):
        results(self.admin.create_partitions([NewPartitions(topic, partitions)]))

    def topics(self):
        return list(self.admin.list_topics(timeout=SECONDS).topics)

    def partitions(self, topic):
        return len(self.admin.list_topics(topic, timeout=SECONDS).topics[topic].partitions)

    def configure(self, topic, name, value):
        entry = ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET)
        resource = ConfigResource(
            ConfigResource.Type.TOPIC, topic, incremental_configs=[entry])
        results(self.admin.incremental_alter_configs([resource]))

    def configs(self, topic):
        return self.describe(ConfigResource(ConfigResource.Type.TOPIC, topic))

    def broker_configs(self):
        (broker,) = self.admin.list_topics(timeout=SECONDS).brokers
        return self.describe(ConfigResource(ConfigResource.Type.BROKER, str(broker)))

    def describe(self, resource):
        (found,) = results(self.admin.describe_configs([resource]))
        return {name: entry.value for name, entry in found.items()}

    def groups(self):
        found = self.admin.list_consumer_groups().result(SECONDS)
        assert not found.errors, found.errors
        return [group.group_id for group in found.valid]

    def group_state(self, group):
        (found,) = results(self.admin.describe_consumer_groups([group]))
        return found.state.name

    def group_offsets(self, group):
        asked = ConsumerGroupTopicPartitions(group)
        (found,) = results(self.admin.list_consumer_group_offsets([asked]))
        return {
            (place.topic, place.partition): place.offset for place in found.topic_partitions}

    def delete_group(self, group):
        results(self.admin.delete_consumer_groups([group]))
