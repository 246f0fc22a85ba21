"""Where librdkafka's partitioner murmur2_random sends keys: partitions.py HOST:PORT PAGE COUNT.

Prints the partition of each of COUNT keys. Key number i has 1 + i % 41 bytes: the low ones of what
SplitMix64 gives for the seed i.
"""

import sys

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

SECONDS = 60
TOPIC = "keys"
PARTITIONS = 31
MASK = (1 << 64) - 1


def key(number):
    state = number
    content = bytearray()
    for _ in range(1 + number % 41):
        state = (state + 0x9E3779B97F4A7C15) & MASK
        mixed = (state ^ state >> 30) * 0xBF58476D1CE4E5B9 & MASK
        mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB & MASK
        content.append((mixed ^ mixed >> 31) & 0xFF)
    return bytes(content)


def main():
    address, count = {"bootstrap.servers": sys.argv[1]}, int(sys.argv[3])
    admin = AdminClient(address)
    for future in admin.create_topics([NewTopic(TOPIC, PARTITIONS, 1)]).values():
        future.result(SECONDS)
    found = {}

    def note(number):
        def delivered(error, message):
            found[number] = str(error) if error else message.partition()
        return delivered

    producer = Producer({**address, "partitioner": "murmur2_random", "linger.ms": 5})
    for number in range(count):
        producer.produce(TOPIC, key=key(number), on_delivery=note(number))
        producer.poll(0)
    producer.flush(SECONDS)
    for number in range(count):
        print(found.get(number))


if __name__ == "__main__":
    main()
