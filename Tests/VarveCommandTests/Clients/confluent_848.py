"""confluent-kafka with the consumer protocol (KIP-848)."""

import confluent


class Client(confluent.Client):
    group = {"group.protocol": "consumer"}
    membership = {}
