"""What the words of consent banners mean, in thirty-four languages. The words are in words.toml."""

from __future__ import annotations

import enum
import functools
import re
import tomllib
import unicodedata
from importlib import resources
from typing import TYPE_CHECKING

import msgspec

from scanner.model import Category

if TYPE_CHECKING:
    from collections.abc import Callable

#: A button says little: what is longer is a paragraph that happens to be clickable.
MAX_LABEL_WORDS = 12

#: "Personvernerklæring og vilkår" is the name of a text; what is longer is a sentence about it.
MAX_STATEMENT_WORDS = 5

#: "do not", "nicht notwendige", "non-essential": as many words may stand between.
NEGATION_REACH = 2

#: Letters of a word: "EN" chooses a language, "i" tells more.
_LEAST_WORD = 4

#: What a price looks like before its signs are taken away.
_SUM = re.compile(
    r"[€$£]|\d\s*(?:kr|nok|sek|dkk|isk|eur|usd|gbp|chf|zł|kč|ft|lei)(?!\w)|\bkr\s*\d", re.IGNORECASE
)


#: Soft hyphens and joiners, which part words on the screen but not in the mind.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")


#: What says as much as a word where it stands alone.
_SIGNS = {
    **dict.fromkeys("👍👌✅✓✔☑", "yes"),
    **dict.fromkeys("👎🚫⛔", "no"),
    **dict.fromkeys("✕✖⨉⨯╳🗙❌❎✗✘", "×"),
    **dict.fromkeys("⚙🔧🛠🎛", "settings"),
    **dict.fromkeys("⋯…⋮☰+", "more"),
}

#: What only dresses a sign up: its colour, its picture.
_DRESS = re.compile("[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]")

#: An accent on a Greek letter, which its capital is written without: "ΑΠΟΔΟΧΗ".
_GREEK_ACCENT = re.compile("([α-ω])\u0301")

#: Where a sentence ends.
_STOP = re.compile(r"[.!?;\n]+")

#: A sentence that asks.
_QUESTION = re.compile(r"[^.!?;\n]*[?？؟]")

#: More letters of a word, in a JavaScript pattern.
_LETTERS = r"[\p{L}\p{N}]*"

#: Where one breathes in the middle of a label.
_PAUSE = re.compile(r"[,.;:!–—]")


class Meaning(enum.StrEnum):
    """What pressing a control tells the site."""

    ACCEPT = "accept"
    REJECT = "reject"
    NECESSARY = "necessary"  # accept what is strictly necessary, so: refuse the rest
    SETTINGS = "settings"  # shows a further layer
    SAVE = "save"  # keeps what the switches say
    ACKNOWLEDGE = "acknowledge"  # "OK": taken as a yes by sites that offer no choice
    WITHDRAW = "withdraw"
    CLOSE = "close"
    POLICY = "policy"  # leads to a text
    NONE = "none"


class _Words(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    subject: tuple[str, ...]
    talk: tuple[str, ...]
    accept: tuple[str, ...]
    all: tuple[str, ...]
    only: tuple[str, ...]
    necessary: tuple[str, ...]
    negation: tuple[str, ...]
    denial: tuple[str, ...]
    reject: tuple[str, ...]
    settings: tuple[str, ...]
    save: tuple[str, ...]
    acknowledge: tuple[str, ...]
    close: tuple[str, ...]
    policy: tuple[str, ...]
    revisit: tuple[str, ...]
    withdraw: tuple[str, ...]
    off: tuple[str, ...]
    trap: tuple[str, ...]
    age: tuple[str, ...]
    price: tuple[str, ...]
    functional: tuple[str, ...]
    statistics: tuple[str, ...]
    marketing: tuple[str, ...]
    door: tuple[str, ...] = ()
    embed: tuple[str, ...] = ()
    shutting: tuple[str, ...] = ()
    some: tuple[str, ...] = ()
    chosen: tuple[str, ...] = ()
    bare: tuple[str, ...] = ()
    sure: tuple[str, ...] = ()
    bakery: tuple[str, ...] = ()
    statement: tuple[str, ...] = ()
    interest: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()
    unrefused: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


@functools.lru_cache(maxsize=4096)  # a page is looked at many times, and says the same
def meaning(label: str) -> Meaning:
    """Return what a control with this *label* does; NONE if that cannot be told."""
    text = normal(label)
    if not text or text.count(" ") >= MAX_LABEL_WORDS or costs(label):
        return Meaning.NONE
    accepts = _first(text, "accept")
    everything = _has(text, "all")
    if accepts is not None and _has(text, "embed"):
        return Meaning.NONE  # "accept and show the video" answers for that one alone
    if _has(text, "withdraw"):
        return Meaning.WITHDRAW
    if keeps_from_refusing(label) or names_terms(label):
        return Meaning.NONE
    if _has(text, "reject") or _negated(text, accepts):
        return Meaning.REJECT
    if _only_necessary(text, accepts=accepts is not None):
        return Meaning.NECESSARY
    if accepts is not None and everything:
        return Meaning.ACCEPT
    if everything and _confirms_all(text):
        return Meaning.ACCEPT
    if _has(text, "save") or (accepts is not None and _has(text, "chosen")):
        return Meaning.SAVE
    settings = _first(text, "revisit", "settings")
    if settings is not None and _has(text, "close"):
        return Meaning.CLOSE  # "hide settings"
    if settings is not None:
        if accepts is not None and accepts < settings:
            return Meaning.SAVE  # "accept these settings"
        return Meaning.NONE if everything else Meaning.SETTINGS  # "select all" is neither
    if _has(text, "policy") and (accepts is None or text[:accepts].count(" ") > 1):
        return Meaning.POLICY
    if accepts is not None:
        return Meaning.NONE if _narrows(text) or _has(text, "some") else Meaning.ACCEPT
    if (spoken := _spoken(label, text)) is not None:
        return spoken
    if _has(text, "acknowledge"):
        return Meaning.ACKNOWLEDGE
    return Meaning.CLOSE if _has(text, "close") else Meaning.NONE


def saves(label: str) -> bool:
    """Whether *label* has a word for saving, too: "confirm all" may keep what the switches say."""
    return _has(normal(label), "save")


def says_all(label: str) -> bool:
    """Whether *label* speaks of everything: "accept all" is a better button than "accept"."""
    return _has(normal(label), "all")


def reopens(label: str) -> bool:
    """Whether *label* is that of a control that shows the banner again after a choice."""
    text = normal(label)
    return text.count(" ") < MAX_LABEL_WORDS and _has(text, "revisit")


def names_consent(label: str) -> bool:
    """Whether *label* is no more than the name of what was given: "Consent", in a footer."""
    return _has(normal(label), "door")


def names_statement(label: str) -> bool:
    """Whether *label* is the name of a text on privacy or cookies, and little more."""
    text = normal(label)
    return text.count(" ") <= MAX_STATEMENT_WORDS and _has(text, "statement")


def names_interest(label: str) -> bool:
    """Whether *label* is that of the part for legitimate interests, and little more."""
    text = normal(label)
    return text.count(" ") <= MAX_STATEMENT_WORDS and _has(text, "interest")


def heads_settings(text: str) -> bool:
    """Whether *text* begins as settings of consent do: "Manage your consent preferences"."""
    return _has(" ".join(normal(text).split()[:MAX_LABEL_WORDS]), "revisit")


def embeds(text: str) -> bool:
    """Whether *text* speaks of something that is shown in a page: a video, a map."""
    return _has(normal(text), "embed")


def bakes(text: str) -> bool:
    """Whether *text* speaks of cookies that are eaten."""
    return _has(normal(text), "bakery")


def refuses_by_closing(text: str) -> bool:
    """Whether a sentence of *text* says that to close it is to refuse."""
    for sentence in map(normal, _STOP.split(text)):
        accepts = _first(sentence, "accept")
        agreed = accepts is not None and not _negated(sentence, accepts)
        refused = _has(sentence, "reject") or (accepts is not None and not agreed)
        if refused and not agreed and _has(sentence, "shutting"):
            return True
    return False


def ticks(label: str) -> bool:
    """Whether *label* is a sign alone, and no cross."""
    text = normal(label)
    return text not in ("", "×") and not any(map(str.isalnum, label))


def speaks(label: str) -> bool:
    """Whether *label* is more than a sign, as "×" is."""
    return len(normal(label)) > 1


def puzzles(label: str) -> bool:
    """Whether *label* is more than a sign or two, and is not known to be about something else."""
    text = normal(label)
    known = category(label) is not None or costs(label) or says_all(label)
    return len(text) >= _LEAST_WORD and not known


def refuses(label: str) -> bool:
    """Whether *label*, on one of several radio buttons, is the refusing one."""
    text = normal(label)
    if text.count(" ") >= MAX_LABEL_WORDS:
        return False
    least = _has(text, "necessary") and not _has(text, "all") and category(label) is None
    refusing = meaning(label) in (Meaning.REJECT, Meaning.NECESSARY)
    return least or refusing or bool(_whole("off").fullmatch(text))


@functools.lru_cache(maxsize=4096)
def forbids(label: str) -> bool:
    """Whether a switch with this *label*, turned on, is a no: "Do not use statistics cookies"."""
    text = normal(label)
    few = text.count(" ") < MAX_LABEL_WORDS
    return few and _has(text, "forbid") and not _has(text, "necessary")


@functools.lru_cache(maxsize=4096)
def category(label: str) -> Category | None:
    """Return what a switch with this *label* is for; None: that cannot be told."""
    text = normal(label)
    for candidate in (Category.MARKETING, Category.STATISTICS, Category.FUNCTIONAL):
        if _has(text, candidate):
            return candidate
    return None


def subjects(text: str) -> int:
    """Return how often *text* names what consent banners are about (cookies)."""
    return len(_pattern("subject").findall(normal(text)))


def talk(text: str) -> int:
    """Return how many different turns of speech in *text* are those of consent banners."""
    return len(set(_pattern("talk").findall(normal(text))))


def traps(text: str) -> int:
    """Return how many different words in *text* belong to other dialogs (newsletter, age…)."""
    return len(set(_pattern("trap").findall(normal(text))))


def stems(*lists: str) -> str:
    """Return the words of *lists* as the source of a JavaScript pattern, signs ignored."""
    listed = [phrase for name in lists for phrase in _words()[name]]
    phrases = {_normal_phrase(phrase, told) for phrase in listed for told in (normal, _told)}
    return "|".join(
        re.escape(phrase.strip("*")).replace(r"\*", _LETTERS).replace(r"\ ", r"[^\p{L}\p{N}]+")
        for phrase in sorted(phrases)
    )


def normal(text: str) -> str:
    """Return *text* in lower case, its signs turned into single spaces."""
    return _capitals(_told(text))


def _told(text: str) -> str:
    """Return the words of *text*, or what its sign alone says."""
    folded = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).casefold()
    told = " ".join(re.sub(r"[^\w×]|_", " ", folded.replace("i\u0307", "i")).split())
    return told or _SIGNS.get(_DRESS.sub("", text).strip(), "")


def _capitals(text: str) -> str:
    """Return *text* without what capital letters lose: Greek accents, and which i is dotted."""
    bare = unicodedata.normalize("NFD", text.replace("ı", "i"))
    return unicodedata.normalize("NFC", _GREEK_ACCENT.sub(r"\1", bare))


def _first(text: str, *lists: str) -> int | None:
    """Return where in *text* the first word of *lists* stands; None: nowhere."""
    found = [match.start() for name in lists if (match := _pattern(name).search(text))]
    return min(found, default=None)


def _has(text: str, name: str) -> bool:
    return _pattern(name).search(text) is not None


def _negated(text: str, place: int | None) -> bool:
    """Whether a "not" stands shortly before *place*, or right behind the word there."""
    if place is None:
        return False
    before = " ".join(text[:place].split()[-NEGATION_REACH - 1 :])
    return _has(before, "negation") or _denied(text[place:].partition(" ")[2])


def _denied(behind: str) -> bool:
    """Whether a word is taken back by what stands *behind* it; "not necessary" goes together."""
    denial = _pattern("denial").match(behind)
    return denial is not None and not _has(behind[denial.end() :], "necessary")


def keeps_from_refusing(label: str) -> bool:
    """Whether a refusal is itself refused: "don't reject", "avvis ikke"; "no, reject" is none."""
    if _has(normal(label), "unrefused"):
        return True
    for part in map(normal, _PAUSE.split(label)):
        for match in _pattern("reject").finditer(part):
            before = part[: match.start()].rstrip()
            denials = _pattern("denial").finditer(before)
            if any(denial.end() == len(before) for denial in denials):
                return True
            if _denied(part[match.end() :].lstrip()):
                return True
    return False


def _spoken(label: str, text: str) -> Meaning | None:
    """Return what a label says that begins with a yes or a no: "No, I would rather not"."""
    first, _, rest = label.partition(",") if "," in label else label.partition("!")
    if not normal(rest) or _has(text, "trap"):
        return None
    bare = {"reject": Meaning.REJECT, "accept": Meaning.ACCEPT, "acknowledge": Meaning.ACKNOWLEDGE}
    said = (meant for name, meant in bare.items() if _bare(name).fullmatch(normal(first)))
    return next(said, None)


def hangs(label: str) -> bool:
    """Whether *label* is a yes or a no that says nothing without its question: "No, go back"."""
    first, _, rest = normal(label).partition(" ")
    return bool(_whole("bare").fullmatch(first)) and meaning(rest) is Meaning.NONE


def names_terms(label: str) -> bool:
    """Whether *label* speaks of conditions of use, and not of cookies, too."""
    text = normal(label)
    return _has(text, "terms") and not _has(text, "subject")


def goes_without(label: str) -> bool:
    """Whether *label* only leaves something out, "continue without tracking": perhaps for money."""
    text = normal(label)
    return _first(text, "accept") is None and _has(text, "without") and not costs(label)


def names_price(text: str) -> bool:
    """Whether *text* names a sum of money."""
    return _SUM.search(text) is not None


@functools.lru_cache(maxsize=1024)
def turns(text: str) -> bool:
    """Whether *text* asks something to which a yes says no: "Continue without cookies?"."""
    for sentence in map(normal, _QUESTION.findall(text)):
        accepts, subject = _first(sentence, "accept"), _first(sentence, "subject")
        agreed = accepts is not None and not _negated(sentence, accepts)
        against = accepts is not None or _negated(sentence, subject)
        against = against or any(_has(sentence, name) for name in ("reject", "forbid", "withdraw"))
        if _has(sentence, "sure") or (against and not agreed):
            return True
    return False


def unpriced(text: str) -> str:
    """Return the words of *text* without those of what is bought."""
    return _pattern("price").sub(" ", normal(text))


def costs(label: str) -> bool:
    """Whether pressing *label* buys something, unless it says that it does not."""
    if _SUM.search(label):
        return True
    text = normal(label)
    return any(not _negated(text, match.start()) for match in _pattern("price").finditer(text))


def _confirms_all(text: str) -> bool:
    """Whether *text* saves everything and no more: not "confirm all choices"."""
    if not _has(text, "save"):
        return False
    for name in ("save", "all", "subject"):
        text = _pattern(name).sub(" ", text)
    return not text.strip()


def _narrows(text: str) -> bool:
    """Whether a *text* that accepts begins or goes on with "only": "accept just the basics"."""
    rest = _pattern("accept").sub(" ", text, count=1).split()
    lone = _pattern("only").match(" ".join(rest))
    if lone is None:
        return False
    left = _pattern("subject").sub(" ", " ".join(rest)[lone.end() :])
    return any(len(word) >= _LEAST_WORD for word in left.split())


def _only_necessary(text: str, *, accepts: bool) -> bool:
    place = _first(text, "necessary")
    if place is None or _has(text, "settings"):
        return False
    before = text[:place].split()[-1:]
    if before and (before[0] in ("non", "un") or _whole("negation").fullmatch(before[0])):
        return False
    return accepts or _has(text, "only") or _has(text, "save")


@functools.cache
def _words() -> dict[str, tuple[str, ...]]:
    """Return the words of all languages by list: a page may mix them, and few collide."""
    text = resources.files(__package__).joinpath("words.toml").read_text(encoding="utf-8")
    languages = msgspec.convert(tomllib.loads(text), dict[str, _Words])
    merged: dict[str, dict[str, None]] = {}
    for words in languages.values():
        for name, phrases in msgspec.structs.asdict(words).items():
            merged.setdefault(name, {}).update(dict.fromkeys(phrases))
    return {name: tuple(phrases) for name, phrases in merged.items()}


@functools.cache
def _pattern(name: str) -> re.Pattern[str]:
    """Return what finds the words of a list inside a normal text."""
    inside: list[str] = []
    whole: list[str] = []
    for phrase in sorted(_words()[name], key=len, reverse=True):
        pattern = re.escape(_normal_phrase(phrase)).replace(r"\*", r"\w*")
        (whole if phrase.startswith("=") else inside).append(pattern)
    parts = [rf"(?<!\w)(?:{'|'.join(inside)})(?!\w)"] if inside else []
    parts += [rf"^(?:{'|'.join(whole)})$"] if whole else []
    return re.compile("|".join(parts))


@functools.cache
def _whole(name: str) -> re.Pattern[str]:
    """Return what matches a text that is one of the words of a list."""
    return re.compile("|".join(re.escape(_normal_phrase(p)) for p in _words()[name]))


@functools.cache
def _bare(name: str) -> re.Pattern[str]:
    """Return what matches a text that is one of the words which stand alone in a list: "no"."""
    alone = [phrase for phrase in _words()[name] if phrase.startswith("=")]
    return re.compile("|".join(re.escape(_normal_phrase(phrase)) for phrase in alone))


def _normal_phrase(phrase: str, told: Callable[[str], str] = normal) -> str:
    """Return a *phrase* of words.toml as *told* would, with its stars and what parts them."""
    parts = phrase.lstrip("=").split("*")
    return "*".join(f"{' ' * p.startswith(' ')}{told(p)}{' ' * p.endswith(' ')}" for p in parts)
