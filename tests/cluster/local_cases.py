"""`sm-bootstrap local` and single hosts: no network of their own, no root."""

import os
import pathlib
import re
import shutil
import signal
import socket
import tempfile
import uuid

from cluster import ENVIRONMENT, write_config
from process import CaseFailed, CaseSkipped, Process, poll_until

SECONDS = 60
MARK = "SM_TEST_MARK"


def _marked_pids(mark):
    """Processes that inherited our mark, whoever is their parent by now."""
    wanted = f"{MARK}={mark}".encode()
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if wanted in (entry / "environ").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
            except OSError:
                pass  # it has ended, or is not ours
    return found


class Machine:
    """A directory to work in, and a mark by which every process that is started can be found."""

    def __init__(self, program):
        self._program = program
        self._mark = uuid.uuid4().hex
        self._process = None
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="sm-local-"))

    def __enter__(self):
        return self

    def __exit__(self, exception_type, exception, traceback):
        if exception_type is not None and self._process is not None:
            print(self._process.report(), flush=True)
        for pid in _marked_pids(self._mark):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        shutil.rmtree(self.directory, ignore_errors=True)

    def write_script(self, file_name, text):
        path = self.directory / file_name
        path.write_text(text)
        path.chmod(0o755)

    def start(self, *arguments, env=None):
        everything = {**ENVIRONMENT, MARK: self._mark, "TMPDIR": str(self.directory), **(env or {})}
        self._process = Process("sm-bootstrap", [self._program, *arguments], everything,
                                self.directory, cwd=self.directory)
        return self._process

    def start_local(self, hosts, *arguments):
        return self.start("local", "--hosts", str(hosts), *arguments)

    def expect_no_processes(self):
        poll_until(lambda: not _marked_pids(self._mark), SECONDS, "all processes end")


WORKERS = ["--launcher", "workers", "--nproc-per-host", "2"]


def local_succeeds(context):
    with Machine(context.program) as machine:
        machine.write_script("report.sh", '#!/bin/sh\necho "rank=$RANK on $SM_CURRENT_HOST, $1"\n')
        process = machine.start_local(3, *WORKERS, "report.sh", "a b")
        process.expect_code(0, SECONDS)
        found = sorted(re.findall(r"rank=.*", process.stdout))
        expected = [f"rank={i} on algo-{i // 2 + 1}, a b" for i in range(6)]
        if found != expected:
            raise CaseFailed(f"the ranks printed {found}, expected {expected}")
        machine.expect_no_processes()


def local_fails(context):
    with Machine(context.program) as machine:
        machine.write_script("fail.sh", '#!/bin/sh\n[ "$RANK" = 3 ] && exit 7\nexec sleep 1000\n')
        process = machine.start_local(2, *WORKERS, "fail.sh")
        process.expect_code(7, SECONDS)
        process.expect_stderr(r"rank 3\b.*algo-2")
        machine.expect_no_processes()


def local_is_interrupted(context):
    with Machine(context.program) as machine:
        machine.write_script("forever.sh", "#!/bin/sh\necho ready\nexec sleep 1000\n")
        process = machine.start_local(2, *WORKERS, "forever.sh")
        process.wait_for_lines("ready", 4, SECONDS)
        process.send(signal.SIGINT)
        process.expect_code(128 + signal.SIGINT, SECONDS)
        machine.expect_no_processes()


def local_is_interrupted_twice(context):
    """Whoever asks again does not wait for the grace."""
    with Machine(context.program) as machine:
        machine.write_script("deaf.sh", "#!/bin/sh\ntrap '' INT TERM\necho ready\n"
                             "while :; do sleep 0.1; done\n")
        process = machine.start_local(2, *WORKERS, "--grace", "10m", "deaf.sh")
        process.wait_for_lines("ready", 4, SECONDS)
        process.send(signal.SIGINT)
        poll_until(lambda: process.stderr.count("got SIGINT") == 2, SECONDS, "both hosts know")
        process.send(signal.SIGINT)
        process.expect_code(128 + signal.SIGINT, SECONDS)
        machine.expect_no_processes()


def local_leader_cannot_start(context):
    """The others do not wait for it until their rendezvous is over."""
    with Machine(context.program) as machine, socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        machine.write_script("never.sh", "#!/bin/sh\nexit 1\n")
        process = machine.start_local(2, "--master-port", port, "never.sh")
        process.expect_code(2, SECONDS)
        process.expect_stderr(rf"--master-port: cannot bind port {port}")
        machine.expect_no_processes()


def local_is_killed(context):
    with Machine(context.program) as machine:
        machine.write_script("forever.sh", "#!/bin/sh\necho ready\nexec sleep 1000\n")
        process = machine.start_local(2, *WORKERS, "forever.sh")
        process.wait_for_lines("ready", 4, SECONDS)
        process.send(signal.SIGKILL)
        process.expect_code(-signal.SIGKILL, SECONDS)
        machine.expect_no_processes()


def local_trains(context):
    example = pathlib.Path(context.source) / "examples/pytorch_ddp/train.py"
    with Machine(context.program) as machine:
        process = machine.start_local(2, *WORKERS, "--python", context.torch_python(), str(example),
                                      "--epochs", "2", "--device", "cpu")
        process.expect_code(0, 240)
        if "all 4 workers hold the same weights" not in process.stdout:
            raise CaseFailed("the workers did not compare their weights")
        machine.expect_no_processes()


def single_host_script(context):
    """The script's words, streams and exit code are those of a run without us."""
    with Machine(context.program) as machine:
        write_config(machine.directory / "ml", "algo-1", ["algo-1"], interface="lo",
                     hyperparameters={"lr": "0.1"})
        machine.write_script("ml/code/job.sh", '#!/bin/sh\n'
                             'printf "%s|" "$@" "$SM_CURRENT_HOST" "$SM_HP_LR"\n'
                             'printf "no newline" >&2\nexit 3\n')
        process = machine.start("--base-dir", machine.directory / "ml", "job.sh", "x y")
        process.expect_code(3, SECONDS)
        if process.stdout != "--lr|0.1|x y|algo-1|0.1|":
            raise CaseFailed(f"stdout is {process.stdout!r}")
        process.expect_stderr("no newline")
        machine.expect_no_processes()


def single_host_is_told_to_stop(context):
    with Machine(context.program) as machine:
        write_config(machine.directory / "ml", "algo-1", ["algo-1"], interface="lo")
        machine.write_script("ml/code/forever.sh", "#!/bin/sh\necho ready\nexec sleep 1000\n")
        process = machine.start("--base-dir", machine.directory / "ml", "forever.sh")
        process.wait_for_lines("ready", 1, SECONDS)
        process.send(signal.SIGTERM)
        process.expect_code(128 + signal.SIGTERM, SECONDS)
        machine.expect_no_processes()


def without_any_configuration(context):
    if os.path.exists("/opt/ml"):
        raise CaseSkipped("this machine has a configuration under /opt/ml")
    with Machine(context.program) as machine:
        machine.write_script("job.sh", '#!/bin/sh\necho "ran in $(pwd)"\n')
        process = machine.start("./job.sh")
        process.expect_code(0, SECONDS)
        if process.stdout != f"ran in {machine.directory}\n":
            raise CaseFailed(f"stdout is {process.stdout!r}")


CASES = [local_succeeds, local_fails, local_is_interrupted, local_is_interrupted_twice,
         local_leader_cannot_start, local_is_killed, local_trains, single_host_script,
         single_host_is_told_to_stop, without_any_configuration]
