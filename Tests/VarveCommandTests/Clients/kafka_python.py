"""kafka-python, a client of its own in Python."""

import members
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic
from kafka.errors import KafkaError
from kafka.structs import OffsetAndMetadata

SECONDS = 30


class Client:
    codecs = ["none", "gzip"]
    # Its producer closes before it sends what nobody answers.
    acks = [1, "all"]

    def __init__(self, address):
        # Two seconds to find out what a broker knows are too few on a busy machine.
        self.found = {
            "bootstrap_servers": address, "api_version_auto_timeout_ms": SECONDS * 1000}

    def create(self, topic, partitions):
        admin = KafkaAdminClient(**self.found)
        admin.create_topics([NewTopic(topic, partitions, 1)])
        admin.close()

    def topics(self):
        admin = KafkaAdminClient(**self.found)
        names = admin.list_topics()
        admin.close()
        return names

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

    def share(self, topic, group, members: int, leaving=0):
        return share_members(self, topic, group, members, leaving)

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


class Member:
    def __init__(self, consumer):
        self.consumer = consumer

    def poll(self):
        self.consumer.poll(timeout_ms=100)

    def owned(self):
        return len(self.consumer.assignment())

    def close(self):
        self.consumer.close()


def share_members(client, topic, group, count, leaving):
    return members.share(
        lambda: Member(
            client.consumer(group, topic, session_timeout_ms=6000, heartbeat_interval_ms=200)),
        count, leaving, 3)
