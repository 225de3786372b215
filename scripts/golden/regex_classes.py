"""Which characters a pattern of a tokenizer.json takes, for every class, property and escape that a pattern can name.

    pip install tokenizers==0.23.2
    python scripts/golden/regex_classes.py test/golden/regex-classes.json

Each pattern is asked about every character from U+0000 to U+024F: those that a Split with the behaviour Removed takes away.
"""

import json
import sys

import tokenizers
from tokenizers import Regex, pre_tokenizers

POSIX = "alnum alpha ascii blank cntrl digit graph lower print punct space upper word xdigit".split()
PROPERTIES = [
    *"Any Assigned ASCII Alnum Alpha Blank Cntrl Digit Graph Lower Print Punct Space Upper Word XDigit PosixPunct posix_punct w-O_r-d".split(),
    *"L Lu Ll Lt Lm Lo M Mn Mc Me N Nd Nl No P Pc Pd Ps Pe Pi Pf Po S Sm Sc Sk So Z Zs Zl Zp C Cc Cf Cs Co Cn".split(),
    *"Letter Number Punctuation Symbol Mark Separator Other Alphabetic Lowercase Uppercase White_Space Math Dash Hex_Digit".split(),
    *"ID_Start ID_Continue XID_Start XID_Continue Emoji Extended_Pictographic Cased Case_Ignorable Diacritic".split(),
    *"Latin Greek Cyrillic Han Common Inherited".split(),
]
PATTERNS = [
    *(f"[[:{no}{name}:]]" for name in POSIX for no in ["", "^"]),
    *(f"{sign}{{{name}}}" for name in PROPERTIES for sign in ["\\p", "\\P"]),
    *(f"{sign}{{^{name}}}" for name in ["L", "Punct", "PosixPunct", "Word"] for sign in ["\\p", "\\P"]),
    "\\p{w o r d}",
    *("\\w \\W \\s \\S \\d \\D \\h \\H \\R \\N \\O .".split(" ")),
    *("[\\w] [^\\w] [\\s\\d] [\\p{word}] [^\\p{Word}=] [\\P{word}]".split(" ")),
    # the classes inside bigger brackets, negated, doubled, cut and joined, beside brackets of other kinds and outside of any
    *("[[:punct:]a-c] [^[:punct:]] [^[:punct:]\\s] [a[:punct:]b] [[:^punct:]x] [^[:^punct:]] [[a[:punct:]]b] [^[^[:punct:]]]".split(" ")),
    *("[[:punct:]&&[^+]] [[:print:]&&[:punct:]] [[:punct:][:digit:]] []+[:punct:]] [^][:punct:]] [\\[[:punct:]\\]] [\\][:punct:]]".split(" ")),
    *("[:punct:] [:^punct:] \\[[:punct:]] \\[\\[:punct:\\]\\] [[:punct:]]{1} (?i:[[:punct:]]) (?:[[:punct:]]|x) [[:alpha:]]|[[:punct:]]".split(" ")),
    *("[\\p{PosixPunct}a] [^\\p{PosixPunct}] [\\P{PosixPunct}] (?<![[:punct:]])[[:punct:]](?![[:punct:]])".split(" ")),
]
CHARACTERS = [chr(point) for point in range(0x250)]


def taken(pattern):
    split = pre_tokenizers.Split(Regex(pattern), "removed", False)
    return [ord(each) for each in CHARACTERS if not split.pre_tokenize_str(each)]


def ranges(points):
    found = []
    for point in points:
        if found and found[-1][1] == point - 1:
            found[-1][1] = point
        else:
            found.append([point, point])
    return found


def main(path):
    made_by = f"scripts/golden/regex_classes.py with tokenizers {tokenizers.__version__}"
    lines = []
    for pattern in dict.fromkeys(PATTERNS):
        lines.append(f"{json.dumps(pattern)}: {json.dumps(ranges(taken(pattern)), separators=(',', ':'))}")
    with open(path, "w", encoding="utf-8") as file:
        file.write('{"madeBy": ' + json.dumps(made_by) + ', "taken": {\n' + ",\n".join(lines) + "\n}}\n")


main(sys.argv[1])
