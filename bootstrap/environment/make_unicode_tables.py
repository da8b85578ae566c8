#!/usr/bin/env python3
"""Writes unicode_tables.cc from the Unicode database of the Python that runs it.

    python3 bootstrap/environment/make_unicode_tables.py > bootstrap/environment/unicode_tables.cc

Use a Python with the Unicode version that the header names: tests compare with the machine's own.
"""

import sys
import unicodedata

LIMIT = 0x110000


def unprintable_ranges():
    """Maximal ranges of code points from U+0080 on that repr() escapes."""
    ranges = []
    for code in range(0x80, LIMIT):
        if chr(code).isprintable():
            continue
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return ranges


def upper_mappings():
    """Ranges (first, last, step, delta) of one-to-one mappings, and the other mappings, of upper()."""
    ranges, special = [], []
    for code in range(0x80, LIMIT):
        upper = chr(code).upper()
        if upper == chr(code):
            continue
        if len(upper) > 1:
            special.append((code, upper))
            continue
        delta = ord(upper) - code
        last = ranges[-1] if ranges else None
        if last and last[3] == delta and last[1] == last[0] and code - last[1] in (1, 2):
            last[1], last[2] = code, code - last[1]
        elif last and last[3] == delta and code - last[1] == last[2]:
            last[1] = code
        else:
            ranges.append([code, code, 1, delta])
    return ranges, special


def rows(items):
    """The items, separated by commas, in lines of at most 100 columns."""
    line = "   "
    for item in items:
        if len(line) + len(item) + 2 > 100:
            yield line
            line = "   "
        line += " " + item + ","
    yield line


def utf8(text):
    return "".join("\\x%02X" % byte for byte in text.encode())


def table(kind, name, items):
    print("const %s %s[] = {" % (kind, name))
    for row in rows(items):
        print(row)
    print("};")
    print("const size_t %sCount = std::size(%s);" % (name, name))
    print()


def main():
    ranges, special = upper_mappings()
    print("// Made by make_unicode_tables.py from Unicode %s." % unicodedata.unidata_version)
    print('#include "bootstrap/environment/unicode_tables.h"')
    print()
    print("#include <iterator>")
    print()
    print("namespace sm {")
    print()
    print("// clang-format off")
    table("CodePointRange", "kUnprintable",
          ["{0x%X, 0x%X}" % tuple(r) for r in unprintable_ranges()])
    table("UpperRange", "kUpperRanges", ["{0x%X, 0x%X, %d, %d}" % tuple(r) for r in ranges])
    table("UpperSpecial", "kUpperSpecials",
          ['{0x%X, "%s"}' % (code, utf8(upper)) for code, upper in special])
    print("// clang-format on")
    print()
    print("}  // namespace sm")


if __name__ == "__main__":
    sys.exit(main())
