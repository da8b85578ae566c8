#!/usr/bin/env python3
"""Runs one end-to-end case against the built program. 0: passed, 1: failed, 77: skipped.

    run.py --program build/release/sm-bootstrap rank_fails
    run.py --list
"""

import argparse
import os
import pathlib
import subprocess
import sys
import traceback

import cluster_cases
import local_cases
from process import CaseFailed, CaseSkipped

CASES = {case.__name__: case for case in cluster_cases.CASES + local_cases.CASES}
SKIPPED = 77


class Context:
    """What a case needs to know of the build and of this machine."""

    def __init__(self, program):
        self.program = os.path.abspath(program)
        self.source = pathlib.Path(__file__).resolve().parents[2]

    @staticmethod
    def torch_python():
        """A Python with torch.distributed, by absolute path."""
        check = "import sys, torch.distributed as d; assert d.is_available(); print(sys.executable)"
        for python in ["python3", "/usr/bin/python3"]:
            try:
                found = subprocess.run([python, "-c", check], capture_output=True, text=True)
            except OSError:
                continue  # not there, or not ours to run
            if found.returncode == 0:
                return found.stdout.strip()
        raise CaseSkipped("no Python with PyTorch (package python3-torch)")


def run(name, program):
    try:
        CASES[name](Context(program))
    except CaseSkipped as reason:
        print(f"SKIPPED {name}: {reason}", file=sys.stderr)
        return SKIPPED
    except CaseFailed as failure:
        print(f"FAILED {name}: {failure}", file=sys.stderr)
        return 1
    except Exception:  # a fault of the harness or of the machine: never a silent pass
        traceback.print_exc()
        return 1
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--list", action="store_true", help="print the cases, one per line")
    parser.add_argument("--program", default="build/release/sm-bootstrap")
    parser.add_argument("case", nargs="?", choices=CASES)
    args = parser.parse_args()
    if args.list:
        print("\n".join(CASES))
        return 0
    if args.case is None:
        parser.error("which case?")
    return run(args.case, args.program)


if __name__ == "__main__":
    sys.exit(main())
