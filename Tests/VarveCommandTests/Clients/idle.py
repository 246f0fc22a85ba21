"""idle.py PORT COUNT: opens connections, asks one thing on each, says how many there are, and keeps
them until its input ends."""

import resource
import socket
import sys

API_VERSIONS = bytes.fromhex("0000000a 0012 0000 00000001 ffff".replace(" ", ""))


def ask(connection):
    connection.sendall(API_VERSIONS)
    length = int.from_bytes(connection.recv(4, socket.MSG_WAITALL), "big")
    assert len(connection.recv(length, socket.MSG_WAITALL)) == length


port, count = map(int, sys.argv[1:])
_, limit = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
connections = []
for _ in range(min(count, limit - 300)):
    connections.append(socket.create_connection(("127.0.0.1", port)))
    ask(connections[-1])
print(len(connections), flush=True)
sys.stdin.read()
