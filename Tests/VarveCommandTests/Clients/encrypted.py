"""Clients through TLS with a password: encrypted.py HOST:PORT AUTHORITY right|once|wrong|expired.

AUTHORITY is the file of the authority that they trust. Says what came of it with confluent-kafka,
"delivered" or what librdkafka calls the error, and where it is "right" with two others.
"""

import asyncio
import sys
import time

from aiokafka import AIOKafkaProducer
from aiokafka.helpers import create_ssl_context
from confluent_kafka import Producer
from kafka import KafkaProducer

SECONDS = 60
ADDRESS, AUTHORITY, CASE = sys.argv[1:]
PASSWORD = "guessed" if CASE == "wrong" else "admin-secret"


def confluent():
    errors = []
    producer = Producer({
        "bootstrap.servers": ADDRESS, "security.protocol": "SASL_SSL",
        "ssl.ca.location": AUTHORITY, "sasl.mechanism": "PLAIN", "sasl.username": "admin",
        "sasl.password": PASSWORD, "error_cb": lambda error: errors.append(error.name())})
    producer.produce("secrets", "value")
    end = time.time() + SECONDS
    # That no broker is left says nothing yet of why.
    while len(producer) and not set(errors) & {"_AUTHENTICATION", "_SSL"} and time.time() < end:
        producer.poll(0.1)
    if not len(producer):
        return "delivered"
    producer.purge()
    return " ".join(sorted(set(errors) & {"_AUTHENTICATION", "_SSL"}))


def settings():
    return {
        "bootstrap_servers": ADDRESS, "security_protocol": "SASL_SSL",
        "sasl_mechanism": "PLAIN", "sasl_plain_username": "admin",
        "sasl_plain_password": PASSWORD}


def kafka_python():
    producer = KafkaProducer(
        **settings(), ssl_cafile=AUTHORITY, api_version_auto_timeout_ms=SECONDS * 1000)
    producer.send("secrets", b"value").get(SECONDS)
    producer.close()
    return "delivered"


def aiokafka():
    async def run():
        producer = AIOKafkaProducer(
            **settings(), ssl_context=create_ssl_context(cafile=AUTHORITY))
        await producer.start()
        await producer.send_and_wait("secrets", b"value")
        await producer.stop()
        return "delivered"
    return asyncio.run(asyncio.wait_for(run(), SECONDS))


print("confluent:", confluent(), flush=True)
if CASE == "right":
    print("kafka-python:", kafka_python(), flush=True)
    print("aiokafka:", aiokafka(), flush=True)
