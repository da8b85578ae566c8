#!/usr/bin/env python3
"""Start-up cost of a single-host run: `sm-bootstrap run SCRIPT` against SCRIPT by itself.

Both are run in turn, in alternating order, so that a drift of the machine meets both; the
difference is the median of the paired differences. Memory is the bootstrapper's own peak (VmHWM).
"""

import argparse
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

SCRIPTS = {
    "sh script": "#!/bin/sh\nexit 0\n",
    "python script": f"#!{sys.executable}\nraise SystemExit(0)\n",
}
AIM_MS = 15
AIM_MIB = 20


def prepare(base, text):
    """A base directory for one host; returns the script's path."""
    base = pathlib.Path(base)
    for directory in ["input/config", "code"]:
        (base / directory).mkdir(parents=True, exist_ok=True)
    resources = {"current_host": "algo-1", "hosts": ["algo-1"], "network_interface_name": "lo"}
    (base / "input/config/resourceconfig.json").write_text(json.dumps(resources))
    script = base / "code/job.sh"
    script.write_text(text)
    script.chmod(0o755)
    return script


def run_once(argv, quiet):
    """Milliseconds from spawn to exit."""
    begin = time.perf_counter()
    pid = os.posix_spawn(argv[0], argv, os.environ,
                         file_actions=[(os.POSIX_SPAWN_DUP2, quiet, 1),
                                       (os.POSIX_SPAWN_DUP2, quiet, 2)])
    _, status = os.waitpid(pid, 0)
    elapsed = (time.perf_counter() - begin) * 1000
    if status != 0:
        raise SystemExit(f"{' '.join(argv)} failed with wait status {status}")
    return elapsed


def compare(bare, ours, runs):
    """Two lists of milliseconds, element i of each from the same round."""
    quiet = os.open(os.devnull, os.O_WRONLY)
    times = ([], [])
    for i in range(-3, runs):  # the first rounds warm the caches
        order = [(0, bare), (1, ours)] if i % 2 else [(1, ours), (0, bare)]
        for which, argv in order:
            elapsed = run_once(argv, quiet)
            if i >= 0:
                times[which].append(elapsed)
    os.close(quiet)
    return times


def peak_mib(argv):
    """The program's own peak, read while its script sits still."""
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        process.stdout.readline()
        status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status).group(1)) / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", default="build/release/sm-bootstrap")
    parser.add_argument("--runs", type=int, default=200)
    args = parser.parse_args()
    program = os.path.abspath(args.program)

    print(f"medians of {args.runs} pairs, in ms; aim: at most {AIM_MS} ms more")
    print(f"{'':16}{'bare':>8}{'with us':>10}{'difference':>12}{'p90':>8}{'ratio':>8}")
    with tempfile.TemporaryDirectory() as base:
        for name, text in SCRIPTS.items():
            script = prepare(base, text)
            ours = [program, "run", "--base-dir", base, str(script)]
            bare_ms, ours_ms = compare([str(script)], ours, args.runs)
            differences = [b - a for a, b in zip(bare_ms, ours_ms)]
            bare, with_us = statistics.median(bare_ms), statistics.median(ours_ms)
            print(f"{name:16}{bare:8.2f}{with_us:10.2f}{statistics.median(differences):12.2f}"
                  f"{statistics.quantiles(differences, n=10)[-1]:8.2f}{with_us / bare:8.2f}")
        script = prepare(base, "#!/bin/sh\necho ready\nexec sleep 0.2\n")
        peaks = [peak_mib([program, "run", "--base-dir", base, str(script)]) for _ in range(5)]
        print(f"peak resident memory: {statistics.median(peaks):.1f} MiB (aim: under {AIM_MIB})")


if __name__ == "__main__":
    main()
