#!/bin/bash
# Installs what is missing, builds, and runs all tests: optimised, then under sanitizers.
set -uo pipefail

usage() {
  cat <<'TEXT'
Usage: scripts/test.sh [--quick] [--no-install]

  --quick       only the optimised build, not the ones with AddressSanitizer and ThreadSanitizer
  --no-install  do not look for missing system packages

The last line is "N passed, N failed, N skipped" over all builds; a build that fails counts as one
failure. The exit status is 0 when something passed and nothing failed. Details of each build are
in build/<preset>/junit.xml.
TEXT
}

say() { printf 'test: %s\n' "$*"; }

# Sanitizers of GCC 12 cannot place their shadow memory when the kernel randomises addresses with
# more bits than they know of (vm.mmap_rnd_bits above 28), and then die at random.
without_randomisation=()
if setarch "$(uname -m)" --addr-no-randomize true 2>/dev/null; then
  without_randomisation=(setarch "$(uname -m)" --addr-no-randomize)
fi

# Tests of whole clusters and of endurance measure the real program; a sanitizer adds little but
# time to them.
run_preset() {
  local preset=$1
  local configure=(cmake --preset "$preset")
  local test=(ctest --preset "$preset" -j "$(nproc)" --output-junit "$PWD/build/$preset/junit.xml")
  if [[ $preset != release ]]; then
    configure+=(-DSM_BUILD_BENCHMARKS=OFF)
    test=("${without_randomisation[@]}" "${test[@]}" --label-exclude '^(cluster|stress)$')
  fi
  say "$preset: configure"
  "${configure[@]}" || return
  say "$preset: build"
  cmake --build --preset "$preset" -j "$(nproc)" || return
  say "$preset: test"
  "${test[@]}"
}

# Bash reads a script as it goes; within a function it has read everything before it starts.
main() {
  local presets=(release asan tsan) install=true argument
  for argument in "$@"; do
    case $argument in
      --quick) presets=(release) ;;
      --no-install) install=false ;;
      -h | --help)
        usage
        return 0
        ;;
      *)
        usage >&2
        printf "test: error: unknown option '%s'\n" "$argument" >&2
        return 2
        ;;
    esac
  done

  cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." || return 2
  exec </dev/null
  if $install; then
    scripts/install-deps.sh build test || say "not all packages are there; the build may fail"
  fi

  local results=() preset started
  for preset in "${presets[@]}"; do
    rm -f "build/$preset/junit.xml"
    started=$SECONDS
    run_preset "$preset" || say "$preset: not everything went well"
    say "$preset: took $((SECONDS - started)) s"
    results+=("$preset=build/$preset/junit.xml")
  done

  python3 scripts/junit_totals.py "${results[@]}"
}

main "$@"
exit
