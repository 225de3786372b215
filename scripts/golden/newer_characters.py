"""Which characters the sections of a tokenizer.json that go by Unicode take, for every character that has been assigned lately.

    pip install tokenizers==0.23.2
    python scripts/golden/newer_characters.py test/golden/newer-characters.json

The points are the blocks in which Unicode 15 to 17 assigned characters, with all that stood there before; of large blocks of one kind
every sixteenth. What is taken is given as indices into them, first and last of each run.
"""

import json
import sys

import tokenizers
from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers

SPANS = [
    *[(0x250, 0x1E00, 1), (0x2000, 0x2100, 1), (0x2400, 0x2440, 1), (0x2FF0, 0x3130, 1), (0x31C0, 0x3200, 1), (0xA000, 0xAC00, 1)],
    *[(0xFB00, 0xFE30, 1), (0x10000, 0x12000, 1), (0x12F90, 0x13480, 1), (0x13480, 0x14400, 16), (0x14400, 0x14410, 1), (0x16100, 0x16150, 1)],
    *[(0x16A00, 0x17000, 1), (0x18CD0, 0x18D20, 1), (0x1AFF0, 0x1B170, 1), (0x1BC90, 0x1BCB0, 1), (0x1CC00, 0x1D380, 1)],
    *[(0x1DF00, 0x1E960, 1), (0x1ED00, 0x1EEF0, 1), (0x1F650, 0x1FC00, 1), (0x2B730, 0x2B740, 1), (0x2EBF0, 0x2EE60, 16)],
    *[(0x31340, 0x31360, 1), (0x31360, 0x323B0, 16), (0x323A0, 0x323C0, 1)],
]
POINTS = [point for first, end, step in SPANS for point in range(first, end, step)]
PATTERNS = [
    *(f"\\p{{{name}}}" for name in "L Lu Ll Lt Lm Lo LC M Mn Mc Me N Nd Nl No P Pc Pd Ps Po S Sm Sc Sk So Z Zs C Cc Cf Cn".split()),
    *(f"\\p{{{name}}}" for name in "Letter Mark Number Punctuation Symbol Separator Han Common Alphabetic Lowercase Diacritic XID_Continue Word".split()),
    *(f"[[:{name}:]]" for name in "alnum alpha cntrl digit graph lower print punct space upper word xdigit".split()),
    *["\\w", "\\W", "\\d", "\\s", "[^\\s\\p{L}\\p{N}]", "[\\p{P}\\p{S}]", "(?i:\\p{Lu})", "[a-z\\x{0}-\\x{10ffff}&&[^a]]"],
]


def whole_word():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.add_tokens([AddedToken("a", single_word=True, normalized=False)])
    return lambda character: len(tokenizer.encode("a" + character).ids) == 0


SECTIONS = {
    "Lowercase": lambda step=normalizers.Lowercase(): lambda character: step.normalize_str(character) != character,
    "BertNormalizer": lambda step=normalizers.BertNormalizer(False, False, False, True): lambda character: step.normalize_str(character) != character,
    "Digits": lambda step=pre_tokenizers.Digits(True): lambda character: len(step.pre_tokenize_str("a" + character)) > 1,
    "Whitespace": lambda step=pre_tokenizers.Whitespace(): lambda character: step.pre_tokenize_str("a" + character)[0][0] == "a" + character,
    "ByteLevel, letters": lambda step=pre_tokenizers.ByteLevel(False): lambda character: len(step.pre_tokenize_str("a" + character)) == 1,
    "ByteLevel, numbers": lambda step=pre_tokenizers.ByteLevel(False): lambda character: len(step.pre_tokenize_str("1" + character)) == 1,
    "single_word": whole_word,
}


def taken_by(pattern):
    split = pre_tokenizers.Split(Regex(pattern), "removed", False)
    return lambda character: not split.pre_tokenize_str(character)


def runs(takes):
    found = []
    for index, point in enumerate(POINTS):
        if not takes(chr(point)):
            continue
        if found and found[-1] == index - 1:
            found[-1] = index
        else:
            found += [index, index]
    return found


def main(path):
    made_by = f"scripts/golden/newer_characters.py with tokenizers {tokenizers.__version__}"
    patterns = [f"{json.dumps(each)}: {json.dumps(runs(taken_by(each)), separators=(',', ':'))}" for each in PATTERNS]
    sections = [f"{json.dumps(name)}: {json.dumps(runs(make()), separators=(',', ':'))}" for name, make in SECTIONS.items()]
    with open(path, "w", encoding="utf-8") as file:
        file.write('{"madeBy": ' + json.dumps(made_by) + ', "spans": ' + json.dumps(SPANS))
        file.write(', "patterns": {\n' + ",\n".join(patterns) + '\n},\n"sections": {\n' + ",\n".join(sections) + "\n}}\n")


main(sys.argv[1])
