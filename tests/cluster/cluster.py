"""A cluster as SageMaker makes one: named hosts, each with its own /opt/ml, one program on each."""

import json
import os
import pathlib
import random
import shutil
import tempfile
import time

import network
from process import CaseFailed, Process

# What hosts and children find in their environment; nothing of the developer's shell leaks in. The
# proxies lead nowhere: job traffic must not go through them.
ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "LANG": "C.UTF-8",
    "http_proxy": "http://127.0.0.1:9",
    "https_proxy": "http://127.0.0.1:9",
}


def host_names(count):
    """algo-1 ... algo-<count>, in SageMaker's order, which is that of text."""
    return sorted(f"algo-{i}" for i in range(1, count + 1))


def write_config(base, current_host, hosts, interface="eth0", hyperparameters=None, channels=()):
    """The three files under base/input/config, and the directories beside them. Without an
    `interface` the configuration names none."""
    base = pathlib.Path(base)
    for directory in ["input/config", "code", "model", "output/data"]:
        (base / directory).mkdir(parents=True, exist_ok=True)
    resources = {
        "current_host": current_host,
        "hosts": hosts,
        "current_instance_type": "ml.m5.large",
        "current_group_name": "homogeneousCluster",
        "instance_groups": [{"instance_group_name": "homogeneousCluster",
                             "instance_type": "ml.m5.large", "hosts": hosts}],
    }
    if interface is not None:
        resources["network_interface_name"] = interface
    inputs = {name: {"TrainingInputMode": "File"} for name in channels}
    for name, value in [("resourceconfig", resources), ("inputdataconfig", inputs),
                        ("hyperparameters", hyperparameters or {})]:
        (base / f"input/config/{name}.json").write_text(json.dumps(value))
    for name in channels:
        (base / "input/data" / name).mkdir(parents=True, exist_ok=True)


class Cluster:
    """`with Cluster(program, count) as cluster:` nothing of it is left afterwards."""

    def __init__(self, program, count, ipv6=False, device="eth0", **config):
        network.require()
        network.remove_leftovers()
        self.names = host_names(count)
        self.processes = {}
        self._program = program
        self._directory = pathlib.Path(tempfile.mkdtemp(prefix="sm-cluster-"))
        for name in self.names:
            write_config(self.base(name), name, self.names, **config)
        self.network = network.Network(self.names, ipv6, device)

    def __enter__(self):
        return self

    def __exit__(self, exception_type, exception, traceback):
        if exception_type is not None:
            print("".join(p.report() for p in self.processes.values()), flush=True)
        self.network.close()
        for process in self.processes.values():
            process.kill()
        shutil.rmtree(self._directory, ignore_errors=True)

    def base(self, name):
        """The host's /opt/ml."""
        return self._directory / name / "ml"

    def write_script(self, file_name, text):
        """Puts an executable file into the code directory of every host."""
        for name in self.names:
            path = self.base(name) / "code" / file_name
            path.write_text(text)
            path.chmod(0o755)

    def start(self, name, arguments, extra_env=None):
        argv = [self._program, "--base-dir", self.base(name), *arguments]
        self.processes[name] = Process(name, self.network.command(name, argv),
                                       {**ENVIRONMENT, **(extra_env or {})},
                                       self._directory / name, cwd=self._directory / name)

    def start_all(self, arguments):
        for name in self.names:
            self.start(name, arguments)

    def start_scattered(self, arguments, within_seconds):
        """In random order, spread over that time. SM_TEST_SEED repeats an order."""
        seed = int(os.environ.get("SM_TEST_SEED", time.time_ns() % 1_000_000))
        print(f"SM_TEST_SEED={seed}", flush=True)
        dice = random.Random(seed)
        delays = sorted(dice.uniform(0, within_seconds) for _ in self.names)
        begin = time.monotonic()
        for name, delay in zip(dice.sample(self.names, len(self.names)), delays):
            time.sleep(max(0, begin + delay - time.monotonic()))
            print(f"start {name} after {delay:.2f} s", flush=True)
            self.start(name, arguments)

    def wait_for_lines(self, text, per_host, seconds):
        for process in self.processes.values():
            process.wait_for_lines(text, per_host, seconds)

    def expect_codes(self, expected, seconds):
        """Every process ends with the code that `expected` (a code, or host to code) has for it,
        and leaves no process behind."""
        codes = {name: process.wait(seconds) for name, process in self.processes.items()}
        if not isinstance(expected, dict):
            expected = {name: expected for name in codes}
        if codes != expected:
            raise CaseFailed(f"exit codes are {codes}, expected {expected}")
        self.network.expect_empty(seconds)

    def expect_stderr(self, *patterns):
        for process in self.processes.values():
            process.expect_stderr(*patterns)
