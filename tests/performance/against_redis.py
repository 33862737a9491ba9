#!/usr/bin/env python3
"""Operations per CPU second of weir-kv beside redis-server, in one run. Not a test: nothing fails.

    tests/performance/against_redis.py build/release/bin
    tests/performance/against_redis.py build/release/bin --fsync everysec --tests set --rounds 9

One thread each, on processor 0; redis-benchmark is alone on processor 1 and asks them in turn. Without
--fsync nothing is kept on disk. Printed are medians of the rounds, and of the ratios to redis-server of
the same round.
"""

import argparse
import os
import pathlib
import subprocess
import tempfile

from paired import cpu_seconds, free_port, print_medians, start, wait_for

REQUESTS = {1: 100_000, 16: 1_000_000, 64: 2_000_000}


def servers(folder, program, fsync, processes):
    """name -> (process id, port)"""
    found = {}
    port = free_port()
    kept = folder / "redis"
    kept.mkdir()
    persistence = ["--appendonly", "yes", "--appendfsync", fsync] if fsync else ["--appendonly", "no"]
    found["redis-server"] = (start(["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "",
                                    "--dir", str(kept), *persistence], processes), port)
    for backend in ("asio", "epoll"):
        port = free_port()
        persistence = ["--data", str(folder / backend), "--fsync", fsync] if fsync else []
        if fsync:
            (folder / backend).mkdir()
        found[f"weir-kv {backend}"] = (start([str(program), "--listen", f"tcp://127.0.0.1:{port}", "--backend", backend,
                                              *persistence], processes), port)
    for _, port in found.values():
        wait_for(port)
    return found


def operations_a_second(pid, port, test, depth):
    before = cpu_seconds(pid)
    subprocess.run(["taskset", "-c", "1", "redis-benchmark", "-p", str(port), "-t", test, "-P", str(depth),
                    "-n", str(REQUESTS[depth]), "-c", "50", "-r", "100000", "-d", "64", "-q"],
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    return REQUESTS[depth] / (cpu_seconds(pid) - before)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bin", type=pathlib.Path, help="the folder of weir-kv")
    parser.add_argument("--fsync", choices=("always", "everysec", "no"))
    parser.add_argument("--tests", default="set,get")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    processes = []
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR", "/var/tmp")) as made:
        try:
            found = servers(pathlib.Path(made), options.bin / "weir-kv", options.fsync, processes)
            for test in options.tests.split(","):
                for depth in REQUESTS:
                    rates = {name: [] for name in found}
                    for _ in range(options.rounds):
                        for name, (pid, port) in found.items():
                            rates[name].append(operations_a_second(pid, port, test, depth))
                    print(f"{test} -P {depth}: operations per CPU second, and the ratio, medians of {options.rounds}")
                    print_medians(rates)
        finally:
            for process in processes:
                process.terminate()
                process.wait()


if __name__ == "__main__":
    main()
