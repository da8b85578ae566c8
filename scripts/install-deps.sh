#!/bin/bash
# Installs the system packages (names of Debian 12 and Ubuntu 24.04) that are not there yet.
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: scripts/install-deps.sh [build] [test] [demo]

Installs what is missing of these groups of packages; all of them when none is named:
  build   compiler, CMake, and the libraries of sm-bootstrap and of its tests
  test    what the tests and benchmarks need when they run
  demo    PyTorch for the example

Uses sudo when not root. Does nothing when all is there.
TEXT
}

packages_of() {
  local packages=()
  case $1 in
    build)
      packages+=(g++ cmake ninja-build pkg-config git ca-certificates)
      packages+=(libgrpc++-dev protobuf-compiler-grpc libprotobuf-dev protobuf-compiler libabsl-dev)
      packages+=(libcli11-dev libspdlog-dev libfmt-dev libgtest-dev libgmock-dev)
      # What gRPC's static archives need.
      packages+=(libssl-dev libc-ares-dev libre2-dev zlib1g-dev)
      ;;
    test)
      packages+=(python3 python3-numpy python3-torch iproute2)
      ;;
    demo)
      packages+=(python3 python3-numpy python3-torch)
      ;;
  esac
  printf '%s\n' "${packages[@]}"
}

say() { printf 'install-deps: %s\n' "$*" >&2; }
die() {
  say "error: $*"
  exit 1
}

is_installed() {
  dpkg-query --show --showformat='${db:Status-Status}\n' "$1" 2>/dev/null | grep -qx installed
}

# A PyTorch or NumPy from elsewhere (pip, conda) serves as well as the package.
is_satisfied() {
  is_installed "$1" && return
  case $1 in
    python3-torch | python3-numpy)
      python3 -c 'import importlib.util as u, sys; sys.exit(u.find_spec(sys.argv[1]) is None)' \
        "${1#python3-}" 2>/dev/null
      ;;
    *) return 1 ;;
  esac
}

# apt-get as root, without questions. Waits for another package manager to finish.
run_apt() {
  local command=(env DEBIAN_FRONTEND=noninteractive apt-get --yes
    -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 "$@")
  if ((EUID != 0)); then
    if [[ -t 0 ]]; then command=(sudo "${command[@]}"); else command=(sudo -n "${command[@]}"); fi
  fi
  "${command[@]}" </dev/null
}

# Mirrors and networks fail for a moment, so every step has three attempts.
with_retries() {
  local attempt
  for attempt in 1 2 3; do
    "$@" && return
    ((attempt == 3)) && return 1
    say "that failed; trying again in $((attempt * 5)) s"
    sleep $((attempt * 5))
  done
}

# Package lists may be missing (fresh images) or older than what the mirror holds.
has_candidates() {
  local package
  for package in "$@"; do
    apt-cache show --no-all-versions "$package" >/dev/null 2>&1 || return 1
  done
}

install_packages() {
  local options=(install --no-install-recommends)
  if has_candidates "$@"; then
    run_apt "${options[@]}" "$@" && return
    say "that failed; the package lists may be old"
  fi
  say "updating the package lists"
  with_retries run_apt update || say "the package lists could not be updated"
  with_retries run_apt "${options[@]}" "$@"
}

groups=()
for argument in "$@"; do
  case $argument in
    build | test | demo) groups+=("$argument") ;;
    -h | --help)
      usage
      exit 0
      ;;
    *)
      usage >&2
      die "unknown group '$argument'; expected build, test or demo"
      ;;
  esac
done
((${#groups[@]})) || groups=(build test demo)

mapfile -t wanted < <(for group in "${groups[@]}"; do packages_of "$group"; done | sort -u)

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
  die "this is not a Debian or Ubuntu system (there is no apt-get); install by its own means: ${wanted[*]}"
fi

missing=()
for package in "${wanted[@]}"; do
  is_satisfied "$package" || missing+=("$package")
done
if ((${#missing[@]} == 0)); then
  say "all packages of ${groups[*]} are there"
  exit 0
fi

say "installing with apt-get: ${missing[*]}"
if ((EUID != 0)); then
  command -v sudo >/dev/null ||
    die "not root, and there is no sudo; run as root: apt-get install ${missing[*]}"
  if [[ ! -t 0 ]] && ! sudo -n true 2>/dev/null; then
    die "not root, and sudo wants a password but there is no terminal; run as root: apt-get install ${missing[*]}"
  fi
fi
install_packages "${missing[@]}" || die "apt-get could not install: ${missing[*]}"
say "done"
