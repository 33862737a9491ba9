#!/usr/bin/env python3
"""What slow clients cost a healthy one. Not a test: nothing fails.

    tests/performance/slow_clients.py build/release/bin/weir-files [--backend epoll]

A healthy client asks a small file 100 times a second, each tenth time on a new connection; first alone,
then among slow ones, a third of each kind: a head that comes a byte a second, a body that does, and
responses of 300 KB that are read a byte a second. Whom the server ends comes again at once. Printed are
the healthy client's times, the processor time that the server took, its memory, and how many of the
slow ones it ended and why.
"""

import argparse
import multiprocessing
import os
import pathlib
import re
import resource
import socket
import subprocess
import tempfile
import time
import urllib.request

SMALL = b"GET /small HTTP/1.1\r\nHost: a\r\n\r\n"
KINDS = {
    "head": b"GET / HTTP/1.1\r\nX: ",
    "body": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n",
    "read": b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n" * 20,
}


def connect(port, kind=None):
    client = socket.socket()
    if kind == "read":
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect(("127.0.0.1", port))
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if kind is not None:
        client.sendall(KINDS[kind])
        client.setblocking(False)
    return client


def ask_again_and_again(port, seconds, answer):
    """The healthy client: its times, in seconds."""
    times = []
    client = connect(port)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        began = time.perf_counter()
        if len(times) % 10 == 9:
            client.close()
            client = connect(port)
        client.sendall(SMALL)
        got = b""
        while not got.endswith(b"small\n"):
            piece = client.recv(4096)
            assert piece, "the healthy client was ended"
            got += piece
        times.append(time.perf_counter() - began)
        time.sleep(0.01)
    answer.put(sorted(times))


def healthy(port, seconds):
    answer = multiprocessing.Queue()
    process = multiprocessing.Process(target=ask_again_and_again, args=(port, seconds, answer))
    process.start()
    return process, answer


def told(words, times):
    def at(share):
        return f"{times[int(len(times) * share)] * 1e6:.0f} us"

    print(f"{words}: {len(times)} requests, p50 {at(0.5)}, p99 {at(0.99)}, most {times[-1] * 1e6:.0f} us", flush=True)
    return times[int(len(times) * 0.99)]


def drip(client, kind):
    """A byte, one way or the other; False where the server has ended it."""
    try:
        if kind != "read":
            client.send(b"a")
        return client.recv(1 if kind == "read" else 4096) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False


def be_slow(port, count, seconds, all_there):
    kinds = list(KINDS)
    clients = [(connect(port, kinds[i % 3]), kinds[i % 3]) for i in range(count)]
    all_there.set()
    # Spread over the second, as strangers are: a burst of them would be what is measured.
    slices = 1000
    begun = time.monotonic()
    for turn in range(seconds * slices):
        time.sleep(max(0.0, begun + turn / slices - time.monotonic()))
        for i in range(turn % slices, len(clients), slices):
            client, kind = clients[i]
            if drip(client, kind):
                continue
            client.close()
            clients[i] = (connect(port, kind), kind)
    for client, _ in clients:
        client.close()


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    arguments.add_argument("server", type=pathlib.Path)
    arguments.add_argument("--backend", default="asio")
    arguments.add_argument("--clients", type=int, default=5000)
    arguments.add_argument("--seconds", type=int, default=60)
    given = arguments.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))

    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "small").write_bytes(b"small\n")
        (pathlib.Path(folder) / "large").write_bytes(b"x" * 300_000)
        command = [given.server, "--root", folder, "--backend", given.backend, "--log-level", "error"]
        command += ["--listen", "tcp://127.0.0.1:0", "--admin", "tcp://127.0.0.1:0"]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            port = int(server.stdout.readline().rsplit(":", 1)[1])
            admin = server.stdout.readline().split()[-1]

            def processor():
                return sum(map(int, pathlib.Path(f"/proc/{server.pid}/stat").read_text().split()[13:15])) / os.sysconf("SC_CLK_TCK")

            _, answer = healthy(port, given.seconds / 4)
            alone = told("alone", answer.get())
            before = processor()
            all_there = multiprocessing.Event()
            slow = multiprocessing.Process(target=be_slow, args=(port, given.clients, given.seconds + 3, all_there))
            slow.start()
            all_there.wait()
            time.sleep(2)  # that they came all at once is another matter
            _, answer = healthy(port, given.seconds)
            among = told(f"among {given.clients} slow ones", answer.get())
            slow.join()
            print(f"p99 is {among / alone:.2f} times that of the client alone")
            print(f"the server took {processor() - before:.1f} s of a processor")
            status = pathlib.Path(f"/proc/{server.pid}/status").read_text()
            print("memory at most", re.search(r"VmHWM:\s+(.*)", status).group(1))
            metrics = urllib.request.urlopen(admin + "metrics").read().decode()
            for line in re.findall(r"weir_connections_closed_total(\{.*\} [1-9].*)", metrics):
                print("ended", line)
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main()
