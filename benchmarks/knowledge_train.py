"""Train the small model of the classifier: ``python -m benchmarks.knowledge_train FILE…``

The recipe, so that anybody with labelled cookies can repeat it:

1. rows: the files given (forms: see knowledge_rows.py), consent platforms' own cookies left out,
   and each example of the knowledge base once, with its host and documented lifetime, but no
   example of a vendor's fallback; an example weighs a tenth of a row, for nobody met it, and a
   row of a name that n rows bear weighs one over the fourth root of n;
2. features: ``scanner.classify.features``, present or not, those that occur at least twice;
3. multinomial logistic regression, L2, C = 0.15, no class weights;
4. weights times 100, rounded; features whose weights all round to less than 3 are left out;
5. trust: each row is classified by a model that was trained without its third of the sites (of
   listed rows: of the names); a second, binary regression learns from
   ``scanner.classify.trust.signs`` which of these verdicts are right;
6. practice: from the same verdicts on listed rows, and from those of a knowledge base without
   what it says of their names, a third regression, of three classes, learns from
   ``scanner.classify.practice.signs`` how lists label such items, known or not;
7. exemption: the model calls exempt what is likelier exempt than statistics and than marketing,
   and is so with a probability of 0.45 at least; of a third party's items, of 0.6: nobody asked
   for a service of that party, and the few of them that are exempt are mostly known by name.

Needs scikit-learn (``pip install 'kapsel[train]'``); nothing of it is needed at run time, and
nothing of the rows is kept but the weights.
"""

from __future__ import annotations

import collections
import functools
import random
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from benchmarks.knowledge_rows import Row, read, three
from scanner.classify import decision, practice, said
from scanner.classify.features import features
from scanner.classify.trust import signs
from scanner.knowledge import Knowledge, files
from scanner.knowledge.weights import Weights
from scanner.model import Category, Party, Subject

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from scanner.classify.words import Word

C = 0.15
EXAMPLE = 0.1  # weight of an example of the knowledge base; of a row: 1
REPEATED = -0.25  # power of the number of rows of a name: what each of them weighs
EXEMPTION = 0.45  # probability from which on the model may exempt
EXEMPTION_THIRD = 0.6  # the same for items of third parties
FEWEST = 2  # rows that a feature must occur in
SCALE = 100
SMALLEST = 3  # of the whole numbers
TOLERANCE = 1e-3  # of the fit; finer ones change no verdict
TRUST_C = 0.1
PRACTICE_C = 0.5
PARTS = 3  # into which rows are cut to learn trust
SEED = 7
TARGET = files.HERE / "weights.json"


@functools.cache
def _contents() -> files.Contents:
    """Return the files of the knowledge base, read once."""
    return files.load()


def from_knowledge() -> list[Row]:
    """Return every example of the knowledge base as a row, but those of vendors' fallbacks."""
    rows = []
    for vendor in _contents().vendors:
        for cookie in vendor.cookie:
            if cookie.fallback:
                continue  # their names are made up
            plain = (cookie.text,) if cookie.match in ("exact", "prefix") else ()
            for example in cookie.examples or plain:
                subject = Subject(
                    name=example,
                    domain=cookie.hosts[0] if cookie.hosts else None,
                    party=Party.THIRD if cookie.hosts else Party.FIRST,
                    lifetime=cookie.lifetime,
                )
                rows.append(Row(subject, cookie.category, vendor.id, "knowledge", False))
    return rows


def by_name(row: Row) -> str:
    """Return what keeps rows of one name together."""
    return row.subject.name


def by_site(row: Row) -> str:
    """Return what keeps rows of one site together; those that were not met on one, by name."""
    return f"site {row.group}" if row.source == "met" else row.subject.name


def parts(
    rows: Sequence[Row], number: int, apart: Callable[[Row], str]
) -> Iterator[tuple[list[Row], list[Row]]]:
    """Yield *number* times training and test rows; what *apart* tells of a row is never in both."""
    keys = sorted({apart(row) for row in rows})
    random.Random(SEED).shuffle(keys)
    part_of = {key: place % number for place, key in enumerate(keys)}
    for part in range(number):
        yield (
            [row for row in rows if part_of[apart(row)] != part],
            [row for row in rows if part_of[apart(row)] == part],
        )


def unseen(examples: Sequence[Row], test: Sequence[Row], apart: Callable[[Row], str]) -> list[Row]:
    """Return the *examples* whose names are not those that tell *test* rows apart."""
    names = {row.subject.name for row in test if apart(row) == row.subject.name}
    return [row for row in examples if row.subject.name not in names]


def know(weights: Weights, *, forgotten: Iterable[str] = ()) -> Knowledge:
    """Return the built-in knowledge with other weights, and without entries for some names.

    What a vendor's fallback says of such a name stays.
    """
    contents = _contents()
    whole = Knowledge(contents.vendors, contents.vocabulary, weights=weights, hosts=contents.hosts)
    gone = {one.entry for name in forgotten for one in whole.known(name) if not one.cookie.fallback}
    if not gone:
        return whole
    vendors = [
        msgspec.structs.replace(
            vendor,
            cookie=tuple(one for one in vendor.cookie if f"{vendor.id}/{one.name}" not in gone),
        )
        for vendor in contents.vendors
    ]
    return Knowledge(vendors, contents.vocabulary, weights=weights, hosts=contents.hosts)


class Trainer:
    """Trains on this part of the rows and that, and looks at each row only once."""

    def __init__(self) -> None:
        self._blank = know(Weights(classes=(), scale=1, bias=(), features={}))
        self._found: dict[Subject, frozenset[str]] = {}

    def train(
        self, rows: Sequence[Row], examples: Sequence[Row], apart: Callable[[Row], str]
    ) -> Weights:
        """Return the weights that fit *rows* and *examples* best, with trust."""
        rows = [row for row in rows if not row.consent]
        told: list[dict[str, float]] = []
        right: list[bool] = []
        heard: list[dict[str, float]] = []
        labels: list[str] = []
        for training, test in parts(rows, PARTS, apart):
            weights = self.fit([*training, *unseen(examples, test, apart)])
            for row, word, decided, words in _decided(test, know(weights)):
                told.append(dict(signs(word, decided, words)))
                right.append(three(word.category) == three(row.label))
            listed = [row for row in test if row.source == "listed"]
            names = {row.subject.name for row in listed}
            for knowledge in (know(weights), know(weights, forgotten=names)):
                for row, word, _, words in _decided(listed, knowledge):
                    heard.append(practice.signs(word, words))
                    labels.append(three(row.label))
        return msgspec.structs.replace(
            self.fit([*rows, *examples]),
            trust=_trust(told, right),
            practice=_practice(heard, labels),
        )

    def fit(self, rows: Sequence[Row]) -> Weights:
        """Return the weights that fit *rows* best, without trust."""
        found = [self._features(row.subject) for row in rows]
        counts = collections.Counter(feature for one in found for feature in one)
        kept = {feature for feature, count in counts.items() if count >= FEWEST}
        vectorizer = DictVectorizer()
        matrix = vectorizer.fit_transform([dict.fromkeys(sorted(one & kept), 1.0) for one in found])
        model = LogisticRegression(C=C, max_iter=200, tol=TOLERANCE)
        model.fit(matrix, [str(row.label) for row in rows], sample_weight=_weights(rows))
        whole = (model.coef_.T * SCALE).round().astype(int)
        return Weights(
            classes=tuple(Category(name) for name in model.classes_),
            scale=SCALE,
            bias=tuple(int(number) for number in (model.intercept_ * SCALE).round()),
            features={
                name: tuple(numbers)
                for name, numbers in zip(
                    vectorizer.get_feature_names_out(), whole.tolist(), strict=True
                )
                if max(map(abs, numbers)) >= SMALLEST
            },
            exemption=EXEMPTION,
            exemption_third=EXEMPTION_THIRD,
            recipe={
                "rows": len(rows),
                "C": C,
                "example": EXAMPLE,
                "repeated": REPEATED,
                "fewest": FEWEST,
                "smallest": SMALLEST,
            },
        )

    def _features(self, subject: Subject) -> frozenset[str]:
        if subject not in self._found:
            self._found[subject] = frozenset(features(subject, self._blank))
        return self._found[subject]


def _decided(
    rows: Iterable[Row], knowledge: Knowledge
) -> Iterator[tuple[Row, Word, decision.Decision, tuple[Word, ...]]]:
    """Yield those of *rows* that are decided, with the word that did, and all words."""
    for row in rows:
        words = said(row.subject, knowledge=knowledge)
        decided = decision.decide(words)
        if decided.word is not None:
            yield row, decided.word, decided, words


def _weights(rows: Sequence[Row]) -> list[float]:
    """Return how much each row counts: examples little, and rows of one name less than alone."""
    met = collections.Counter(row.subject.name for row in rows if row.source != "knowledge")
    return [
        EXAMPLE if row.source == "knowledge" else float(met[row.subject.name] ** REPEATED)
        for row in rows
    ]


def _trust(told: list[dict[str, float]], right: list[bool]) -> dict[str, float]:
    vectorizer = DictVectorizer()
    model = LogisticRegression(C=TRUST_C, max_iter=1000, tol=TOLERANCE)
    model.fit(vectorizer.fit_transform(told), right)
    names = vectorizer.get_feature_names_out()
    weights = {name: round(float(one), 2) for name, one in zip(names, model.coef_[0], strict=True)}
    return {"bias": round(float(model.intercept_[0]), 2), **weights}


def _practice(heard: list[dict[str, float]], labels: list[str]) -> dict[str, tuple[float, ...]]:
    """Return the weights of how lists label, for each class; none if there are no lists."""
    if len(set(labels)) < len(practice.CLASSES):
        return {}
    vectorizer = DictVectorizer()
    model = LogisticRegression(C=PRACTICE_C, max_iter=1000, tol=TOLERANCE)
    model.fit(vectorizer.fit_transform(heard), labels)
    places = [list(model.classes_).index(three(category)) for category in practice.CLASSES]
    columns = [model.intercept_[places], *model.coef_.T[:, places]]
    names = ["bias", *vectorizer.get_feature_names_out()]
    return {
        name: tuple(round(float(one), 2) for one in column)
        for name, column in zip(names, columns, strict=True)
    }


def main() -> None:
    """Train on all files of the command line and write the weights beside the knowledge."""
    rows = [row for name in sys.argv[1:] for row in read(Path(name))]
    weights = Trainer().train(rows, from_knowledge(), by_site)
    TARGET.write_bytes(msgspec.json.encode(weights) + b"\n")
    sys.stdout.write(f"{len(weights.features)} features in {TARGET.stat().st_size} bytes\n")


if __name__ == "__main__":
    main()
