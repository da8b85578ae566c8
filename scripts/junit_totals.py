"""Sums up JUnit files that ctest wrote.

Usage: junit_totals.py [NAME=FILE]...

Prints a line for each test that failed, then "N passed, N failed, N skipped" over all files. A file
that is missing, broken or without a test counts as one failure: a run without a record is no success.
Exit status: 0 when at least one test passed and none failed.
"""
import sys
import xml.etree.ElementTree as ElementTree


def outcome(case):
    """'passed', 'failed' or 'skipped'."""
    if case.get("status") == "run":
        return "passed"
    if case.get("status") == "disabled":
        return "skipped"
    skipped = case.find("skipped")
    # ctest says "skipped" too of a test whose program or fixture is missing.
    if skipped is not None and skipped.get("message", "").startswith("SKIP_"):
        return "skipped"
    return "failed"


def outcomes(path):
    """(name, outcome) of each test in the file."""
    try:
        root = ElementTree.parse(path).getroot()
    except (OSError, ElementTree.ParseError) as error:
        return [("no record of the tests: %s" % error, "failed")]
    results = [(case.get("name"), outcome(case)) for case in root.iter("testcase")]
    return results or [("not one test was run", "failed")]


def main(arguments):
    totals = {"passed": 0, "failed": 0, "skipped": 0}
    for argument in arguments:
        label, path = argument.split("=", 1)
        for name, result in outcomes(path):
            totals[result] += 1
            if result == "failed":
                print("failed in %s: %s" % (label, name))
    print("%(passed)d passed, %(failed)d failed, %(skipped)d skipped" % totals)
    return 0 if totals["passed"] and not totals["failed"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
