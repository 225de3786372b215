#!/bin/sh
# The golden files against Hugging Face's libraries of this machine, on its graphics processor where torch knows one.
set -eu
cd "$(dirname "$0")"
python=${PYTHON:-python3}
if ! "$python" -c "import torch, transformers" 2>/dev/null; then
  echo "The golden files are not compared with transformers: $python has no torch and transformers; PYTHON names another"
  exit 0
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
node write-checkpoints.ts "$folder"
"$python" compare.py "$folder"
