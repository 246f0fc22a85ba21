"""aiokafka, a client of its own for asyncio."""

import asyncio

from aio_admin import Administration, waiting
from aiokafka import (
    AIOKafkaConsumer, AIOKafkaProducer, ConsumerRebalanceListener, TopicPartition)
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from aiokafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor
from aiokafka.errors import KafkaError

ASSIGNORS = {
    "range": RangePartitionAssignor, "roundrobin": RoundRobinPartitionAssignor,
    "sticky": StickyPartitionAssignor}


class Client(Administration):
    codecs = ["none", "gzip", "snappy", "lz4", "zstd"]
    acks = [0, 1, "all"]
    assignors = list(ASSIGNORS)
    shortest_session = 2000

    @waiting
    async def produce(
            self, topic, values, acks="all", codec="none", idempotent=False, partition=None):
        producer = AIOKafkaProducer(
            bootstrap_servers=self.server, acks=acks, enable_idempotence=idempotent,
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
            *topics, bootstrap_servers=self.server, group_id=group,
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
    async def read(self, topic, partition, offset, count):
        consumer = await self._consumer(None)
        place = TopicPartition(topic, partition)
        consumer.assign([place])
        consumer.seek(place, offset)
        values = [(await consumer.getone()).value.decode() for _ in range(count)]
        await consumer.stop()
        return values

    def membership(self, session=6000, assignor="range", instance=None):
        return {
            "session_timeout_ms": session, "heartbeat_interval_ms": 200,
            "partition_assignment_strategy": [ASSIGNORS[assignor]],
            "group_instance_id": instance}

    def stay(self, topic, group, words, ended, **membership):
        async def run():
            consumer = await self._consumer(group, **self.membership(**membership))
            consumer.subscribe([topic], listener=Listener(words))
            while not ended.is_set():
                await consumer.getmany(timeout_ms=100)
                words.owns(place.partition for place in consumer.assignment())
            await consumer.stop()
        asyncio.run(run())

    @waiting
    async def share(self, topic, group, members, leaving=0, **membership):
        # Each joins while those before it are there already.
        configs = self.membership(**membership)
        consumers = await asyncio.gather(*[
            self._consumer(group, topic, **configs) for _ in range(members)])
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
        producer = AIOKafkaProducer(bootstrap_servers=self.server, transactional_id=id)
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


class Listener(ConsumerRebalanceListener):
    def __init__(self, words):
        self.words = words

    async def on_partitions_revoked(self, revoked):
        pass

    async def on_partitions_assigned(self, assigned):
        self.words.assigned()
