"""A GGUF file in F32 made into Q4_K_M by llama.cpp's own quantiser of whole models, for `quantised-model.ts`, which starts it.

    LD_LIBRARY_PATH=libraries python3 scripts/golden/quantise.py libraries from.gguf to.gguf

Prints of each tensor of the result its type and the SHA-256 of the float32 values that ggml itself reads in it.
"""

import ctypes
import glob
import hashlib
import json
import sys

from ggml_types import traits_of

MOSTLY_Q4_K_M = 15


class Params(ctypes.Structure):
    """`llama_model_quantize_params`, of which only the beginning is set; longer than it is in any release."""

    _fields_ = [("nthread", ctypes.c_int32), ("ftype", ctypes.c_int32), ("rest", ctypes.c_char * 504)]


class Opening(ctypes.Structure):
    """`gguf_init_params`."""

    _fields_ = [("no_alloc", ctypes.c_bool), ("ctx", ctypes.c_void_p)]


def quantise(libraries: str, source: str, target: str) -> None:
    library("libggml.*so*", libraries).ggml_backend_load_all_from_path(libraries.encode())
    llama = library("libllama.*so*", libraries)
    llama.llama_model_quantize_default_params.restype = Params
    llama.llama_model_quantize.argtypes = [ctypes.c_char_p, ctypes.c_char_p, ctypes.POINTER(Params)]
    llama.llama_model_quantize.restype = ctypes.c_uint32
    params = llama.llama_model_quantize_default_params()
    params.nthread = 1
    params.ftype = MOSTLY_Q4_K_M
    failed = llama.llama_model_quantize(source.encode(), target.encode(), ctypes.byref(params))
    if failed:
        raise SystemExit(f"llama_model_quantize: {failed}")


def values(libraries: str, path: str) -> dict:
    ggml = library("libggml-base.so*", libraries)
    ggml.gguf_init_from_file.argtypes = [ctypes.c_char_p, Opening]
    ggml.gguf_init_from_file.restype = ctypes.c_void_p
    ggml.gguf_get_tensor_name.restype = ctypes.c_char_p
    for size in ["gguf_get_n_tensors", "gguf_get_data_offset", "gguf_get_tensor_offset", "gguf_get_tensor_size"]:
        getattr(ggml, size).restype = ctypes.c_int64
    file = ctypes.c_void_p(ggml.gguf_init_from_file(path.encode(), Opening(True, None)))
    raw = open(path, "rb").read()
    tensors = {}
    for index in range(ggml.gguf_get_n_tensors(file)):
        at = ctypes.c_int64(index)
        traits = traits_of(ggml, ggml.gguf_get_tensor_type(file, at))
        start = ggml.gguf_get_data_offset(file) + ggml.gguf_get_tensor_offset(file, at)
        stored = raw[start : start + ggml.gguf_get_tensor_size(file, at)]
        name = ggml.gguf_get_tensor_name(file, at).decode()
        if traits.is_quantized:
            count = len(stored) // traits.type_size * traits.blck_size
            floats = (ctypes.c_float * count)()
            traits.to_float(stored, floats, count)
            stored = bytes(floats)
        type_name = traits.type_name.decode()
        tensors[name] = {"type": type_name.upper(), "sha256": hashlib.sha256(stored).hexdigest()}
    return tensors


def library(pattern: str, folder: str) -> ctypes.CDLL:
    (path,) = glob.glob(f"{folder}/{pattern}")
    return ctypes.CDLL(path, mode=ctypes.RTLD_GLOBAL)


def main(libraries: str, source: str, target: str) -> None:
    quantise(libraries, source, target)
    json.dump(values(libraries, target), sys.stdout)


main(*sys.argv[1:])
