"""What a model must beat: the training majority, and a bag of words (scikit-learn) that sees both texts and their overlap."""

from collections.abc import Callable, Sequence

import numpy as np
from scipy.sparse import csr_matrix, hstack
from scipy.stats import pearsonr, spearmanr
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import accuracy_score, f1_score, matthews_corrcoef

from .rows import Row

Metric = Callable[[Sequence[str], Sequence[str]], float]

METRICS: dict[str, Metric] = {
    "accuracy": lambda gold, guess: float(accuracy_score(gold, guess)),
    "f1": lambda gold, guess: float(f1_score(gold, guess, pos_label="1", zero_division=0.0)),
    "matthews": lambda gold, guess: float(matthews_corrcoef(gold, guess)),
}

# folder -> (name in results.json, metrics, the first being the main one)
SCORED: dict[str, tuple[str, tuple[str, ...]]] = {
    "CoLA": ("cola", ("matthews", "accuracy")),
    "SST-2": ("sst2", ("accuracy",)),
    "MRPC": ("mrpc", ("accuracy", "f1")),
    "STS-B": ("stsb", ("spearman", "pearson")),
    "QQP": ("qqp", ("accuracy", "f1")),
    "MNLI": ("mnli", ("accuracy",)),
    "QNLI": ("qnli", ("accuracy",)),
    "RTE": ("rte", ("accuracy",)),
    "WNLI": ("wnli", ("accuracy",)),
}


def _overlap(row: Row) -> list[float]:
    first = set(row.text_a.lower().strip(".?").split())
    second = set((row.text_b or "").lower().strip(".?").split())
    return [len(first & second) / len(first | second), len(second - first) / 10, len(first - second) / 10]


def _features(train: list[Row], dev: list[Row]) -> tuple[csr_matrix, csr_matrix]:
    """Counts of each text in columns of its own, then the overlap."""
    parts: list[tuple[csr_matrix, csr_matrix]] = []
    for column in ("text_a", "text_b"):
        texts = [[getattr(row, column) or "" for row in rows] for rows in (train, dev)]
        if any(texts[0]):
            bag = CountVectorizer()
            parts.append((bag.fit_transform(texts[0]), bag.transform(texts[1])))
    if train[0].text_b is not None:
        parts.append((csr_matrix([_overlap(row) for row in train]), csr_matrix([_overlap(row) for row in dev])))
    return hstack([a for a, _ in parts]).tocsr(), hstack([b for _, b in parts]).tocsr()


def _correlations(train: list[Row], dev: list[Row]) -> dict[str, dict[str, float]]:
    x_train, x_dev = _features(train, dev)
    gold = np.array([float(row.label) for row in dev])
    guess = Ridge(alpha=1.0).fit(x_train, [float(row.label) for row in train]).predict(x_dev)
    found = {"spearman": float(spearmanr(gold, guess).statistic), "pearson": float(pearsonr(gold, guess).statistic)}
    return {"majority": {"spearman": 0.0, "pearson": 0.0}, "bagOfWords": found}


def baselines(folder: str, train: list[Row], dev: list[Row]) -> dict[str, object]:
    """Dev scores as fractions; a constant guess has correlation 0."""
    metrics = SCORED[folder][1]
    if folder == "STS-B":
        return {"metric": metrics[0], **_correlations(train, dev)}
    labels, gold = [row.label for row in train], [row.label for row in dev]
    majority = max(sorted(set(labels)), key=labels.count)
    x_train, x_dev = _features(train, dev)
    guess = LogisticRegression(max_iter=2000).fit(x_train, labels).predict(x_dev)
    return {
        "metric": metrics[0],
        "majority": {name: METRICS[name](gold, [majority] * len(gold)) for name in metrics},
        "bagOfWords": {name: METRICS[name](gold, guess) for name in metrics},
    }
