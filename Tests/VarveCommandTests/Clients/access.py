"""Rules of access (ACLs), set and looked at by two clients and kept by three: access.py HOST:PORT.

The server has two users of PLAIN: `admin`, who may do everything, and `alice`, who may do what
rules allow.
"""

import asyncio
import sys

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from confluent_kafka import Consumer, KafkaException, Producer
from confluent_kafka.admin import (
    AclBinding, AclBindingFilter, AclOperation, AclPermissionType, AdminClient, NewTopic,
    ResourcePatternType, ResourceType)
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka import admin as kafka_admin

SECONDS = 30
ADDRESS = sys.argv[1]


def confluent_settings(user):
    return {
        "bootstrap.servers": ADDRESS, "security.protocol": "SASL_PLAINTEXT",
        "sasl.mechanism": "PLAIN", "sasl.username": user, "sasl.password": f"{user}-secret"}


def python_settings(user):
    return {
        "bootstrap_servers": ADDRESS, "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": "PLAIN", "sasl_plain_username": user,
        "sasl_plain_password": f"{user}-secret"}


class Confluent:
    """Sets rules with confluent-kafka."""

    def __init__(self):
        self.admin = AdminClient(confluent_settings("admin"))

    def create(self, topic):
        for future in self.admin.create_topics([NewTopic(topic, 1, 1)]).values():
            future.result(SECONDS)

    def allow(self, kind, name, operation):
        binding = AclBinding(
            ResourceType[kind], name, ResourcePatternType.LITERAL, "User:alice", "*",
            AclOperation[operation], AclPermissionType.ALLOW)
        for future in self.admin.create_acls([binding]).values():
            future.result(SECONDS)

    def rules(self, name):
        found = self.admin.describe_acls(self.filter(name)).result(SECONDS)
        return sorted(f"{rule.restype.name} {rule.operation.name}" for rule in found)

    def revoke(self, name):
        (future,) = self.admin.delete_acls([self.filter(name)]).values()
        return len(future.result(SECONDS))

    @staticmethod
    def filter(name):
        return AclBindingFilter(
            ResourceType.ANY, name, ResourcePatternType.ANY, None, None, AclOperation.ANY,
            AclPermissionType.ANY)


class Python:
    """Sets rules with kafka-python."""

    def __init__(self):
        self.admin = KafkaAdminClient(**python_settings("admin"))

    def create(self, topic):
        self.admin.create_topics([kafka_admin.NewTopic(topic, 1, 1)])

    def allow(self, kind, name, operation):
        rule = kafka_admin.ACL(
            "User:alice", "*", kafka_admin.ACLOperation[operation],
            kafka_admin.ACLPermissionType.ALLOW,
            kafka_admin.ResourcePattern(kafka_admin.ResourceType[kind], name))
        failed = self.admin.create_acls([rule])["failed"]
        if failed:
            raise RuntimeError(failed)

    def rules(self, name):
        found, error = self.admin.describe_acls(self.filter(name))
        if error.errno:
            raise RuntimeError(error)
        return sorted(
            f"{rule.resource_pattern.resource_type.name} {rule.operation.name}" for rule in found)

    def revoke(self, name):
        ((_, matching, _),) = self.admin.delete_acls([self.filter(name)])
        return len(matching)

    @staticmethod
    def filter(name):
        return kafka_admin.ACLFilter(
            None, None, kafka_admin.ACLOperation.ANY, kafka_admin.ACLPermissionType.ANY,
            kafka_admin.ResourcePatternFilter(
                kafka_admin.ResourceType.ANY, name, kafka_admin.ACLResourcePatternType.ANY))


def confluent_produce(topic):
    outcomes = []
    producer = Producer(confluent_settings("alice"))
    producer.produce(topic, "value", on_delivery=lambda error, _: outcomes.append(error))
    producer.flush(SECONDS)
    if outcomes[0]:
        raise KafkaException(outcomes[0])


def confluent_consume(topic):
    consumer = Consumer({
        **confluent_settings("alice"), "group.id": topic, "auto.offset.reset": "earliest"})
    try:
        consumer.subscribe([topic])
        message = consumer.poll(SECONDS)
        if message is None:
            raise RuntimeError("nothing came")
        if message.error():
            raise KafkaException(message.error())
    finally:
        consumer.close()


def python_produce(topic):
    producer = KafkaProducer(**python_settings("alice"))
    try:
        producer.send(topic, b"value").get(SECONDS)
    finally:
        producer.close()


def python_consume(topic):
    consumer = KafkaConsumer(
        topic, **python_settings("alice"), group_id=topic, auto_offset_reset="earliest",
        consumer_timeout_ms=SECONDS * 1000)
    try:
        next(consumer)
    finally:
        consumer.close(autocommit=False)


def aio_produce(topic):
    async def run():
        producer = AIOKafkaProducer(**python_settings("alice"))
        await producer.start()
        try:
            await producer.send_and_wait(topic, b"value")
        finally:
            await producer.stop()
    asyncio.run(asyncio.wait_for(run(), SECONDS))


def aio_consume(topic):
    async def run():
        consumer = AIOKafkaConsumer(
            topic, **python_settings("alice"), group_id=topic, auto_offset_reset="earliest")
        try:
            await consumer.start()
            await consumer.getone()
        finally:
            await consumer.stop()
    asyncio.run(asyncio.wait_for(run(), SECONDS))


def outcome(function, topic):
    """What became of it, in the protocol's words, which each client spells in its own way."""
    try:
        function(topic)
        return "done"
    except Exception as error:
        print(f"{function.__name__}: {type(error).__name__}: {error}", file=sys.stderr)
        text = f"{type(error).__name__} {error}".upper().replace("_", "")
        for name in ("TOPIC", "GROUP"):
            if f"{name}AUTHORIZATIONFAILED" in text:
                return f"{name} denied"
        return type(error).__name__


def run(name, admin, produce, consume):
    topic = f"orders-{name}"
    admin.create(topic)
    admin.allow("TOPIC", topic, "DESCRIBE")
    steps = [outcome(produce, topic)]
    admin.allow("TOPIC", topic, "WRITE")
    steps += [outcome(produce, topic), outcome(consume, topic)]
    admin.allow("GROUP", topic, "READ")
    steps.append(outcome(consume, topic))
    admin.allow("TOPIC", topic, "READ")
    steps.append(outcome(consume, topic))
    print(name, ", ".join(steps), flush=True)
    print(name, ", ".join(admin.rules(topic)), flush=True)
    count = admin.revoke(topic)
    admin.allow("TOPIC", topic, "DESCRIBE")
    print(name, count, "revoked,", outcome(produce, topic), flush=True)


def main():
    run("confluent", Confluent(), confluent_produce, confluent_consume)
    run("kafka-python", Python(), python_produce, python_consume)
    run("aiokafka", Confluent(), aio_produce, aio_consume)


if __name__ == "__main__":
    main()
