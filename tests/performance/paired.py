"""What the comparisons in this folder share: servers on processor 0, and what they cost, round by round."""

import socket
import statistics
import subprocess
import sys
import time


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port):
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            time.sleep(0.05)
    sys.exit(f"nothing listens on port {port}")


def cpu_seconds(pid):
    """Of all its threads, from the process's CPU clock (clock_getcpuclockid(3))."""
    return time.clock_gettime((~int(pid) << 3) | 2)


def start(command, processes):
    """Adds the server, on processor 0, to `processes`; answers its process id."""
    process = subprocess.Popen(["taskset", "-c", "0", *command], stdout=subprocess.DEVNULL)
    processes.append(process)
    return process.pid


def print_medians(rates):
    """`rates`: name -> a rate a round. The ratios are to the first name's, within each round."""
    first = next(iter(rates.values()))
    for name, mine in rates.items():
        ratios = [one / other for one, other in zip(mine, first)]
        print(f"  {name:24} {statistics.median(mine):10.0f}"
              f" {statistics.median(ratios):7.3f}   ({min(ratios):.3f} to {max(ratios):.3f})", flush=True)
