"""What Hugging Face PEFT makes of random adapters over random checkpoints.

    node scripts/golden/write-checkpoints.ts FOLDER
    python scripts/golden/adapters.py FOLDER/adapters > test/golden/adapters.json

The models run in float64 with eager attention; see families.py for what is float32 inside transformers all the same.
"""

import sys
from pathlib import Path

import peft
import torch

from families import IDS, opened, write


def last_logits(model):
    with torch.no_grad():
        return model(torch.tensor([IDS], device=model.device)).logits[0, -1].tolist()


def variant(folder):
    base = opened(folder / "base")
    without = last_logits(base)
    adapted = peft.PeftModel.from_pretrained(base, folder / "adapter", autocast_adapter_dtype=False).double().eval()
    return {"name": (folder / "variant.txt").read_text(), "ids": IDS, "base": without, "adapted": last_logits(adapted)}


if __name__ == "__main__":
    found = [variant(folder) for folder in sorted(Path(sys.argv[1]).iterdir())]
    write(found, "scripts/golden/adapters.py on what scripts/golden/write-checkpoints.ts writes", peft=peft.__version__)
