#!/usr/bin/env python3
"""Writes Tests/NNTrainingTests/Fixtures/scores.txt: metrics by scikit-learn on random data with ties, weights, absent
classes and several labels, in float64. What scikit-learn lacks, the expected calibration error, is NumPy's.

usage: tools/reference/metric_fixtures.py        needs: pip install numpy scikit-learn
"""
import pathlib
import numpy as np
from sklearn import metrics

FILE = pathlib.Path(__file__).resolve().parent.parent.parent / "Tests" / "NNTrainingTests" / "Fixtures" / "scores.txt"
BINS = 15
random = np.random.RandomState(5)
lines = []


def row(name, values):
    lines.append(name + " : " + " ".join(repr(float(v)) for v in np.ravel(values)))


def softmax(x):
    e = np.exp(x - x.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def calibration_error(confidence, right, w):
    bins = np.clip(np.ceil(confidence * BINS).astype(int) - 1, 0, BINS - 1)
    return sum(abs((w * (right - confidence))[bins == b].sum()) for b in range(BINS)) / w.sum()


def answers(name, truth, said, w):
    """What both classes and labels have."""
    for average in ("macro", "weighted"):
        p, r, f, _ = metrics.precision_recall_fscore_support(truth, said, average=average, sample_weight=w, zero_division=0)
        for key, value in (("precision", p), ("recall", r), ("f1", f)):
            row(f"{name} {key}{average.capitalize()}", value)


def rankings(name, columns, scores, w):
    """One against the rest, of the columns that have samples of both kinds."""
    there = [c for c in range(columns.shape[1]) if 0 < columns[:, c].sum() < len(columns)]
    row(f"{name} auc", np.mean([metrics.roc_auc_score(columns[:, c], scores[:, c], sample_weight=w) for c in there]))
    row(f"{name} averagePrecision",
        np.mean([metrics.average_precision_score(columns[:, c], scores[:, c], sample_weight=w) for c in there]))


def classes(name, count, truth, p, w, probabilities=True):
    said = p.argmax(1)
    row(f"{name} data", [count, len(truth)])
    row(f"{name} predictions", p)
    row(f"{name} targets", truth)
    row(f"{name} weights", w)
    row(f"{name} accuracy", metrics.accuracy_score(truth, said, sample_weight=w))
    row(f"{name} confusion", metrics.confusion_matrix(truth, said, labels=range(count), sample_weight=w))
    if len(set(truth)) > 1:
        row(f"{name} balancedAccuracy", np.mean([(w * (said == truth))[truth == c].sum() / w[truth == c].sum() for c in set(truth)]))
        row(f"{name} matthews", metrics.matthews_corrcoef(truth, said, sample_weight=w))
        rankings(name, truth[:, None] == np.arange(count), p, w)
    answers(name, truth, said, w)
    p_c, r_c, f_c, _ = metrics.precision_recall_fscore_support(truth, said, labels=range(count), sample_weight=w, zero_division=0)
    for key, values in (("precision", p_c), ("recall", r_c), ("f1", f_c)):
        row(f"{name} {key} of each", values)
    if probabilities:
        row(f"{name} logLoss", metrics.log_loss(truth, p, labels=range(count), sample_weight=w))
        row(f"{name} brier", metrics.brier_score_loss(truth, p, labels=range(count), sample_weight=w, scale_by_half=False))
        row(f"{name} calibrationError", calibration_error(p.max(1), said == truth, w))


def binary(name, truth, p, w):
    said = (p >= 0.5).astype(int)
    row(f"{name} data", [1, len(truth)])
    row(f"{name} predictions", p)
    row(f"{name} targets", truth)
    row(f"{name} weights", w)
    row(f"{name} accuracy", metrics.accuracy_score(truth, said, sample_weight=w))
    if len(set(truth)) > 1:
        row(f"{name} balancedAccuracy", metrics.balanced_accuracy_score(truth, said, sample_weight=w))
        row(f"{name} matthews", metrics.matthews_corrcoef(truth, said, sample_weight=w))
        row(f"{name} auc", metrics.roc_auc_score(truth, p, sample_weight=w))
        row(f"{name} averagePrecision", metrics.average_precision_score(truth, p, sample_weight=w))
    if truth.any():
        row(f"{name} precision", metrics.precision_score(truth, said, sample_weight=w, zero_division=0))
        row(f"{name} recall", metrics.recall_score(truth, said, sample_weight=w))
        row(f"{name} f1", metrics.f1_score(truth, said, sample_weight=w))
    answers(name, truth, said, w)
    row(f"{name} logLoss", metrics.log_loss(truth, p, labels=[0, 1], sample_weight=w))
    row(f"{name} brier", metrics.brier_score_loss(truth, p, labels=[0, 1], pos_label=1, sample_weight=w))
    row(f"{name} calibrationError", calibration_error(np.maximum(p, 1 - p), said == truth, w))


def labels(name, truth, p, w):
    said, count = (p >= 0.5).astype(int), truth.shape[1]
    row(f"{name} data", [count, len(truth)])
    row(f"{name} predictions", p)
    row(f"{name} targets", truth)
    row(f"{name} weights", w)
    row(f"{name} accuracy", metrics.accuracy_score(truth, said, sample_weight=w))
    row(f"{name} hammingLoss", metrics.hamming_loss(truth, said, sample_weight=w))
    row(f"{name} f1Micro", metrics.f1_score(truth, said, average="micro", sample_weight=w))
    answers(name, truth, said, w)
    rankings(name, truth, p, w)
    each = [metrics.log_loss(truth[:, c], p[:, c], labels=[0, 1], sample_weight=w) for c in range(count)]
    row(f"{name} logLoss", np.mean(each))
    each = [metrics.brier_score_loss(truth[:, c], p[:, c], labels=[0, 1], pos_label=1, sample_weight=w) for c in range(count)]
    row(f"{name} brier", np.mean(each))
    flat = np.repeat(w, count)
    row(f"{name} calibrationError", calibration_error(np.maximum(p, 1 - p).ravel(), (said == truth).ravel(), flat))


def values(name, truth, said, w, quantile):
    row(f"{name} data", [truth.shape[1], len(truth)])
    row(f"{name} predictions", said)
    row(f"{name} targets", truth)
    row(f"{name} weights", w)
    row(f"{name} rmse", metrics.mean_squared_error(truth, said, sample_weight=w) ** 0.5)
    row(f"{name} r2", metrics.r2_score(truth, said, sample_weight=w, multioutput="variance_weighted"))
    row(f"{name} r2 of each", metrics.r2_score(truth, said, sample_weight=w, multioutput="raw_values"))
    row(f"{name} rmse of each", metrics.root_mean_squared_error(truth, said, sample_weight=w, multioutput="raw_values"))
    row(f"{name} mae", metrics.mean_absolute_error(truth, said, sample_weight=w))
    row(f"{name} medianError", metrics.median_absolute_error(truth, said, sample_weight=w))
    if (truth != 0).all():
        row(f"{name} mape", metrics.mean_absolute_percentage_error(truth, said, sample_weight=w))
    row(f"{name} quantileLoss", metrics.mean_pinball_loss(truth, said, sample_weight=w, alpha=quantile))


def main():
    for weighted in (False, True):
        w = lambda n: np.round(random.uniform(0.1, 3, n), 2) if weighted else np.ones(n)
        kind = "weighted" if weighted else "plain"
        n = 60
        p = softmax(random.randn(n, 4))
        classes(f"classes {kind}", 4, random.randint(0, 4, n), p, w(n))
        # Probabilities with ties, also at the top; class 2 is absent, class 4 is never said.
        p = random.multinomial(6, [0.3, 0.2, 0.2, 0.3, 0], n) / 6
        truth = random.choice([0, 1, 3, 4], n)
        classes(f"ties {kind}", 5, truth, p, w(n))
        classes(f"scores {kind}", 3, random.randint(0, 3, n), np.round(random.randn(n, 3), 1), w(n), False)
        classes(f"one class {kind}", 3, np.full(20, 1), softmax(random.randn(20, 3)), w(20))
        p = random.uniform(size=n)
        binary(f"binary {kind}", (random.uniform(size=n) < p).astype(int), p, w(n))
        binary(f"tied binary {kind}", random.randint(0, 2, n), random.randint(0, 9, n) / 8, w(n))
        binary(f"no yes {kind}", np.zeros(12, int), random.uniform(size=12), w(12))
        p = np.round(random.uniform(size=(n, 5)), 1)
        truth = (random.uniform(size=(n, 5)) < p * [1, 1, 1, 1, 0]).astype(int)
        labels(f"labels {kind}", truth, p, w(n))
        truth = random.randn(n, 1) * 3 + 1e4
        values(f"values {kind}", truth, truth + random.randn(n, 1), w(n), 0.9)
        truth = np.round(random.randn(n, 3) * [1, 10, 0.1], 1)
        values(f"outputs {kind}", truth, truth + np.round(random.randn(n, 3), 1), w(n), 0.3)
    FILE.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
