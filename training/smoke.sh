#!/bin/sh
# The whole recipe on a tiny model: train, stop and resume, export, evaluate. About a minute on one CPU core.
set -eu
cd "$(dirname "$0")"
python=${PYTHON:-python3}
if ! "$python" -c "import numpy, safetensors, torch" 2>/dev/null; then
  echo "training/smoke.sh is skipped: $python has no torch, numpy and safetensors (requirements.txt)"
  exit 0
fi
runs=$(mktemp -d)
trap 'rm -rf "$runs"' EXIT

tiny="--layers 2 --width 32 --heads 2 --neurons 64 --rows 8 --steps 60 --warmup 10 --embedding-rank 8 --head-dropout 0.1 --usual-dropout 0.2"
"$python" train.py "$runs/whole" $tiny
"$python" train.py "$runs/pieces" $tiny --stop-at 25
"$python" train.py "$runs/pieces" $tiny
for run in whole pieces; do "$python" export.py "$runs/$run" "$runs/$run/model"; done
cmp "$runs/whole/model/model.safetensors" "$runs/pieces/model/model.safetensors"
for file in tokenizer.json tokenizer_config.json; do
  cmp "$runs/whole/model/$file" "../public/models/abacus-2/$file"
done
"$python" evaluate.py "$runs/whole/model" --out "$runs/evaluation.json"
"$python" evaluate.py "$runs/pieces/model" --compare "$runs/evaluation.json"
"$python" train.py "$runs/names" $tiny --steps 12 --corpus hops --relay 0.7 --relay-layer 1
"$python" stages.py "$runs/names/checkpoint.pt" --families names stories 1D+ --cases 4
"$python" stages.py "$runs/whole/model" --families 1D+ --cases 4 --control shuffled
# a window leaves with the model: an exported folder says what the run's checkpoint says
"$python" train.py "$runs/window" $tiny --steps 12 --embedding-rank 0 --no-frozen-codes --window 3 --attending 1
"$python" export.py "$runs/window" "$runs/window/model"
for form in checkpoint.pt model; do
  "$python" stages.py "$runs/window/$form" --families 1D+ --cases 4 --golden "$runs/window/$form.json"
done
cmp "$runs/window/checkpoint.pt.json" "$runs/window/model.json"
echo "smoke run passed: resumed and uninterrupted weights are the same bytes"
