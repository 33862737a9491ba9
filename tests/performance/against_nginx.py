#!/usr/bin/env python3
"""Requests per CPU second of weir's HTTP server beside nginx, in one run. Not a test: nothing fails.

    tests/performance/against_nginx.py build/release/bin
    tests/performance/against_nginx.py before=/tmp/before after=build/release/bin --cases hello,1k

Each folder holds weir-http-hello and weir-files; each runs on the backends asio and epoll. Servers and
nginx (one worker, no log) share processor 0, and only one of them has work at a time; wrk is alone on
processor 1. One round asks each of them in turn; what is printed is the median of the rounds, and the
median of the ratios to nginx of the same round, so that what else the machine does concerns all alike.

CPU is what the kernel counted for the process, in user and system mode.
"""

import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from paired import cpu_seconds, free_port, print_medians, start, wait_for

CONNECTIONS = 64
BODY = "hello\n"

# name: path, requests that are sent together, server program
CASES = {
    "hello": ("/", 1, "weir-http-hello"),
    "pipelined": ("/", 16, "weir-http-hello"),
    "1k": ("/1k.txt", 1, "weir-files"),
    "1m": ("/1m.bin", 1, "weir-files"),
}

NGINX = """
daemon off; worker_processes 1; error_log /dev/null; pid {folder}/pid;
events {{ worker_connections 4096; }}
http {{
  access_log off; keepalive_requests 100000000; sendfile on; types {{ text/plain txt; }}
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{ listen 127.0.0.1:{hello}; default_type text/plain; location / {{ return 200 "{body}"; }} }}
  server {{ listen 127.0.0.1:{files}; root {root}; }}
  server {{ listen 127.0.0.1:{cached}; root {root}; open_file_cache max=1000; }}
}}
"""

PIPELINE = """
init = function()
  local all = {{}}
  for i = 1, {depth} do all[i] = wrk.format() end
  together = table.concat(all)
end
request = function() return together end
"""


class Target:
    """A process, and the port on which it is asked."""

    def __init__(self, name, pid, port):
        self.name, self.pid, self.port, self.rates = name, pid, port, []

    def measure(self, path, script, seconds):
        before = cpu_seconds(self.pid)
        said = subprocess.run(
            ["taskset", "-c", "1", "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", *script,
             f"http://127.0.0.1:{self.port}{path}"], capture_output=True, text=True, check=True).stdout
        used = cpu_seconds(self.pid) - before
        if "Non-2xx" in said or "Socket errors" in said:
            print(f"{self.name}: not all requests succeeded\n{said}", file=sys.stderr)
        self.rates.append(int(re.search(r"(\d+) requests in", said).group(1)) / used)


def targets_of(case, folder, bins, processes):
    path, _, program = CASES[case]
    root = folder / "www"
    ports = {name: free_port() for name in ("hello", "files", "cached")}
    config = folder / f"{case}.conf"
    config.write_text(NGINX.format(folder=folder, root=root, body=BODY.replace("\n", "\\n"), **ports))
    master = start(["nginx", "-c", str(config)], processes)
    wait_for(ports["hello"])
    worker = pathlib.Path(f"/proc/{master}/task/{master}/children").read_text().split()[0]
    if program == "weir-http-hello":
        targets = [Target("nginx", worker, ports["hello"])]
    else:
        targets = [Target("nginx", worker, ports["files"]),
                   Target("nginx, open_file_cache", worker, ports["cached"])]
    for label, bin_folder in bins:
        for backend in ("asio", "epoll"):
            port = free_port()
            command = [str(bin_folder / program)]
            if program == "weir-http-hello":
                command += [f"tcp://127.0.0.1:{port}", backend]
            else:
                command += ["--root", str(root), "--backend", backend,
                            "--listen", f"tcp://127.0.0.1:{port}"]
            targets.append(Target(f"{label} {backend}", start(command, processes), port))
            wait_for(port)
    return targets


def compare(case, folder, bins, rounds, seconds):
    path, depth, _ = CASES[case]
    script = []
    if depth > 1:  # a script makes wrk slower, and a server that waits for it costs more a request
        (folder / "pipeline.lua").write_text(PIPELINE.format(depth=depth))
        script = ["-s", folder / "pipeline.lua"]
    processes = []
    try:
        targets = targets_of(case, folder, bins, processes)
        for target in targets:
            target.measure(path, script, 1)
            target.rates.clear()
        for _ in range(rounds):
            for target in targets:
                target.measure(path, script, seconds)
    finally:
        for process in processes:
            process.terminate()
            process.wait()
    print(f"{case}: requests per CPU second, and the ratio to nginx's, medians of {rounds}")
    print_medians({target.name: target.rates for target in targets})


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bins", nargs="+", metavar="[NAME=]FOLDER")
    parser.add_argument("--cases", default=",".join(CASES))
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=int, default=2)
    options = parser.parse_args()
    bins = []
    for each in options.bins:
        name, _, folder = each.rpartition("=")
        bins.append((name or "weir", pathlib.Path(folder).resolve()))
    with tempfile.TemporaryDirectory() as made:
        folder = pathlib.Path(made)
        folder.chmod(0o755)  # nginx's worker may be another user
        root = folder / "www"
        root.mkdir()
        (root / "1k.txt").write_bytes(b"x" * 1024)
        (root / "1m.bin").write_bytes(os.urandom(1024 * 1024))
        for case in options.cases.split(","):
            compare(case, folder, bins, options.rounds, options.seconds)


if __name__ == "__main__":
    main()
