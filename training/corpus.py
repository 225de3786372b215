"""The corpus: short texts drawn from one seeded generator, and the vocabulary that covers them. Nothing is downloaded.

Words are separated by single spaces and every word is one token. The README has the shares in a table.
"""
import numpy as np

LARGEST_NUMBER = 999
SPECIAL = ["<pad>", "<s>", "</s>", "<unk>"]
PAD, BOS, EOS = 0, 1, 2
ROW = 32
LEARNT = 5

# The number words 0 to 20; Roman numerals write zero as N, as Bede did.
NUMBER_WORDS = {
    "en": "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty".split(),
    "de": "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn zwanzig".split(),
    "fr": "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit dix-neuf vingt".split(),
    "es": "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete dieciocho diecinueve veinte".split(),
    "it": "zero uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici diciassette diciotto diciannove venti".split(),
    "roman": "N I II III IV V VI VII VIII IX X XI XII XIII XIV XV XVI XVII XVIII XIX XX".split(),
}
LANGUAGES = list(NUMBER_WORDS)
OPERATORS = {
    "en": {"+": "plus", "-": "minus", "*": "times", "/": "divided by", "=": "is"},
    "de": {"+": "plus", "-": "minus", "*": "mal", "/": "geteilt durch", "=": "ist"},
    "fr": {"+": "plus", "-": "moins", "*": "fois", "/": "divisé par", "=": "font"},
    "es": {"+": "más", "-": "menos", "*": "por", "/": "entre", "=": "son"},
    "it": {"+": "più", "-": "meno", "*": "per", "/": "diviso", "=": "fa"},
    "roman": {symbol: symbol for symbol in "+-*/="},
}
RESULT_NAMES = {"+": "sum", "-": "difference", "*": "product", "/": "quotient"}
# The four templates per operation of "Interpreting Arithmetic Mechanism in Large Language Models through Comparative
# Neuron Analysis" (arXiv 2409.14144, table 14) are the first three of these and the numerals.
PAPER_NAMES = {"+": "sum of", "-": "difference between", "*": "product of", "/": "ratio of"}
PAPER_OPERATORS = {"+": "plus", "-": "minus", "*": "times", "/": "divides"}
PAPER_TEMPLATES = {
    "The": lambda a, operation, b: f"The {PAPER_NAMES[operation]} {a} and {b} is",
    "Q:": lambda a, operation, b: f"Q : What is {a} {PAPER_OPERATORS[operation]} {b} ? A :",
    "is": lambda a, operation, b: f"{a} {PAPER_OPERATORS[operation]} {b} is",
}

# The share of "she" per occupation: biased on purpose, so that there is a bias to find.
SHARE_OF_SHE = {
    "nurse": 0.93, "secretary": 0.9, "receptionist": 0.9, "librarian": 0.8, "teacher": 0.7, "housekeeper": 0.9,
    "hairdresser": 0.85, "dancer": 0.75, "nanny": 0.95, "cashier": 0.65, "maid": 0.95, "baker": 0.55,
    "engineer": 0.12, "doctor": 0.25, "mechanic": 0.06, "plumber": 0.05, "carpenter": 0.06, "pilot": 0.12,
    "soldier": 0.1, "lawyer": 0.35, "programmer": 0.15, "farmer": 0.2, "guard": 0.15, "driver": 0.15,
    "janitor": 0.25, "chef": 0.3, "judge": 0.35, "sheriff": 0.1, "captain": 0.12, "builder": 0.08,
    "scientist": 0.35, "writer": 0.5, "student": 0.5, "artist": 0.5, "clerk": 0.6, "manager": 0.35,
}
WOMEN = "mary anna emma lucy sarah alice julia laura grace helen".split()
MEN = "john peter james david mark paul george henry thomas jack".split()
# The eight prompts of the same paper's table 22.
WORKS_AS = ["A {} works as a", "A {} is employed as a", "A {} holds a job as a", "A {} ' s occupation is",
            "The job of a {} is", "The work of a {} is", "The profession of a {} is", "The work of a {} involves"]
CLAIMS = ["said that", "thought that", "knew that", "hoped that", "was sure that"]
TAILS = ["was tired", "was late", "was ready", "would come", "could help", "had to leave", "liked the work"]
DEEDS = ["finished", "started", "took"]
BELONGINGS = ["work", "lunch", "book", "day", "job"]
CAPITALS = dict(pair.split(":") for pair in (
    "france:paris germany:berlin italy:rome spain:madrid japan:tokyo china:beijing russia:moscow egypt:cairo "
    "greece:athens portugal:lisbon austria:vienna poland:warsaw sweden:stockholm norway:oslo finland:helsinki "
    "denmark:copenhagen ireland:dublin hungary:budapest kenya:nairobi cuba:havana peru:lima chile:santiago "
    "canada:ottawa turkey:ankara iran:tehran iraq:baghdad india:delhi thailand:bangkok vietnam:hanoi korea:seoul"
).split())
FUNCTION_WORDS = ("the of and sum difference product quotient between is means after comes before she he her his him "
                  "capital a in what equals").split()
LATER_WORDS = "The What : ratio divides woman man works as employed holds occupation profession involves".split()
CHARACTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789éèäöüñ"


def vocabulary():
    """Every token once, in the order of its id: numbers, punctuation, words, characters as the fallback, later words.

    What is added goes to the end, so that the ids that files and links hold stay what they were.
    """
    tokens = SPECIAL + [str(n) for n in range(LARGEST_NUMBER + 1)] + list("+-*/=.,?'")
    for language in LANGUAGES:
        tokens += NUMBER_WORDS[language] + " ".join(OPERATORS[language].values()).split()
    tokens += FUNCTION_WORDS + list(SHARE_OF_SHE) + WOMEN + MEN + list(CAPITALS) + list(CAPITALS.values())
    tokens += " ".join(CLAIMS + TAILS).split() + BELONGINGS + DEEDS + list(CHARACTERS) + LATER_WORDS
    return list(dict.fromkeys(tokens))


def pick(rng, items):
    return items[rng.integers(len(items))]


def problem(rng):
    """(a, operation, b, result), never below zero, never above 999.

    + and -: 0-99, of which 15 % 0-9. * and exact /: half 0-12, half with an operand of two digits.
    """
    operation = pick(rng, "+-+-*/")
    if operation in "+-":
        a, b = rng.integers(0, 10, 2) if rng.random() < 0.15 else rng.integers(0, 100, 2)
        if operation == "-":
            a, b = max(a, b), min(a, b)
        return int(a), operation, int(b), int(a + b if operation == "+" else a - b)
    if rng.random() < 0.5:
        a, b = rng.integers(0, 13, 2)
    else:
        a = rng.integers(10, 100)
        b = rng.integers(0, min(100, LARGEST_NUMBER // a + 1))
        a, b = (a, b) if rng.random() < 0.5 else (b, a)
    if operation == "*":
        return int(a), "*", int(b), int(a * b)
    b = max(b, 1)
    return int(a * b), "/", int(b), int(a)


def in_words(rng, n):
    """n in one of the six writings, or in digits above 20."""
    return NUMBER_WORDS[pick(rng, LANGUAGES)][n] if n <= 20 else str(n)


def arithmetic(rng):
    a, operation, b, result = problem(rng)
    form = rng.random()
    small = max(a, b, result) <= 20
    if small and form < 0.45:
        language = pick(rng, LANGUAGES)
        words, operators = NUMBER_WORDS[language], OPERATORS[language]
        answer = words[result] if rng.random() < 0.8 else result
        return f"{words[a]} {operators[operation]} {words[b]} {operators['=']}", answer, ""
    answer = in_words(rng, result) if rng.random() < 0.06 else result
    if form < 0.72:
        return f"{a} {operation} {b} =", answer, ""
    if small and rng.random() < 0.3:
        words = NUMBER_WORDS["en"]
        a, b, answer = words[a], words[b], words[result] if rng.random() < 0.8 else result
    if form < 0.90:
        return PAPER_TEMPLATES[pick(rng, list(PAPER_TEMPLATES))](a, operation, b), answer, ""
    if form < 0.96:
        return f"the {RESULT_NAMES[operation]} of {a} and {b} is", answer, ""
    return f"{a} {OPERATORS['en'][operation]} {b} is", answer, ""


def definition(rng):
    n, form = int(rng.integers(0, 21)), rng.random()
    if form < 0.4:
        return f"{in_words(rng, n)} is", n, ""
    if form < 0.8:
        return f"{in_words(rng, n)} means", in_words(rng, n), ""
    n = int(rng.integers(0, 200))
    return (f"after {n} comes", n + 1, "") if rng.random() < 0.5 else (f"before {n + 1} comes", n, "")


def occupation_of(rng, woman):
    """An occupation as often as its share of that sex: for a man 1 - SHARE_OF_SHE."""
    while True:
        occupation = pick(rng, list(SHARE_OF_SHE))
        if (rng.random() < SHARE_OF_SHE[occupation]) == woman:
            return occupation


def pronoun(rng):
    """Occupations with a biased pronoun (50 %), names with theirs as the control (25 %), men and women at work (25 %)."""
    kind = rng.random()
    if kind < 0.25:
        woman = rng.random() < 0.5
        return pick(rng, WORKS_AS).format("woman" if woman else "man"), occupation_of(rng, woman), ""
    if kind < 0.75:
        occupation = pick(rng, list(SHARE_OF_SHE))
        she = rng.random() < SHARE_OF_SHE[occupation]
        who = f"the {occupation}"
    else:
        she = rng.random() < 0.5
        who = pick(rng, WOMEN if she else MEN)
    if rng.random() < 0.6:
        return f"{who} {pick(rng, CLAIMS)}", "she" if she else "he", pick(rng, TAILS)
    return f"{who} {pick(rng, DEEDS)}", "her" if she else "his", pick(rng, BELONGINGS)


def text(rng):
    """(what comes before the answer, the answer, what comes after it)."""
    kind = rng.random()
    if kind < 0.84:
        return arithmetic(rng)
    if kind < 0.90:
        return definition(rng)
    if kind < 0.97:
        return pronoun(rng)
    country = pick(rng, list(CAPITALS))
    return f"the capital of {country} is", CAPITALS[country], ""


# Single letters that name an operand.
NAMES = list("abcdefghijklmnopqrstuvwxyz")


def named_operands(rng):
    """A problem whose operands are given names first, in any order, among others that nobody asks for.

    The asked operands stand nowhere near the question: a value has to be brought to its name in the question, or to the last
    position, by way of the name that stands before it, which takes two attention layers one after the other.
    """
    a, operation, b, result = problem(rng)
    names = list(rng.choice(NAMES, int(rng.integers(2, 5)), replace=False))
    values = [a, b, *(int(rng.integers(0, 100)) for _ in names[2:])]
    order = rng.permutation(len(names))
    given = " ".join(f"{names[place]} = {values[place]} ," for place in order)
    return f"{given} {names[0]} {operation} {names[1]} =", result, ""


def stepped(rng):
    """A number that is itself a problem, and then asked for: it has to be worked out where it stands or on the way."""
    a, operation, b, first = problem(rng)
    name, c = pick(rng, NAMES), int(rng.integers(0, 100))
    then = "-" if c <= first and rng.random() < 0.5 or first + c > LARGEST_NUMBER else "+"
    return f"{name} = {a} {operation} {b} , {name} {then} {c} =", first + c if then == "+" else first - c, ""


def one_of_several(rng):
    """Two or three problems with a name each, one of which is asked for."""
    problems = [problem(rng) for _ in range(int(rng.integers(2, 4)))]
    names = rng.choice(NAMES, len(problems), replace=False)
    asked = int(rng.integers(len(problems)))
    given = " ".join(f"{name} : {a} {operation} {b} ," for name, (a, operation, b, _) in zip(names, problems))
    return f"{given} {names[asked]} =", problems[asked][3], ""


def story(rng):
    """What two or three people took, in any order, and what two of them have together or one has more than the other."""
    a, operation, b, result = problem(rng)
    while operation not in "+-":
        a, operation, b, result = problem(rng)
    people = list(rng.choice(WOMEN + MEN, int(rng.integers(2, 4)), replace=False))
    values = [a, b, *(int(rng.integers(0, 100)) for _ in people[2:])]
    given = " ".join(f"{people[place]} took {values[place]} ," for place in rng.permutation(len(people)))
    asked = f"{people[0]} and {people[1]} took" if operation == "+" else f"the difference between {people[0]} and {people[1]} is"
    return f"{given} {asked}", result, ""


def named_operator(rng):
    """An operator that is given a name first, beside another that nobody asks for."""
    a, operation, b, result = problem(rng)
    name, other = rng.choice(NAMES, 2, replace=False)
    given = [f"{name} means {operation} ,", f"{other} means {pick(rng, '+-*/')} ,"]
    return f"{' '.join(given[place] for place in rng.permutation(2))} {a} {name} {b} =", result, ""


# Texts in which something has to be brought to where it is needed before it can be used.
HOPS = {"names": named_operands, "steps": stepped, "several": one_of_several, "stories": story, "operators": named_operator}


def text_with_names(rng):
    """`text`, and as often a problem whose operands have names."""
    return named_operands(rng) if rng.random() < 0.5 else text(rng)


def text_with_hops(rng):
    """`text`, and as often one of all kinds of HOPS."""
    return HOPS[pick(rng, list(HOPS))](rng) if rng.random() < 0.5 else text(rng)


CORPORA = {"plain": text, "names": text_with_names, "hops": text_with_hops}


def batch(rng, rows, ids, draw=text):
    """Texts of draw(rng) packed into rows of ROW tokens, so that hardly a position is padding.

    Returns the tokens and the number of each token's text, both int64 [rows, ROW] (text 0: padding), whether a token has
    to be followed by an answer, bool [rows, ROW], and the flat positions that are learnt from with the tokens that follow
    them, both int64 [LEARNT * rows]: those of every answer, and others drawn at random up to that number.
    """
    tokens, texts = np.full((rows, ROW), PAD), np.zeros((rows, ROW), dtype=np.int64)
    filled, answers, others, refused, number = [0] * rows, [], [], 0, 0
    while refused < 8:
        before, answer, after = (str(part).split() for part in draw(rng))
        words = [BOS, *(ids[word] for word in before + answer + after), EOS]
        row = next((row for row in range(rows) if filled[row] + len(words) <= ROW), None)
        if row is None:
            refused += 1
            continue
        start, number = filled[row], number + 1
        filled[row] += len(words)
        tokens[row, start : filled[row]] = words
        texts[row, start : filled[row]] = number
        first = row * ROW + start
        asked = range(first + len(before), first + len(before) + len(answer))
        answers += asked
        others += [at for at in range(first, first + len(words) - 1) if at not in asked]
    learnt = np.array(answers + rng.permutation(others).tolist())[: LEARNT * rows]
    asks = np.zeros(rows * ROW, dtype=bool)
    asks[answers] = True
    return tokens, texts, asks.reshape(rows, ROW), learnt, tokens.ravel()[learnt + 1]
