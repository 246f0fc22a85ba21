"""What aiokafka administers."""

import asyncio
import contextlib

from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

SECONDS = 30


def waiting(function):
    """Runs a coroutine to its end, or fails when it takes too long."""
    def run(*arguments, **named):
        return asyncio.run(asyncio.wait_for(function(*arguments, **named), SECONDS * 2))
    return run


def configs(responses):
    ((code, message, _, _, entries),) = responses[0].resources
    assert code == 0, message
    return {entry[0]: entry[1] for entry in entries}


class Administration:
    # It has no such request.
    deletes_groups = False

    def __init__(self, server):
        self.server = server

    @contextlib.asynccontextmanager
    async def admin(self):
        admin = AIOKafkaAdminClient(bootstrap_servers=self.server)
        await admin.start()
        try:
            yield admin
        finally:
            await admin.close()

    @waiting
    async def create(self, topic, partitions):
        async with self.admin() as admin:
            await admin.create_topics([NewTopic(topic, partitions, 1)])

    @waiting
    async def delete(self, topic):
        async with self.admin() as admin:
            await admin.delete_topics([topic])

    @waiting
    async def grow(self, topic, partitions):
        async with self.admin() as admin:
            await admin.create_partitions({topic: NewPartitions(partitions)})

    @waiting
    async def topics(self):
        async with self.admin() as admin:
            return await admin.list_topics()

    @waiting
    async def partitions(self, topic):
        async with self.admin() as admin:
            return len((await admin.describe_topics([topic]))[0]["partitions"])

    @waiting
    async def configure(self, topic, name, value):
        async with self.admin() as admin:
            answers = await admin.alter_configs(
                [ConfigResource(ConfigResourceType.TOPIC, topic, {name: value})])
            assert answers[0].resources[0][0] == 0, answers

    @waiting
    async def configs(self, topic):
        async with self.admin() as admin:
            return configs(
                await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)]))

    @waiting
    async def broker_configs(self):
        async with self.admin() as admin:
            broker = str((await admin.describe_cluster())["brokers"][0]["node_id"])
            return configs(
                await admin.describe_configs([ConfigResource(ConfigResourceType.BROKER, broker)]))

    @waiting
    async def groups(self):
        async with self.admin() as admin:
            return [group[0] for group in await admin.list_consumer_groups()]

    @waiting
    async def group_state(self, group):
        async with self.admin() as admin:
            answers = await admin.describe_consumer_groups([group])
            return answers[0].groups[0][2].upper()

    @waiting
    async def group_offsets(self, group):
        async with self.admin() as admin:
            found = await admin.list_consumer_group_offsets(group)
        return {(place.topic, place.partition): value.offset for place, value in found.items()}
