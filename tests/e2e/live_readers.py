# SPDX-License-Identifier: MIT
"""live_readers.py PORT PATH COUNT: so many WebSockets that read and forget, in a process of their own.

Prints "ready", and at the end of its standard input how many bytes came on each.
"""
import select
import sys

from live import RawSocket


def main():
    port, path, count = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    clients = [RawSocket(port, path) for _ in range(count)]
    got = {client.sock: 0 for client in clients}
    print("ready", flush=True)
    while True:
        ready, _, _ = select.select([*got, sys.stdin], [], [])
        if sys.stdin in ready:
            break
        for sock in ready:
            got[sock] += len(sock.recv(1 << 18))
    print(*got.values(), flush=True)


if __name__ == "__main__":
    main()
