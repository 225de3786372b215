"""ggml's own table of types, of the shared library that @node-llama-cpp/linux-x64 brings."""

import ctypes


class Traits(ctypes.Structure):
    """The beginning of `ggml_type_traits`: how a type's blocks are laid out, read and, by the reference quantiser, made."""

    _fields_ = [
        ("type_name", ctypes.c_char_p),
        ("blck_size", ctypes.c_int64),
        ("blck_size_interleave", ctypes.c_int64),
        ("type_size", ctypes.c_size_t),
        ("is_quantized", ctypes.c_bool),
        ("to_float", ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64)),
        ("from_float_ref", ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64)),
    ]


def traits_of(ggml: ctypes.CDLL, number: int) -> Traits:
    """A type by ggml's number of it."""
    ggml.ggml_get_type_traits.restype = ctypes.POINTER(Traits)
    return ggml.ggml_get_type_traits(number).contents
