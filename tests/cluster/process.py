"""A program under test: its output in files, every wait with a deadline."""

import os
import pathlib
import re
import signal
import subprocess
import time

POLL_SECONDS = 0.02


class CaseFailed(Exception):
    """What was expected did not happen; the message says what did."""


class CaseSkipped(Exception):
    """This machine cannot run the case; the message says why."""


def poll_until(condition, seconds, what):
    """Returns the first true value of condition(); fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise CaseFailed(f"waited {seconds} s in vain: {what}")
        time.sleep(POLL_SECONDS)


class Process:
    """Starts `argv` with exactly `env` and keeps its output under `directory`."""

    def __init__(self, name, argv, env, directory, cwd):
        self.name = name
        self.argv = [str(word) for word in argv]
        self._stdout = pathlib.Path(directory) / "stdout"
        self._stderr = pathlib.Path(directory) / "stderr"
        with open(self._stdout, "wb") as out, open(self._stderr, "wb") as err:
            self._popen = subprocess.Popen(self.argv, env=env, cwd=cwd, stdout=out, stderr=err,
                                           stdin=subprocess.DEVNULL, start_new_session=True)

    @property
    def pid(self):
        return self._popen.pid

    @property
    def stdout(self):
        return self._stdout.read_text(errors="replace")

    @property
    def stderr(self):
        return self._stderr.read_text(errors="replace")

    def send(self, signo):
        self._popen.send_signal(signo)

    def wait(self, seconds):
        """The exit code; negative for a signal."""
        try:
            return self._popen.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            raise CaseFailed(f"{self.name} still runs after {seconds} s") from None

    def wait_for_lines(self, text, count, seconds):
        """Waits until `count` lines of the standard output hold `text`."""
        def enough():
            if self._popen.poll() is not None:
                raise CaseFailed(f"{self.name} ended before it had printed '{text}' {count} times")
            return sum(text in line for line in self.stdout.splitlines()) >= count
        poll_until(enough, seconds, f"{self.name} prints '{text}' {count} times")

    def expect_code(self, expected, seconds):
        code = self.wait(seconds)
        if code != expected:
            raise CaseFailed(f"{self.name} ended with {code}, expected {expected}")

    def expect_stderr(self, *patterns):
        """Each regular expression matches somewhere in the standard error."""
        for pattern in patterns:
            if not re.search(pattern, self.stderr):
                raise CaseFailed(f"{self.name}: nothing in its stderr matches '{pattern}'")

    def kill(self):
        if self._popen.poll() is None:
            try:
                os.killpg(self._popen.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            self._popen.wait()

    def report(self):
        state = self._popen.poll()
        state = "running" if state is None else f"exit code {state}"
        return (f"--- {self.name} ({state}): {' '.join(self.argv)}\n"
                f"--- {self.name} stdout\n{self.stdout}--- {self.name} stderr\n{self.stderr}")
