"""Which modules Hugging Face PEFT adapts, for the ways in which an adapter_config.json can name and exclude them.

    pip install peft==0.21.0
    python scripts/golden/adapter_targets.py > test/golden/adapter-targets.json
"""

import dataclasses
import json

import peft
from peft.tuners.tuners_utils import check_target_module_exists

MODULES = [
    f"{prefix}layers.{layer}.{name}"
    for prefix in ["model.", ""]
    for layer in [0, 1, 11]
    for name in ["self_attn.q_proj", "self_attn.v_proj", "mlp.up_proj", "mlp.down_proj"]
] + ["transformer.h.1.attn.c_attn", "transformer.h.1.mlp.c_proj", "q_proj", "xq_proj", "model.layers.1.experts.0.up_proj", "layers.1"]
TARGETS = [["q_proj", "v_proj", "up_proj"], [".*layers\\.(0|11)\\..*_proj"], ["model.layers.1.self_attn.q_proj", "c_attn"]]
EXCLUDED = [
    None, [], "", ["v_proj"], ["v_proj", "mlp.up_proj"], ["proj"], ["model.layers.1.self_attn.q_proj"], ["layers.1.self_attn.v_proj"],
    ["self_attn"], [""], ["q_proj", "xq_proj"], ".*v_proj", "v_proj", ".*\\.(0|1)\\..*", "model.*", ".*self_attn.*|.*up_proj", "^.*q_proj$",
    "layers\\.\\d+\\.mlp\\.up_proj", ".*", ".*V_PROJ", "q_proj", ".*[qv]_proj",
]
LAYERS = [{}, {"layers_to_transform": [1]}, {"layers_to_transform": 11, "layers_pattern": "layers"}, {"layers_to_transform": [0, 1], "layers_pattern": ["h", "layers"]}]


def cases():
    for targets in TARGETS:
        listed = targets if len(targets) > 1 else targets[0]
        for excluded in EXCLUDED:
            for layers in LAYERS if isinstance(listed, list) and excluded in (None, ["v_proj"], ".*v_proj") else [{}]:
                fields = {"target_modules": listed, "exclude_modules": excluded, **layers}
                config = peft.LoraConfig(**fields)
                adapted = [index for index, module in enumerate(MODULES) if check_target_module_exists(config, module)]
                yield {"fields": fields, "adapted": adapted}


if __name__ == "__main__":
    made_by = f"scripts/golden/adapter_targets.py with peft {peft.__version__}"
    defaults = json.loads(json.dumps(peft.LoraConfig(r=8, lora_alpha=16, target_modules=["q_proj"]).to_dict(), default=list))
    names = [field.name for field in dataclasses.fields(peft.LoraConfig)]
    rows = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases())
    print(f'{{"madeBy": {json.dumps(made_by)},\n"fields": {json.dumps(names)},\n"defaults": {json.dumps(defaults)},\n"modules": {json.dumps(MODULES)},\n"cases": [\n{rows}\n]}}')
