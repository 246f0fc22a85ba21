"""kafka-python, a client of its own in Python."""

import members
from kafka import ConsumerRebalanceListener, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.coordinator.assignors.range import RangePartitionAssignor
from kafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from kafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor
from kafka.errors import KafkaError
from kafka.structs import OffsetAndMetadata
from kafka_python_admin import SECONDS, Administration

ASSIGNORS = {
    "range": RangePartitionAssignor, "roundrobin": RoundRobinPartitionAssignor,
    "sticky": StickyPartitionAssignor}


class Client(Administration):
    codecs = ["none", "gzip", "snappy", "lz4", "zstd"]
    # Its producer closes before it sends what nobody answers.
    acks = [1, "all"]
    assignors = list(ASSIGNORS)
    shortest_session = 2000

    def produce(self, topic, values, acks="all", codec="none", idempotent=False, partition=None):
        producer = KafkaProducer(
            **self.found, acks=acks, enable_idempotence=idempotent,
            compression_type=None if codec == "none" else codec)
        sent = [
            producer.send(topic, value.encode(), key=value.encode(), partition=partition)
            for value in values]
        producer.flush(SECONDS)
        for future in sent:
            future.get(SECONDS)
        producer.close()

    def consumer(self, group, *topics, **more):
        return KafkaConsumer(
            *topics, **self.found, group_id=group,
            auto_offset_reset="earliest", enable_auto_commit=False,
            consumer_timeout_ms=SECONDS * 1000, **more)

    def consume(self, topic, group, count, **more):
        consumer = self.consumer(group, topic, **more)
        values = []
        for message in consumer:
            values.append(message.value.decode())
            if len(values) == count:
                break
        consumer.commit()
        consumer.close()
        return values

    def read(self, topic, partition, offset, count):
        consumer = self.consumer(None)
        place = TopicPartition(topic, partition)
        consumer.assign([place])
        consumer.seek(place, offset)
        values = [next(consumer).value.decode() for _ in range(count)]
        consumer.close()
        return values

    def membership(self, session=6000, assignor="range", instance=None):
        return {
            "session_timeout_ms": session, "heartbeat_interval_ms": 200,
            "partition_assignment_strategy": [ASSIGNORS[assignor]],
            "group_instance_id": instance}

    def share(self, topic, group, members: int, leaving=0, **membership):
        return share_members(self, topic, group, members, leaving, self.membership(**membership))

    def stay(self, topic, group, words, ended, **membership):
        consumer = self.consumer(group, **self.membership(**membership))
        consumer.subscribe([topic], listener=Listener(words))
        while not ended.is_set():
            consumer.poll(timeout_ms=100)
            words.owns(place.partition for place in consumer.assignment())
        consumer.close()

    def offset_at(self, topic, partition, time_ms):
        consumer = self.consumer(None)
        place = TopicPartition(topic, partition)
        found = consumer.offsets_for_times({place: time_ms})[place].offset
        consumer.close()
        return found

    def end(self, topic, partition):
        consumer = self.consumer(None)
        place = TopicPartition(topic, partition)
        end = consumer.end_offsets([place])[place]
        consumer.close()
        return end

    def producer(self, id):
        producer = KafkaProducer(**self.found, transactional_id=id)
        producer.init_transactions()
        producer.begin_transaction()
        return producer

    def transact(self, topic, values, id, commits, offset=None):
        producer = self.producer(id)
        for value in values:
            producer.send(topic, value.encode())
        if offset:
            group, of, partition, position = offset
            producer.send_offsets_to_transaction(
                {TopicPartition(of, partition): OffsetAndMetadata(position, "", -1)}, group)
        producer.flush(SECONDS)
        if commits:
            producer.commit_transaction()
        else:
            producer.abort_transaction()
        producer.close()

    def read_committed(self, topic, count):
        return self.consume(topic, "committed-readers", count, isolation_level="read_committed")

    def committed(self, group, topic, partition):
        consumer = self.consumer(group)
        offset = consumer.committed(TopicPartition(topic, partition))
        consumer.close()
        return offset

    def is_fenced(self, topic, id):
        older = self.producer(id)
        older.send(topic, b"older")
        older.flush(SECONDS)
        newer = self.producer(id)
        newer.abort_transaction()
        newer.close()
        try:
            older.commit_transaction()
            return False
        except KafkaError:
            return True
        finally:
            older.close(timeout=0)


class Listener(ConsumerRebalanceListener):
    def __init__(self, words):
        self.words = words

    def on_partitions_revoked(self, revoked):
        pass

    def on_partitions_assigned(self, assigned):
        self.words.assigned()


class Member:
    def __init__(self, consumer):
        self.consumer = consumer

    def poll(self):
        self.consumer.poll(timeout_ms=100)

    def owned(self):
        return len(self.consumer.assignment())

    def close(self):
        self.consumer.close()


def share_members(client, topic, group, count, leaving, membership):
    return members.share(
        lambda: Member(client.consumer(group, topic, **membership)), count, leaving, 3)
