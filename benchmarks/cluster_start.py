#!/usr/bin/env python3
"""Start-up of a cluster: 4 hosts x 2 workers, against the same processes started by hand.

Hosts are network namespaces (as root). By hand means: on every host at the same time one shell
starts the two workers with their whole environment already known, so nobody has to meet. Measured
from the first start to the last rank's first line, and to the last exit.
"""

import argparse
import os
import pathlib
import selectors
import statistics
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests/cluster"))
import network  # noqa: E402
from cluster import ENVIRONMENT, host_names, write_config  # noqa: E402

HOSTS, WORKERS = 4, 2
AIM_RATIO = 1.2
SCRIPTS = {
    "sh": ("job.sh", "#!/bin/sh\necho up\n"),
    "python": ("job.py", "print('up', flush=True)\n"),
    "torch, gloo": ("job.py", "import torch.distributed as dist\n"
                    "dist.init_process_group('gloo')\nprint('up', flush=True)\ndist.barrier()\n"),
}


def by_hand(net, names, round_number, script, python):
    """One command per host that starts its workers."""
    program = f"{python} {script}" if script.suffix == ".py" else str(script)
    commands = []
    for i, name in enumerate(names):
        lines = [f"RANK={i * WORKERS + j} LOCAL_RANK={j} WORLD_SIZE={len(names) * WORKERS} "
                 f"MASTER_ADDR={net.addresses[names[0]]} MASTER_PORT={20000 + round_number} "
                 f"GLOO_SOCKET_IFNAME=eth0 {program} &" for j in range(WORKERS)]
        commands.append(net.command(name, ["sh", "-c", "\n".join([*lines, "wait"])]))
    return commands


def with_us(net, names, directory, program, script, python):
    return [net.command(name, [program, "--base-dir", str(directory / name), "--launcher",
                               "workers", "--nproc-per-host", str(WORKERS), "--python", python,
                               str(script)]) for name in names]


def measure(commands):
    """(milliseconds to the last rank's first line, to the last exit)."""
    expected = HOSTS * WORKERS
    begin = time.perf_counter()
    processes = [subprocess.Popen(command, env={**ENVIRONMENT, "OMP_NUM_THREADS": "1"},
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
                 for command in commands]
    all_up = None
    lines = 0
    with selectors.DefaultSelector() as selector:
        for process in processes:
            selector.register(process.stdout, selectors.EVENT_READ)
        while selector.get_map():
            for key, _ in selector.select():
                data = os.read(key.fd, 65536)
                if not data:
                    selector.unregister(key.fileobj)
                lines += data.count(b"up\n")
            if lines == expected and all_up is None:
                all_up = (time.perf_counter() - begin) * 1000
    codes = [process.wait() for process in processes]
    if any(codes) or lines != expected:
        raise SystemExit(f"{lines} of {expected} ranks came up, exit codes {codes}")
    return all_up, (time.perf_counter() - begin) * 1000


def compare(net, names, directory, program, script, python, runs):
    rounds = []
    for i in range(-1, runs):
        pair = [("hand", by_hand(net, names, i + 1, script, python)),
                ("us", with_us(net, names, directory, program, script, python))]
        times = {name: measure(commands) for name, commands in (pair if i % 2 else pair[::-1])}
        if i >= 0:  # the first round warms the caches
            rounds.append(times)
    return rounds


def report(name, rounds):
    for index, what in enumerate(["first line", "end"]):
        hand, us = (statistics.median(times[who][index] for times in rounds)
                    for who in ["hand", "us"])
        print(f"{name:14}{what:12}{hand:10.1f}{us:10.1f}{us - hand:12.1f}{us / hand:8.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", default="build/release/sm-bootstrap")
    parser.add_argument("--python", default="/usr/bin/python3", help="one that has PyTorch")
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--scripts", nargs="+", choices=SCRIPTS, default=list(SCRIPTS))
    args = parser.parse_args()
    network.require()

    names = host_names(HOSTS)
    net = network.Network(names, ipv6=False)
    try:
        with tempfile.TemporaryDirectory() as temporary:
            directory = pathlib.Path(temporary)
            for name in names:
                write_config(directory / name, name, names)
            print(f"{HOSTS} hosts x {WORKERS} workers, medians of {args.runs} pairs, in ms; "
                  f"aim: ratio at most {AIM_RATIO}")
            print(f"{'':14}{'up to':12}{'by hand':>10}{'with us':>10}{'difference':>12}"
                  f"{'ratio':>8}")
            for name in args.scripts:
                file_name, text = SCRIPTS[name]
                script = directory / file_name
                script.write_text(text)
                script.chmod(0o755)
                report(name, compare(net, names, directory, os.path.abspath(args.program), script,
                                     args.python, args.runs))
    finally:
        net.close()


if __name__ == "__main__":
    main()
