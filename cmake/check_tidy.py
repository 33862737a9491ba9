#!/usr/bin/env python3
"""Usage: check_tidy.py [ROOT]

Runs clang-tidy over every source of ROOT/framework and ROOT/apps (default: this repository) that
preset release compiles, with the checks of ROOT/.clang-tidy. Prints the findings; fails when there
are any.

Most of the time goes into the headers of others, which every source includes. So sources that are
compiled alike are read several at a time, one behind the other. Where something is found, or what
compiles alone does not together (two sources use one name for two things), each is looked at again,
alone: only that says what is wrong.
"""

import json
import os
import shlex
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from pathlib import Path

TOGETHER = 8  # sources: more save little, and find more names that meet


def compiled_sources(root):
    """How each source is compiled, {path: (folder, arguments without the source and its object)}."""
    sources = {}
    for entry in json.loads((root / "build/release/compile_commands.json").read_text()):
        path = Path(entry["directory"], entry["file"])
        if path.is_relative_to(root / "framework") or path.is_relative_to(root / "apps"):
            arguments = shlex.split(entry["command"])[1:]
            output = arguments.index("-o")
            sources[path] = entry["directory"], arguments[:output]
    return sources


def batches(sources):
    """The sources in lists of up to TOGETHER, each list compiled with the same arguments."""

    def alike(path):
        return path.suffix, *sources[path]

    for (suffix, _, _), paths in groupby(sorted(sources, key=lambda p: (alike(p), p)), key=alike):
        paths = list(paths)
        size = TOGETHER if suffix == ".cpp" else 1
        yield from (paths[first : first + size] for first in range(0, len(paths), size))


def tidy(root, paths, how):
    """clang-tidy over the sources as one; what it printed if it found something, else None."""
    folder, arguments = how
    # Below root, where clang-tidy looks for its checks: told of their file it leaves out ExtraArgs.
    with tempfile.NamedTemporaryFile("w", suffix=".cpp", dir=root / "build") as together:
        command = ["clang-tidy", "--quiet"]
        if len(paths) > 1:
            for number, path in enumerate(paths):
                # A macro between them: behind one a header may be included again.
                together.write(f"#define WEIR_SOURCE_{number}\n{path.read_text()}\n")
            together.flush()
            command.append(together.name)
            arguments = [*arguments, "-Wno-shadow"]
        else:
            command.append(paths[0])
        run = subprocess.run([*command, "--", *arguments], cwd=folder, text=True,
                             capture_output=True, check=False)
    return None if run.returncode == 0 else run.stdout or run.stderr


def main(root):
    sources = compiled_sources(root)
    if not sources:
        sys.exit("check_tidy.py: preset release compiles nothing of framework/ or apps/")
    with ThreadPoolExecutor(os.cpu_count()) as pool:

        def each(lists):
            """The lists in which something was found, and what was printed of each."""
            lists = list(lists)
            printed = pool.map(lambda paths: tidy(root, paths, sources[paths[0]]), lists)
            return [(paths, text) for paths, text in zip(lists, printed) if text is not None]

        again = [path for paths, _ in each(batches(sources)) for path in paths]
        findings = each([path] for path in again)
    for _, text in findings:
        print(text, end="")
    print(f"{len(sources)} sources, {len(again)} looked at alone, {len(findings)} with findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent).resolve()))
