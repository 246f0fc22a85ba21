"""Every client as a user whose password one of them set: sasl.py HOST:PORT.

The server has a user of PLAIN, `admin`.
"""

import asyncio
import sys

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import (
    AdminClient, ScramCredentialInfo, ScramMechanism, UserScramCredentialUpsertion)
from kafka import KafkaConsumer, KafkaProducer

SECONDS = 30
USER, PASSWORD = "alice", "wonder, land = 1"
ADDRESS = sys.argv[1]


def confluent_settings(mechanism, user, password):
    return {
        "bootstrap.servers": ADDRESS, "security.protocol": "SASL_PLAINTEXT",
        "sasl.mechanism": mechanism, "sasl.username": user, "sasl.password": password}


def confluent(mechanism, password, value):
    settings = confluent_settings(mechanism, USER, password)
    consumer = Consumer({
        **settings, "group.id": f"confluent-{mechanism}", "auto.offset.reset": "earliest"})
    consumer.list_topics(timeout=2 if value is None else SECONDS)
    producer = Producer(settings)
    producer.produce("secrets", value)
    assert producer.flush(SECONDS) == 0
    consumer.subscribe(["secrets"])
    message = consumer.poll(SECONDS)
    consumer.close()
    return message is not None and not message.error()


def python_settings(mechanism, password):
    return {
        "bootstrap_servers": ADDRESS, "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": mechanism, "sasl_plain_username": USER,
        "sasl_plain_password": password}


def kafka_python(mechanism, password, value):
    settings = python_settings(mechanism, password)
    patience = 2000 if value is None else SECONDS * 1000
    # Its versions call differently how long the first connection may take.
    first = {
        name: patience for name in ("bootstrap_timeout_ms", "api_version_auto_timeout_ms")
        if name in KafkaProducer.DEFAULT_CONFIG}
    producer = KafkaProducer(**settings, **first, max_block_ms=patience)
    producer.send("secrets", value.encode()).get(SECONDS)
    producer.close()
    consumer = KafkaConsumer(
        "secrets", **settings, auto_offset_reset="earliest", consumer_timeout_ms=SECONDS * 1000)
    record = next(consumer)
    consumer.close()
    return bool(record.value)


def aiokafka(mechanism, password, value):
    async def run():
        settings = python_settings(mechanism, password)
        producer = AIOKafkaProducer(**settings)
        await producer.start()
        await producer.send_and_wait("secrets", value.encode())
        await producer.stop()
        consumer = AIOKafkaConsumer("secrets", **settings, auto_offset_reset="earliest")
        await consumer.start()
        record = await consumer.getone()
        await consumer.stop()
        return bool(record.value)
    return asyncio.run(asyncio.wait_for(run(), SECONDS))


CLIENTS = {"confluent": confluent, "kafka-python": kafka_python, "aiokafka": aiokafka}


def attempt(client, *arguments):
    try:
        return client(*arguments)
    except Exception as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return False


def main():
    admin = AdminClient(confluent_settings("PLAIN", "admin", "admin-secret"))
    for name in ("SCRAM-SHA-256", "SCRAM-SHA-512"):
        mechanism = getattr(ScramMechanism, name.replace("-", "_"))
        change = UserScramCredentialUpsertion(
            USER, ScramCredentialInfo(mechanism, 4096), PASSWORD.encode())
        for future in admin.alter_user_scram_credentials([change]).values():
            future.result(SECONDS)
        for client, function in CLIENTS.items():
            right = attempt(function, name, PASSWORD, "value")
            wrong = attempt(function, name, PASSWORD + "x", None)
            print(name, client, "works," if right else "FAILS,",
                  "and with another password too" if wrong else
                  "and not with another password", flush=True)
    described = admin.describe_user_scram_credentials([USER])[USER].result(SECONDS)
    names = sorted(info.mechanism.name.replace("_", "-")
                   for info in described.scram_credential_infos)
    print(USER, "has", *names)


if __name__ == "__main__":
    main()
