#!/usr/bin/env bash
# Builds sm-bootstrap and runs its main job on this machine: two simulated hosts with two workers
# each train one model with PyTorch's DistributedDataParallel. Installs what is missing first.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly PRESET=release
readonly PROGRAM=build/$PRESET/sm-bootstrap

# The first Python that has PyTorch with torch.distributed, or nothing.
find_torch_python() {
  local candidate
  for candidate in "$(command -v python3 || true)" /usr/bin/python3; do
    if [[ -n $candidate ]] &&
      "$candidate" -c 'import torch.distributed as d; assert d.is_available()' 2>/dev/null; then
      echo "$candidate"
      return
    fi
  done
}

scripts/install-deps.sh build
python=$(find_torch_python)
if [[ -z $python ]]; then
  scripts/install-deps.sh demo
  python=$(find_torch_python)
fi
if [[ -z $python ]]; then
  echo "demo: no Python with PyTorch: neither python3 on PATH nor /usr/bin/python3 has torch" >&2
  exit 1
fi

echo "== build =="
cmake --preset "$PRESET" >/dev/null
cmake --build --preset "$PRESET" --target sm-bootstrap

echo "== two hosts, two workers each =="
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# --device cpu: simulated hosts share this machine's GPUs, and NCCL refuses to share one.
code=0
"$PROGRAM" local --hosts 2 --nproc-per-host 2 --launcher workers --python "$python" \
  examples/pytorch_ddp/train.py --epochs 5 --device cpu | tee "$log" || code=$?
if ((code != 0)); then
  echo "demo: the job failed with exit code $code" >&2
  exit "$code"
fi

model=$(sed -n 's/.*; saved //p' "$log")
if [[ ! -s $model ]]; then
  echo "demo: the job succeeded, but there is no model at '$model'" >&2
  exit 1
fi
echo "demo: succeeded; the model is in $model"
