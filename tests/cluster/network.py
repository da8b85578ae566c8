"""Hosts as network namespaces, joined by a bridge in a namespace of its own.

Nothing of the machine's own network is touched, so that runs side by side may use the same
addresses. `ip netns exec` shows each namespace its own /etc/hosts.
"""

import os
import pathlib
import shutil
import subprocess

from process import CaseSkipped, poll_until

ETC_NETNS = pathlib.Path("/etc/netns")
PREFIX = "smt"  # of every namespace here: smt<pid of the creator>-<host>


def _ip(*words):
    done = subprocess.run(["ip", *words], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"ip {' '.join(words)}: {done.stderr.strip()}")
    return done.stdout


def require():
    """Skips the case unless this process may create namespaces."""
    if os.geteuid() != 0:
        raise CaseSkipped("network namespaces need root")
    if shutil.which("ip") is None:
        raise CaseSkipped("no ip program (package iproute2)")
    probe = f"{PREFIX}{os.getpid()}-probe"
    try:
        _ip("netns", "add", probe)
        _ip("netns", "del", probe)
    except RuntimeError as error:
        raise CaseSkipped(f"no network namespaces here: {error}") from None


def _pids(namespace):
    return [int(pid) for pid in _ip("netns", "pids", namespace).split()]


def _destroy(namespace):
    for pid in _pids(namespace):
        try:
            os.kill(pid, 9)
        except ProcessLookupError:
            pass
    _ip("netns", "del", namespace)
    shutil.rmtree(ETC_NETNS / namespace, ignore_errors=True)


def remove_leftovers():
    """Removes what runs left behind that were killed before they could clean up."""
    for line in _ip("netns", "list").splitlines():
        name = line.split()[0]
        owner = name[len(PREFIX):].split("-")[0]
        if name.startswith(PREFIX) and owner.isdigit() and not os.path.exists(f"/proc/{owner}"):
            _destroy(name)


class Network:
    """Creates the namespaces at once; close() kills whatever runs in them and removes them."""

    def __init__(self, names, ipv6, device):
        self._device = device
        self._namespaces = {}
        self._switch = f"{PREFIX}{os.getpid()}-switch"
        self.addresses = {name: (f"fd00:5e::{i + 1:x}" if ipv6 else f"10.77.0.{i + 1}")
                          for i, name in enumerate(names)}
        try:
            self._create(names, ipv6)
        except BaseException:
            self.close()
            raise

    def _create(self, names, ipv6):
        _ip("netns", "add", self._switch)
        _ip("-n", self._switch, "link", "add", "bridge0", "type", "bridge")
        _ip("-n", self._switch, "link", "set", "bridge0", "up")
        hosts_file = "127.0.0.1 localhost\n::1 localhost\n" + "".join(
            f"{address} {name}\n" for name, address in self.addresses.items())
        for name in names:
            self._add_host(name, ipv6, hosts_file)

    def _add_host(self, name, ipv6, hosts_file):
        namespace = f"{PREFIX}{os.getpid()}-{name}"
        etc = ETC_NETNS / namespace
        etc.mkdir(parents=True)
        (etc / "hosts").write_text(hosts_file)
        (etc / "resolv.conf").write_text("")  # no name server: nothing leaves this machine
        _ip("netns", "add", namespace)
        self._namespaces[name] = namespace
        _ip("-n", namespace, "link", "add", self._device, "type", "veth",
            "peer", "name", name, "netns", self._switch)
        _ip("-n", self._switch, "link", "set", name, "master", "bridge0", "up")
        address = [f"{self.addresses[name]}/{64 if ipv6 else 24}", *(["nodad"] if ipv6 else [])]
        _ip("-n", namespace, "addr", "add", *address, "dev", self._device)
        _ip("-n", namespace, "link", "set", "lo", "up")
        _ip("-n", namespace, "link", "set", self._device, "up")

    def command(self, name, argv):
        """`argv` as a process of that host, with the host's UTS name. No process stays between."""
        return ["ip", "netns", "exec", self._namespaces[name], "unshare", "--uts", "sh", "-c",
                'hostname "$0" && exec "$@"', name, *argv]

    def unplug(self, name):
        """Pulls the host's cable: its packets vanish, and no connection is told."""
        _ip("-n", self._switch, "link", "set", name, "nomaster")

    def pids(self, name):
        return _pids(self._namespaces[name])

    def expect_empty(self, seconds):
        """Every process of every host ends."""
        for name in self._namespaces:
            poll_until(lambda: not self.pids(name), seconds, f"all processes on {name} end")

    def close(self):
        for namespace in [*self._namespaces.values(), self._switch]:
            try:
                _destroy(namespace)
            except RuntimeError:
                pass  # creation failed half-way; the rest has to go all the same
        self._namespaces = {}
