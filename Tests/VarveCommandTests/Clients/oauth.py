"""Every client with a token that was signed for it: oauth.py HOST:PORT GOOD BAD, two files.

Each sends and reads for longer than its session lasts, so that it has to prove itself anew.
"""

import asyncio
import sys
import time

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.abc import AbstractTokenProvider as AsyncTokenProvider
from confluent_kafka import Consumer, Producer
from kafka import KafkaConsumer, KafkaProducer
from kafka.sasl.oauth import AbstractTokenProvider

SECONDS = 30
# The session of `SecurityTests` lasts a second.
RENEWING = 1.5
ADDRESS = sys.argv[1]
TOKENS = {name: open(path, encoding="ascii").read().strip()
          for name, path in (("good", sys.argv[2]), ("bad", sys.argv[3]))}


def confluent(name):
    settings = {
        "bootstrap.servers": ADDRESS, "security.protocol": "SASL_PLAINTEXT",
        "sasl.mechanism": "OAUTHBEARER",
        "oauth_cb": lambda _: (TOKENS[name], time.time() + 3600)}
    failures = []
    producer = Producer({
        **settings, "error_cb": failures.append,
        "message.timeout.ms": 1000 if name == "bad" else SECONDS * 1000})
    end = time.monotonic() + (RENEWING if name == "good" else 0)
    sent = 0
    while sent == 0 or time.monotonic() < end:
        producer.produce("tokens-confluent", str(sent))
        sent += 1
        if producer.flush(SECONDS) != 0:
            raise RuntimeError("not delivered")
        if name == "bad":
            raise RuntimeError(f"not let in: {failures}")
    consumer = Consumer({
        **settings, "group.id": "confluent", "auto.offset.reset": "earliest"})
    consumer.subscribe(["tokens-confluent"])
    read = 0
    while read < sent:
        message = consumer.poll(SECONDS)
        if message is None or message.error():
            raise RuntimeError(f"{message and message.error()}")
        read += 1
    consumer.close()


class Provider(AbstractTokenProvider):
    def __init__(self, name):
        super().__init__()
        self.name = name

    def token(self):
        return TOKENS[self.name]


def kafka_python(name):
    settings = {
        "bootstrap_servers": ADDRESS, "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": "OAUTHBEARER", "sasl_oauth_token_provider": Provider(name)}
    patience = 2000 if name == "bad" else SECONDS * 1000
    first = {
        key: patience for key in ("bootstrap_timeout_ms", "api_version_auto_timeout_ms")
        if key in KafkaProducer.DEFAULT_CONFIG}
    producer = KafkaProducer(**settings, **first, max_block_ms=patience)
    end = time.monotonic() + RENEWING
    sent = 0
    while sent == 0 or time.monotonic() < end:
        producer.send("tokens-python", str(sent).encode()).get(SECONDS)
        sent += 1
    producer.close()
    consumer = KafkaConsumer(
        "tokens-python", **settings, auto_offset_reset="earliest",
        consumer_timeout_ms=SECONDS * 1000)
    for _ in range(sent):
        next(consumer)
    consumer.close()


class AsyncProvider(AsyncTokenProvider):
    def __init__(self, name):
        self.name = name

    async def token(self):
        return TOKENS[self.name]


def aiokafka(name):
    async def run():
        settings = {
            "bootstrap_servers": ADDRESS, "security_protocol": "SASL_PLAINTEXT",
            "sasl_mechanism": "OAUTHBEARER", "sasl_oauth_token_provider": AsyncProvider(name)}
        producer = AIOKafkaProducer(**settings)
        await producer.start()
        await producer.send_and_wait("tokens-aio", b"0")
        await producer.stop()
        consumer = AIOKafkaConsumer("tokens-aio", **settings, auto_offset_reset="earliest")
        await consumer.start()
        await consumer.getone()
        await consumer.stop()
    asyncio.run(asyncio.wait_for(run(), SECONDS))


CLIENTS = {"confluent": confluent, "kafka-python": kafka_python, "aiokafka": aiokafka}


def main():
    for client, function in CLIENTS.items():
        outcome = []
        for name in TOKENS:
            try:
                function(name)
                outcome.append(name)
            except Exception as error:
                print(f"{client}, {name}: {type(error).__name__}: {error}", file=sys.stderr)
        print(client, "works with:", *outcome, flush=True)


if __name__ == "__main__":
    main()
