"""aiokafka, a client of its own for asyncio."""

import asyncio

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError

SECONDS = 30


def waiting(function):
    """Runs a coroutine to its end, or fails when it takes too long."""
    def run(*arguments, **named):
        return asyncio.run(asyncio.wait_for(function(*arguments, **named), SECONDS * 2))
    return run


class Client:
    codecs = ["none", "gzip"]
    acks = [0, 1, "all"]

    def __init__(self, address):
        self.address = address

    async def _admin(self):
        admin = AIOKafkaAdminClient(bootstrap_servers=self.address)
        await admin.start()
        return admin

    @waiting
    async def create(self, topic, partitions):
        admin = await self._admin()
        await admin.create_topics([NewTopic(topic, partitions, 1)])
        await admin.close()

    @waiting
    async def topics(self):
        admin = await self._admin()
        names = await admin.list_topics()
        await admin.close()
        return names

    @waiting
    async def produce(
            self, topic, values, acks="all", codec="none", idempotent=False, partition=None):
        producer = AIOKafkaProducer(
            bootstrap_servers=self.address, acks=acks, enable_idempotence=idempotent,
            compression_type=None if codec == "none" else codec)
        await producer.start()
        sent = [
            await producer.send(topic, value.encode(), key=value.encode(), partition=partition)
            for value in values]
        for future in sent:
            await future
        await producer.stop()

    async def _consumer(self, group, *topics, **more):
        consumer = AIOKafkaConsumer(
            *topics, bootstrap_servers=self.address, group_id=group,
            auto_offset_reset="earliest", enable_auto_commit=False, **more)
        await consumer.start()
        return consumer

    async def _consume(self, topic, group, count, **more):
        consumer = await self._consumer(group, topic, **more)
        values = [(await consumer.getone()).value.decode() for _ in range(count)]
        await consumer.commit()
        await consumer.stop()
        return values

    consume = waiting(_consume)

    @waiting
    async def share(self, topic, group, members, leaving=0):
        # Each joins while those before it are there already.
        consumers = await asyncio.gather(*[
            self._consumer(group, topic, session_timeout_ms=6000, heartbeat_interval_ms=200)
            for _ in range(members)])
        await self._settle(consumers)
        for consumer in consumers[:leaving]:
            await consumer.stop()
        owned = await self._settle(consumers[leaving:])
        for consumer in consumers[leaving:]:
            await consumer.stop()
        return owned

    async def _settle(self, consumers):
        while True:
            owned = sorted(len(consumer.assignment()) for consumer in consumers)
            if owned[0] > 0 and sum(owned) == 3:
                return owned
            await asyncio.sleep(0.05)

    @waiting
    async def offset_at(self, topic, partition, time_ms):
        consumer = await self._consumer(None)
        place = TopicPartition(topic, partition)
        found = (await consumer.offsets_for_times({place: time_ms}))[place].offset
        await consumer.stop()
        return found

    @waiting
    async def end(self, topic, partition):
        consumer = await self._consumer(None)
        place = TopicPartition(topic, partition)
        end = (await consumer.end_offsets([place]))[place]
        await consumer.stop()
        return end

    async def _producer(self, id):
        producer = AIOKafkaProducer(bootstrap_servers=self.address, transactional_id=id)
        await producer.start()
        await producer.begin_transaction()
        return producer

    @waiting
    async def transact(self, topic, values, id, commits, offset=None):
        producer = await self._producer(id)
        for value in values:
            await producer.send_and_wait(topic, value.encode())
        if offset:
            group, of, partition, position = offset
            await producer.send_offsets_to_transaction(
                {TopicPartition(of, partition): position}, group)
        await (producer.commit_transaction() if commits else producer.abort_transaction())
        await producer.stop()

    @waiting
    async def read_committed(self, topic, count):
        return await self._consume(
            topic, "committed-readers", count, isolation_level="read_committed")

    @waiting
    async def committed(self, group, topic, partition):
        consumer = await self._consumer(group)
        offset = await consumer.committed(TopicPartition(topic, partition))
        await consumer.stop()
        return offset

    @waiting
    async def is_fenced(self, topic, id):
        older = await self._producer(id)
        await older.send_and_wait(topic, b"older")
        newer = await self._producer(id)
        await newer.abort_transaction()
        await newer.stop()
        try:
            await older.commit_transaction()
            return False
        except KafkaError:
            return True
        finally:
            await older.stop()
