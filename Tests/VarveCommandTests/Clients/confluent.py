"""confluent-kafka, which is librdkafka."""

import time

import members
from confluent_admin import SECONDS, Administration
from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition


class Client(Administration):
    codecs = ["none", "gzip", "snappy", "lz4", "zstd"]
    acks = [0, 1, "all"]
    assignors = ["range", "roundrobin", "cooperative-sticky"]
    shortest_session = 2000
    group = {}

    def produce(self, topic, values, acks="all", codec="none", idempotent=False, partition=-1):
        failures = []
        producer = Producer(
            {**self.address, "acks": acks, "compression.type": codec,
             "enable.idempotence": idempotent})
        for value in values:
            producer.produce(
                topic, value, key=value, partition=partition,
                on_delivery=lambda error, _: failures.append(error) if error else None)
        assert producer.flush(SECONDS) == 0 and not failures, failures

    def consumer(self, group, **more):
        return Consumer(
            {**self.address, "group.id": group, "auto.offset.reset": "earliest",
             "enable.auto.commit": False, **self.group, **more})

    def consume(self, topic, group, count, **more):
        consumer = self.consumer(group, **more)
        consumer.subscribe([topic])
        values = []
        end = time.time() + SECONDS
        while len(values) < count and time.time() < end:
            values += [m.value().decode() for m in consumer.consume(count - len(values), 0.5)
                       if not m.error()]
        if values:
            consumer.commit(asynchronous=False)
        consumer.close()
        return values

    def read(self, topic, partition, offset, count):
        consumer = self.consumer("reading")
        consumer.assign([TopicPartition(topic, partition, offset)])
        values = []
        while len(values) < count:
            message = consumer.poll(SECONDS)
            assert message and not message.error(), message and message.error()
            values.append(message.value().decode())
        consumer.close()
        return values

    def membership(self, session=6000, assignor=None, instance=None):
        configs = {
            "session.timeout.ms": session, "heartbeat.interval.ms": 200,
            "partition.assignment.strategy": assignor, "group.instance.id": instance}
        return {name: value for name, value in configs.items() if value}

    def share(self, topic, group, members: int, leaving=0, **membership):
        return share_members(self, topic, group, members, leaving, self.membership(**membership))

    def stay(self, topic, group, words, ended, **membership):
        consumer = self.consumer(group, **self.membership(**membership))
        consumer.subscribe([topic], on_assign=lambda *_: words.assigned())
        while not ended.is_set():
            consumer.poll(0.1)
            words.owns(place.partition for place in consumer.assignment())
        consumer.close()

    def offset_at(self, topic, partition, time_ms):
        consumer = self.consumer("times")
        found = consumer.offsets_for_times([TopicPartition(topic, partition, time_ms)], SECONDS)
        consumer.close()
        return found[0].offset

    def end(self, topic, partition):
        consumer = self.consumer("times")
        end = consumer.get_watermark_offsets(TopicPartition(topic, partition), SECONDS)[1]
        consumer.close()
        return end

    def producer(self, id):
        producer = Producer({**self.address, "transactional.id": id})
        producer.init_transactions(SECONDS)
        producer.begin_transaction()
        return producer

    def transact(self, topic, values, id, commits, offset=None):
        producer = self.producer(id)
        for value in values:
            producer.produce(topic, value)
        if offset:
            group, of, partition, position = offset
            consumer = self.consumer(group)
            producer.send_offsets_to_transaction(
                [TopicPartition(of, partition, position)], consumer.consumer_group_metadata(),
                SECONDS)
            consumer.close()
        if commits:
            producer.commit_transaction(SECONDS)
        else:
            producer.flush(SECONDS)
            producer.abort_transaction(SECONDS)

    def read_committed(self, topic, count):
        return self.consume(topic, "committed-readers", count, **{"isolation.level": "read_committed"})

    def committed(self, group, topic, partition):
        consumer = self.consumer(group)
        offset = consumer.committed([TopicPartition(topic, partition)], SECONDS)[0].offset
        consumer.close()
        return offset if offset >= 0 else None

    def is_fenced(self, topic, id):
        older = self.producer(id)
        older.produce(topic, "older")
        older.flush(SECONDS)
        self.producer(id).abort_transaction(SECONDS)
        try:
            older.commit_transaction(SECONDS)
            return False
        except KafkaException as error:
            return error.args[0].fatal()


class Member:
    def __init__(self, consumer, topic):
        self.consumer = consumer
        consumer.subscribe([topic])

    def poll(self):
        self.consumer.poll(0.1)

    def owned(self):
        return len(self.consumer.assignment())

    def close(self):
        self.consumer.close()


def share_members(client, topic, group, count, leaving, membership):
    return members.share(
        lambda: Member(client.consumer(group, **membership), topic), count, leaving, 3)
