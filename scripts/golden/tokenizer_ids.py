"""What the Rust library tokenizers makes of texts, for every kind of section that a tokenizer.json can have.

    pip install tokenizers==0.23.2
    python scripts/golden/tokenizer_ids.py test/golden/tokenizers.json

Models, texts and the first cases are the file's own; the cases below are put behind them and every case's ids are made anew. Truncation
and padding are off, special tokens are added, and null stands where the library has no answer.
"""

import itertools
import json
import sys

import tokenizers

BYTE_LEVEL = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
BYTES = {**BYTE_LEVEL, "use_regex": False}
BEHAVIOURS = ["Isolated", "Removed", "MergedWithPrevious", "MergedWithNext", "Contiguous"]
#: Of the file's texts, every third: what a kind does shows there too.
EVERY = 3


def token(id, content, **flags):
    plain = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    return {"id": id, "content": content, **plain, **flags}


def special(name):
    return {"SpecialToken": {"id": name, "type_id": 0}}


def sequence(name):
    return {"Sequence": {"id": name, "type_id": 0}}


def template(single, pair=(sequence("A"), sequence("B"))):
    known = {"<s>": {"id": "<s>", "ids": [0], "tokens": ["<s>"]}, "<two>": {"id": "<two>", "ids": [7, 8], "tokens": ["a", "b"]}}
    return {"type": "TemplateProcessing", "single": list(single), "pair": list(pair), "special_tokens": known}


def pre_tokenizers():
    for behaviour in BEHAVIOURS:
        yield f"punctuation {behaviour}", [{"type": "Punctuation", "behavior": behaviour}]
        for invert, (name, pattern) in itertools.product([False, True], PATTERNS.items()):
            split = {"type": "Split", "pattern": pattern, "behavior": behaviour, "invert": invert}
            yield f"split {name} {behaviour}{' inverted' if invert else ''}", [split]
    for digits in [True, False]:
        yield f"digits {digits}", [{"type": "Digits", "individual_digits": digits}]
    for length in [1, 3]:
        yield f"fixed length {length}", [{"type": "FixedLength", "length": length}]
    for name in ["Whitespace", "WhitespaceSplit", "BertPreTokenizer", "UnicodeScripts"]:
        yield name, [{"type": name}]
    yield "delimiter", [{"type": "CharDelimiterSplit", "delimiter": " "}]
    yield "nested", [{"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"}, {"type": "FixedLength", "length": 2}]}]
    yield "prefix space", [{**BYTE_LEVEL, "add_prefix_space": True}]


PATTERNS = {
    "text": {"String": "+"},
    "number": {"Regex": "\\d+"},
    "word": {"Regex": "\\b\\w+"},
    "behind": {"Regex": "(?<=\\d)(?=\\p{L})|\\s"},
    "group": {"Regex": "(?:a|b|\\d)+"},
}

NORMALIZERS = {
    **{name: {"type": name} for name in ["NFC", "NFD", "NFKC", "NFKD", "Nmt", "StripAccents", "Lowercase"]},
    "left": {"type": "Strip", "strip_left": True, "strip_right": False},
    "right": {"type": "Strip", "strip_left": False, "strip_right": True},
    "prepend": {"type": "Prepend", "prepend": "_"},
    "replace text": {"type": "Replace", "pattern": {"String": "+"}, "content": " plus, or to add "},
    "replace pattern": {"type": "Replace", "pattern": {"Regex": "(\\d)\\s+(?=\\d)"}, "content": "#"},
    "accents off": {"type": "Sequence", "normalizers": [{"type": "NFD"}, {"type": "StripAccents"}, {"type": "Lowercase"}]},
    "nothing": {"type": "Sequence", "normalizers": []},
    **{
        f"bert {clean} {chinese} {accents} {lower}": {
            "type": "BertNormalizer",
            "clean_text": clean,
            "handle_chinese_chars": chinese,
            "strip_accents": accents,
            "lowercase": lower,
        }
        for clean, chinese, accents, lower in [(True, False, True, False), (False, True, False, True), (False, False, None, True)]
    },
}

POST_PROCESSORS = {
    "template": template([special("<s>"), sequence("A"), special("<two>")]),
    "template, text twice": template([sequence("A"), special("<s>"), sequence("A")]),
    "template without text": template([special("<two>")]),
    "bert": {"type": "BertProcessing", "sep": ["</s>", 1], "cls": ["<s>", 0]},
    "roberta": {"type": "RobertaProcessing", "sep": ["</s>", 1], "cls": ["<s>", 0], "trim_offsets": True, "add_prefix_space": True},
    "bytes": BYTE_LEVEL,
}
POST_PROCESSORS |= {
    f"{first}, then {second}": {"type": "Sequence", "processors": [POST_PROCESSORS[first], POST_PROCESSORS[second]]}
    for first, second in [
        ("bytes", "template"),
        ("bert", "roberta"),
        ("template without text", "bert"),
        ("bert", "template"),
    ]
}
HEAD = template([special("<s>"), sequence("A")], [sequence("B"), special("<two>"), sequence("A")])
for name in ["bert", "roberta"]:
    POST_PROCESSORS[f"head, then {name}"] = {"type": "Sequence", "processors": [HEAD, POST_PROCESSORS[name]]}
POST_PROCESSORS["head, then head"] = {"type": "Sequence", "processors": [HEAD, HEAD]}

#: Every character of the texts' ASCII, and merges that compete.
CHARACTERS = {character: id for id, character in enumerate(map(chr, range(32, 127)))}


def small_bpe(merges, extra=(), **fields):
    vocab = dict(CHARACTERS)
    for name in [*extra, *("".join(pair) for pair in merges)]:
        vocab.setdefault(name, len(vocab))
    defaults = {"dropout": None, "unk_token": None, "continuing_subword_prefix": None, "end_of_word_suffix": None}
    flags = {"fuse_unk": False, "byte_fallback": False, "ignore_merges": False}
    return {"type": "BPE", **defaults, **flags, **fields, "vocab": vocab, "merges": merges}


MERGES = [["h", "e"], ["l", "l"], ["he", "ll"], ["hell", "o"], ["1", "2"], ["12", "3"], ["3", "4"]]
BYTE_TOKENS = [f"<0x{byte:02X}>" for byte in range(256)]
CONTINUED = [["h", "##e"], ["he", "##l"], ["1", "##2"]]
WORDS = {"type": "WhitespaceSplit"}
PIECES = [["<unk>", 0.0], ["▁", -2.0], *[[f"<0x{byte:02X}>", -9.0] for byte in range(256)], ["1", -3.0], ["12", -3.5], ["23", -3.1], ["▁he", -4.0], ["llo", -4.5], ["hello", -5.0]]

SMALL = {
    "characters, unknown fused": ({"extra": ["<unk>"], "unk_token": "<unk>", "fuse_unk": True}, WORDS),
    "characters, unknown apart": ({"extra": ["<unk>"], "unk_token": "<unk>"}, WORDS),
    "characters, unknown dropped": ({}, None),
    "bytes in need": ({"extra": ["<unk>", *BYTE_TOKENS], "unk_token": "<unk>", "byte_fallback": True}, None),
    "some bytes in need": ({"extra": ["<unk>", *BYTE_TOKENS[:200]], "unk_token": "<unk>", "byte_fallback": True, "fuse_unk": True}, None),
    "whole words first": ({"extra": ["hello", "don't"], "ignore_merges": True}, WORDS),
    "end of a word": ({"extra": [f"{c}</w>" for c in CHARACTERS] + ["he</w>"], "end_of_word_suffix": "</w>"}, WORDS),
    "unknown that is no token": ({"unk_token": "<unk>"}, WORDS),
}


def models():
    for name, (fields, step) in SMALL.items():
        yield name, small_bpe(MERGES, **fields), step
    continued = [f"##{character}" for character in CHARACTERS]
    vocab = dict(CHARACTERS)
    for each in [*continued, "he", "hel", "12"]:
        vocab[each] = len(vocab)
    yield "continued pieces", {**small_bpe([], continuing_subword_prefix="##"), "vocab": vocab, "merges": CONTINUED}, WORDS
    yield "unigram with bytes", {"type": "Unigram", "unk_id": 0, "byte_fallback": True, "vocab": PIECES}, META
    yield "unigram pieces", {"type": "Unigram", "unk_id": 0, "vocab": PIECES}, META
    yield "unigram without the unknown", {"type": "Unigram", "unk_id": None, "vocab": PIECES}, META
    pieces = {"[UNK]": 0, **{c: id + 1 for id, c in enumerate(CHARACTERS)}}
    for each in ["@@1", "@@2", "@@e", "@@llo", "he"]:
        pieces[each] = len(pieces)
    for longest in [100, 3]:
        yield f"word pieces up to {longest}", {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "@@", "max_input_chars_per_word": longest, "vocab": pieces}, {"type": "BertPreTokenizer"}
    words = {word: id for id, word in enumerate(["3", "+", "5", "=", "hello", "a", "b", "12", "<unk>"])}
    yield "words", {"type": "WordLevel", "vocab": words, "unk_token": "<unk>"}, {"type": "Whitespace"}
    yield "words without the unknown", {"type": "WordLevel", "vocab": words, "unk_token": "[UNK]"}, {"type": "Whitespace"}


META = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True}

ADDED = {
    "word": {"single_word": True},
    "left": {"lstrip": True},
    "right": {"rstrip": True},
    "both": {"lstrip": True, "rstrip": True},
    "normalized": {"normalized": True, "special": False},
    "normalized word": {"normalized": True, "single_word": True, "special": False},
}


def cases():
    """Name, model, sections."""
    for name, steps in pre_tokenizers():
        yield name, "bytes", {"pre_tokenizer": {"type": "Sequence", "pretokenizers": [*steps, BYTES]}}
    for name, step in NORMALIZERS.items():
        yield f"normalizer {name}", "bytes", {"normalizer": step, "pre_tokenizer": BYTE_LEVEL}
    for name, step in POST_PROCESSORS.items():
        yield f"post-processor {name}", "bytes", {"pre_tokenizer": BYTE_LEVEL, "post_processor": step}
    for scheme, split in itertools.product(["always", "first", "never"], [True, False]):
        step = {**META, "prepend_scheme": scheme, "split": split}
        added = [token(0, "<unk>"), token(1, "<s>", normalized=True)]
        yield f"metaspace {scheme} {split}", "spaces", {"pre_tokenizer": step, "decoder": step, "added_tokens": added}
    for name, model, step in models():
        yield name, model, {"pre_tokenizer": step}
    for name, flags in ADDED.items():
        added = [token(0, "<s>", **flags), token(900, "hello", **flags), token(901, "é", **flags), token(950, "ll", **flags)]
        lower = {"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "Lowercase"}]}
        yield f"added {name}", "bytes", {"added_tokens": added, "pre_tokenizer": BYTE_LEVEL, "normalizer": lower}
    short = {"direction": "Right", "max_length": 3, "strategy": "LongestFirst", "stride": 0}
    full = {"strategy": {"Fixed": 12}, "direction": "Left", "pad_to_multiple_of": None, "pad_id": 5, "pad_type_id": 0, "pad_token": "x"}
    head = template([special("<s>"), sequence("A")])
    yield "cut and filled up", "bytes", {"truncation": short, "padding": full, "pre_tokenizer": BYTE_LEVEL, "post_processor": head}


def ids_of(tokenizer, text):
    try:
        return tokenizer.encode(text).ids
    except BaseException:  # a panic of Rust is none of Python's Exceptions
        return None


def answered(case, known, texts):
    model = known[case["model"]] if isinstance(case["model"], str) else case["model"]
    file = {"version": "1.0", "added_tokens": [], "normalizer": None, "pre_tokenizer": None, "post_processor": None, "decoder": None}
    tokenizer = tokenizers.Tokenizer.from_str(json.dumps({**file, **case["sections"], "model": model}))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return {**case, "ids": [ids_of(tokenizer, text) for text in texts[:: case["every"]]]}


if __name__ == "__main__":
    path = sys.argv[1]
    with open(path) as file:
        golden = json.load(file)
    made = [{"name": name, "model": model, "sections": sections, "every": EVERY} for name, model, sections in cases()]
    names = {case["name"] for case in made}
    assert len(names) == len(made)
    every_case = [*(case for case in golden["cases"] if case["name"] not in names), *made]
    golden["madeBy"] = f"scripts/golden/tokenizer_ids.py with tokenizers {tokenizers.__version__}"
    golden["cases"] = [answered(case, golden["models"], golden["texts"]) for case in every_case]
    with open(path, "w") as file:
        json.dump(golden, file, separators=(",", ":"))
        file.write("\n")
