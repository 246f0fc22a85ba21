"""confluent-kafka with the consumer protocol (KIP-848)."""

import confluent


class Client(confluent.Client):
    assignors = ["uniform", "range"]
    group = {"group.protocol": "consumer"}

    def membership(self, session=None, assignor=None, instance=None):
        # How long a session lasts, the server says.
        configs = {"group.remote.assignor": assignor, "group.instance.id": instance}
        return {name: value for name, value in configs.items() if value}
