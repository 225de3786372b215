"""Blocks of every type of ggml's that the explorer reads, with the values that ggml itself gives them, for test/golden/ggml-blocks.json.

In a folder of its own:

    npm install --omit=optional --ignore-scripts @node-llama-cpp/linux-x64@3.22.1
    python3 scripts/golden/ggml_blocks.py that-folder > test/golden/ggml-blocks.json

Of each type there are blocks that ggml's own reference quantiser made of rows of random numbers, and blocks of random bytes, with half
floats in a middling range in the place of the scales so that all values are finite. Values are the bits of float32, in base64.
"""

import base64
import ctypes
import glob
import json
import random
import struct
import sys

from ggml_types import traits_of

# number, bytes of a block, where it has half floats
TYPES = {
    "Q4_0": (2, 18, 32, [0]),
    "Q4_1": (3, 20, 32, [0, 2]),
    "Q5_0": (6, 22, 32, [0]),
    "Q5_1": (7, 24, 32, [0, 2]),
    "Q8_0": (8, 34, 32, [0]),
    "Q2_K": (10, 84, 256, [80, 82]),
    "Q3_K": (11, 110, 256, [108]),
    "Q4_K": (12, 144, 256, [0, 2]),
    "Q5_K": (13, 176, 256, [0, 2]),
    "Q6_K": (14, 210, 256, [208]),
    "IQ4_NL": (20, 18, 32, [0]),
    "IQ4_XS": (23, 136, 256, [0]),
}
VALUES = 512
SEED = 20261129


def main(folder: str) -> None:
    (path,) = glob.glob(f"{folder}/node_modules/@node-llama-cpp/linux-x64/bins/*/libggml-base.so")
    (meta,) = glob.glob(f"{folder}/node_modules/@node-llama-cpp/linux-x64/bins/*/_nlcBuildMetadata.json")
    ggml = ctypes.CDLL(path)
    chance = random.Random(SEED)
    text = lambda raw: base64.b64encode(bytes(raw)).decode()
    types = {}
    for name, (number, size, count, halves) in TYPES.items():
        traits = traits_of(ggml, number)
        assert (traits.blck_size, traits.type_size) == (count, size), name
        length = VALUES // count * size
        weights = (ctypes.c_float * VALUES)(*[chance.gauss(0, 0.02) for _ in range(VALUES)])
        made = ctypes.create_string_buffer(length)
        traits.from_float_ref(weights, made, VALUES)
        wild = bytearray(chance.randbytes(length))
        for block in range(VALUES // count):
            for at in halves:
                sign = chance.choice([-1, 1])
                wild[block * size + at : block * size + at + 2] = struct.pack("<e", sign * 2 ** chance.uniform(-12, 2))
        cases = {}
        for kind, blocks in [("quantised", bytes(made.raw)), ("random", bytes(wild))]:
            values = (ctypes.c_float * VALUES)()
            traits.to_float(blocks, values, VALUES)
            cases[kind] = {"blocks": text(blocks), "values": text(values)}
        types[name] = cases
    release = json.load(open(meta))["buildOptions"]["llamaCpp"]["release"]
    made_by = f"scripts/golden/ggml_blocks.py with llama.cpp {release} of @node-llama-cpp/linux-x64 3.22.1, seed {SEED}"
    json.dump({"madeBy": made_by, "types": types}, sys.stdout, separators=(",", ":"))
    print()


main(sys.argv[1])
