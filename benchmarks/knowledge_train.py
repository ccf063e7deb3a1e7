"""Train the small model of the classifier: ``python -m benchmarks.knowledge_train FILE…``

The recipe, so that anybody with labelled cookies can repeat it:

1. rows: the files given (forms: see knowledge_rows.py), consent platforms' own cookies left out,
   and each example of the knowledge base once, with its host and documented lifetime, but no
   example of a vendor's fallback;
2. features: ``scanner.classify.features``, present or not, those that occur at least twice;
3. multinomial logistic regression, L2, C = 0.2, no class weights;
4. weights times 100, rounded; features whose weights all round to less than 3 are left out.

Needs scikit-learn (``pip install 'kapsel[train]'``); nothing of it is needed at run time, and
nothing of the rows is kept but the weights.
"""

from __future__ import annotations

import collections
import sys
from pathlib import Path

import msgspec
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from benchmarks.knowledge_rows import Row, read
from scanner.classify.features import features
from scanner.knowledge import files
from scanner.knowledge.weights import Weights
from scanner.model import Category, Party, Subject

C = 0.2
FEWEST = 2  # rows that a feature must occur in
SCALE = 100
SMALLEST = 3  # of the whole numbers
TARGET = files.HERE / "weights.json"


def from_knowledge() -> list[Row]:
    """Return every example of the knowledge base as a row, but those of vendors' fallbacks."""
    rows = []
    for vendor in files.load().vendors:
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


def train(rows: list[Row]) -> Weights:
    """Return the weights that fit *rows* best."""
    found = [set(features(row.subject)) for row in rows]
    counts = collections.Counter(feature for one in found for feature in one)
    kept = {feature for feature, count in counts.items() if count >= FEWEST}
    vectorizer = DictVectorizer()
    matrix = vectorizer.fit_transform([dict.fromkeys(one & kept, 1.0) for one in found])
    model = LogisticRegression(C=C, max_iter=200)
    model.fit(matrix, [str(row.label) for row in rows])
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
        recipe={"rows": len(rows), "C": C, "fewest": FEWEST, "smallest": SMALLEST},
    )


def main() -> None:
    """Train on all files of the command line and write the weights beside the knowledge."""
    rows = [row for name in sys.argv[1:] for row in read(Path(name)) if not row.consent]
    weights = train(rows + from_knowledge())
    TARGET.write_bytes(msgspec.json.encode(weights) + b"\n")
    sys.stdout.write(f"{len(weights.features)} features in {TARGET.stat().st_size} bytes\n")


if __name__ == "__main__":
    main()
