"""Jobs on hosts that are network namespaces."""

import pathlib
import re
import shutil
import signal

from cluster import Cluster
from process import CaseFailed

# Exit codes of the program, as its documentation has them.
USAGE, HOST_LOST, RENDEZVOUS_TIMEOUT, REFUSED = 2, 69, 75, 76

# Plenty: nothing here is a measurement, a deadline only ends what hangs.
SECONDS = 60

REPORT_RANK = """#!/bin/sh
echo "rank=$RANK local=$LOCAL_RANK world=$WORLD_SIZE host=$SM_CURRENT_HOST master=$MASTER_ADDR"
"""
RUN_FOREVER = """#!/bin/sh
echo ready
exec sleep 1000
"""
WORKERS = ["--launcher", "workers", "--nproc-per-host"]


def expect_ranks(cluster, per_host):
    """Each host printed its own ranks, which follow the host list, and all the same master."""
    master = cluster.network.addresses[cluster.names[0]]
    world = sum(per_host)
    rank = 0
    for name, count in zip(cluster.names, per_host):
        expected = sorted(f"rank={rank + i} local={i} world={world} host={name} master={master}"
                          for i in range(count))
        found = sorted(re.findall(r"rank=.*", cluster.processes[name].stdout))
        if found != expected:
            raise CaseFailed(f"{name} printed {found}, expected {expected}")
        rank += count


def train(context, hosts, workers):
    example = pathlib.Path(context.source) / "examples/pytorch_ddp"
    with Cluster(context.program, hosts, hyperparameters={"epochs": "3", "device": "cpu"},
                 channels=["training"]) as cluster:
        for name in cluster.names:
            shutil.copy(example / "train.py", cluster.base(name) / "code")
            shutil.copy(example / "digits.csv.gz", cluster.base(name) / "input/data/training")
        cluster.start_all([*WORKERS, str(workers), "--python", context.torch_python(), "train.py"])
        cluster.expect_codes(0, 240)

        leader = cluster.processes[cluster.names[0]].stdout
        losses = [float(loss) for loss in re.findall(r"epoch \d/3: loss ([\d.]+)", leader)]
        if len(losses) != 3 or losses[-1] >= losses[0]:
            raise CaseFailed(f"expected three falling losses, got {losses}")
        if f"all {hosts * workers} workers hold the same weights" not in leader:
            raise CaseFailed("the workers did not compare their weights")
        models = [name for name in cluster.names
                  if (cluster.base(name) / "model/model.pt").exists()]
        if models != cluster.names[:1]:
            raise CaseFailed(f"hosts with a model: {models}, expected the leader only")


def two_hosts_train(context):
    train(context, 2, 2)


def three_hosts_train(context):
    train(context, 3, 1)


def eleven_hosts_train(context):
    train(context, 11, 1)


def hosts_in_any_order(context):
    with Cluster(context.program, 4) as cluster:
        cluster.write_script("report.sh", REPORT_RANK)
        cluster.start_scattered([*WORKERS, "2", "report.sh"], within_seconds=5)
        cluster.expect_codes(0, SECONDS)
        expect_ranks(cluster, [2, 2, 2, 2])


def eleven_hosts_in_list_order(context):
    with Cluster(context.program, 11) as cluster:
        cluster.write_script("report.sh", REPORT_RANK)
        cluster.start_scattered([*WORKERS, "1", "report.sh"], within_seconds=1)
        cluster.expect_codes(0, SECONDS)
        expect_ranks(cluster, [1] * 11)


def ipv6_only(context):
    with Cluster(context.program, 2, ipv6=True) as cluster:
        cluster.write_script("report.sh", REPORT_RANK)
        cluster.start_all([*WORKERS, "2", "report.sh"])
        cluster.expect_codes(0, SECONDS)
        expect_ranks(cluster, [2, 2])


def uneven_workers(context):
    """As many workers as accelerators, which a stand-in for neuron-ls reports."""
    with Cluster(context.program, 3) as cluster:
        cluster.write_script("report.sh", REPORT_RANK)
        per_host = [1, 3, 2]
        for name, count in zip(cluster.names, per_host):
            tools = cluster.base(name) / "tools"
            tools.mkdir()
            tool = tools / "neuron-ls"
            tool.write_text(f"#!/bin/sh\necho '[{{\"nc_count\": {count}}}]'\n")
            tool.chmod(0o755)
            cluster.start(name, ["--launcher", "workers", "report.sh"],
                          {"PATH": f"{tools}:/usr/sbin:/usr/bin:/sbin:/bin"})
        cluster.expect_codes(0, SECONDS)
        expect_ranks(cluster, per_host)


def script_once_per_host(context):
    with Cluster(context.program, 3) as cluster:
        cluster.write_script("once.sh", '#!/bin/sh\n'
                             'echo "$SM_CURRENT_HOST_RANK of $SM_HOST_COUNT, RANK=$RANK, $*"\n')
        cluster.start_all(["once.sh", "a b", ""])
        cluster.expect_codes(0, SECONDS)
        for i, name in enumerate(cluster.names):
            if cluster.processes[name].stdout != f"[{name}:{i}] {i} of 3, RANK=, a b \n":
                raise CaseFailed(f"{name} printed {cluster.processes[name].stdout!r}")


def missing_host(context):
    with Cluster(context.program, 3) as cluster:
        cluster.write_script("report.sh", REPORT_RANK)
        for name in ["algo-1", "algo-3"]:
            cluster.start(name, [*WORKERS, "1", "--rendezvous-timeout", "3s", "report.sh"])
        cluster.expect_codes(RENDEZVOUS_TIMEOUT, SECONDS)
        cluster.expect_stderr(r"algo-2")


def missing_leader(context):
    with Cluster(context.program, 3) as cluster:
        cluster.write_script("report.sh", REPORT_RANK)
        for name in ["algo-2", "algo-3"]:
            cluster.start(name, [*WORKERS, "1", "--rendezvous-timeout", "3s", "report.sh"])
        cluster.expect_codes(RENDEZVOUS_TIMEOUT, SECONDS)
        cluster.expect_stderr(r"algo-1")


def different_launcher(context):
    with Cluster(context.program, 3) as cluster:
        cluster.write_script("report.sh", REPORT_RANK)
        common = ["--rendezvous-timeout", "5s"]
        cluster.start("algo-1", [*common, *WORKERS, "1", "report.sh"])
        cluster.start("algo-2", [*common, "--launcher", "script", "report.sh"])
        cluster.start("algo-3", [*common, *WORKERS, "1", "report.sh"])
        cluster.processes["algo-2"].expect_code(REFUSED, SECONDS)
        for name in ["algo-1", "algo-3"]:
            code = cluster.processes[name].wait(SECONDS)
            if code not in (REFUSED, RENDEZVOUS_TIMEOUT):
                raise CaseFailed(f"{name} ended with {code}")
        for name in ["algo-1", "algo-2"]:
            cluster.processes[name].expect_stderr(r"launcher", r"\bscript\b", r"\bworkers\b")
        cluster.network.expect_empty(SECONDS)


def wrong_interface(context):
    with Cluster(context.program, 2, interface="eth9") as cluster:
        cluster.write_script("report.sh", REPORT_RANK)
        cluster.start_all([*WORKERS, "1", "report.sh"])
        cluster.expect_codes(USAGE, SECONDS)
        cluster.expect_stderr(r"eth9", r"\beth0\b", r"\blo\b")


def unnamed_interface(context):
    """Where none is configured and there is no eth0, the route to the leader decides."""
    with Cluster(context.program, 3, device="ib0", interface=None) as cluster:
        cluster.write_script("report.sh", REPORT_RANK)
        cluster.start_all([*WORKERS, "1", "report.sh"])
        cluster.expect_codes(0, SECONDS)
        cluster.expect_stderr(r"on ib0 \(10\.77\.0\.\d+; .*rout")


def rank_fails(context):
    with Cluster(context.program, 3) as cluster:
        cluster.write_script("fail.sh", '#!/bin/sh\n[ "$RANK" = 3 ] && exit 7\nexec sleep 1000\n')
        cluster.start_all([*WORKERS, "2", "fail.sh"])
        cluster.expect_codes(7, SECONDS)
        cluster.expect_stderr(r"rank 3\b.*algo-2")


def rank_is_killed(context):
    with Cluster(context.program, 2) as cluster:
        cluster.write_script("fail.sh",
                             '#!/bin/sh\n[ "$RANK" = 0 ] && kill -SEGV $$\nexec sleep 1000\n')
        cluster.start_all([*WORKERS, "1", "fail.sh"])
        cluster.expect_codes(128 + signal.SIGSEGV, SECONDS)
        cluster.expect_stderr(r"rank 0\b.*algo-1.*SIGSEGV")


def disturb(context, act, expected, *stderr):
    """Does `act` to a cluster all of whose ranks run; every host then ends with the code that
    `expected` has for it, and those that could speak said what `stderr` matches."""
    with Cluster(context.program, 3) as cluster:
        cluster.write_script("forever.sh", RUN_FOREVER)
        cluster.start_all([*WORKERS, "2", "forever.sh"])
        cluster.wait_for_lines("ready", 2, SECONDS)
        act(cluster)
        cluster.expect_codes(expected, 2 * SECONDS)
        for name, process in cluster.processes.items():
            if not isinstance(expected, dict) or expected[name] >= 0:
                process.expect_stderr(*stderr)


def one_host_is_told_to_stop(context):
    disturb(context, lambda c: c.processes["algo-3"].send(signal.SIGTERM), 128 + signal.SIGTERM,
            r"algo-3.*SIGTERM")


def leader_is_told_to_stop(context):
    disturb(context, lambda c: c.processes["algo-1"].send(signal.SIGINT), 128 + signal.SIGINT,
            r"algo-1.*SIGINT")


def host_is_killed(context):
    disturb(context, lambda c: c.processes["algo-2"].send(signal.SIGKILL),
            {"algo-1": HOST_LOST, "algo-2": -signal.SIGKILL, "algo-3": HOST_LOST}, r"algo-2")


def leader_is_killed(context):
    disturb(context, lambda c: c.processes["algo-1"].send(signal.SIGKILL),
            {"algo-1": -signal.SIGKILL, "algo-2": HOST_LOST, "algo-3": HOST_LOST}, r"algo-1")


def leader_is_cut_off(context):
    """No connection is closed, packets just vanish: only keepalives can tell."""
    disturb(context, lambda c: c.network.unplug("algo-1"), HOST_LOST)


def host_is_cut_off(context):
    disturb(context, lambda c: c.network.unplug("algo-3"), HOST_LOST)


CASES = [two_hosts_train, three_hosts_train, eleven_hosts_train, hosts_in_any_order,
         eleven_hosts_in_list_order, ipv6_only, uneven_workers, script_once_per_host, missing_host,
         missing_leader, different_launcher, wrong_interface, unnamed_interface, rank_fails,
         rank_is_killed, one_host_is_told_to_stop, leader_is_told_to_stop, host_is_killed,
         leader_is_killed, leader_is_cut_off, host_is_cut_off]
