#!/usr/bin/env python3
"""Writes Tests/NNTrainingTests/Fixtures: optimizers and schedules by PyTorch, metrics by scikit-learn, all in float64.

usage: tools/reference/training_fixtures.py        needs: pip install torch numpy scikit-learn
"""
import pathlib
import numpy as np, torch
from sklearn import metrics

FOLDER = pathlib.Path(__file__).resolve().parent.parent.parent / "Tests" / "NNTrainingTests" / "Fixtures"
torch.set_default_dtype(torch.float64)
STEPS, SIZE = 6, 7

OPTIMIZERS = {
    "sgd rate=0.1": lambda p: torch.optim.SGD(p, lr=0.1),
    "sgd rate=0.1 weightDecay=0.03": lambda p: torch.optim.SGD(p, lr=0.1, weight_decay=0.03),
    "sgd rate=0.1 momentum=0.9 weightDecay=0.03": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.03),
    "sgd rate=0.1 momentum=0.9 nesterov=true": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True),
    "adam rate=0.01": lambda p: torch.optim.Adam(p, lr=0.01),
    "adam rate=0.01 beta1=0.8 beta2=0.95 epsilon=1e-5 weightDecay=0.1":
        lambda p: torch.optim.Adam(p, lr=0.01, betas=(0.8, 0.95), eps=1e-5, weight_decay=0.1),
    "adamW rate=0.01 weightDecay=0.1": lambda p: torch.optim.AdamW(p, lr=0.01, weight_decay=0.1),
    "rmsProp rate=0.01": lambda p: torch.optim.RMSprop(p, lr=0.01),
    "rmsProp rate=0.01 smoothing=0.9 momentum=0.5 weightDecay=0.1":
        lambda p: torch.optim.RMSprop(p, lr=0.01, alpha=0.9, momentum=0.5, weight_decay=0.1),
    "adaGrad rate=0.1": lambda p: torch.optim.Adagrad(p, lr=0.1),
    "adaGrad rate=0.1 initial=0.2 weightDecay=0.1":
        lambda p: torch.optim.Adagrad(p, lr=0.1, initial_accumulator_value=0.2, weight_decay=0.1),
}

SCHEDULES = {
    "step every=3 factor=0.5": lambda o: torch.optim.lr_scheduler.StepLR(o, 3, 0.5),
    "multiStep at=2_5_7 factor=0.1": lambda o: torch.optim.lr_scheduler.MultiStepLR(o, [2, 5, 7], 0.1),
    "exponential factor=0.9": lambda o: torch.optim.lr_scheduler.ExponentialLR(o, 0.9),
    "polynomial power=2": lambda o: torch.optim.lr_scheduler.PolynomialLR(o, 10, 2),
    "cosine": lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, 10),
    "cosine end=0.25": lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, 10, 0.25),
    # Its rise ends at step 0.3 * 11 - 1 = 2.3 of the 10 that lead to its end: a share of 0.23.
    "oneCycle rise=0.23": lambda o: torch.optim.lr_scheduler.OneCycleLR(o, 1.0, total_steps=11, pct_start=0.3, cycle_momentum=False),
}


def row(name, values):
    return name + " : " + " ".join(repr(float(v)) for v in values)


def main():
    random, lines = np.random.RandomState(0), []
    start, gradients = random.randn(SIZE), random.randn(STEPS, SIZE)
    lines += [row("start", start), row("gradients", gradients.ravel())]
    for name, make in OPTIMIZERS.items():
        w = torch.tensor(start, requires_grad=True)
        optimizer = make([w])
        for gradient in gradients:
            w.grad = torch.tensor(gradient)
            optimizer.step()
        lines.append(row(name, w.detach()))
    for limit in (0.5, 100.0):
        w = torch.tensor(start, requires_grad=True)
        optimizer = torch.optim.SGD([w], lr=0.1)
        for gradient in gradients:
            w.grad = torch.tensor(gradient)
            torch.nn.utils.clip_grad_norm_([w], limit)
            optimizer.step()
        lines.append(row(f"clipNorm {limit}", w.detach()))
    (FOLDER / "optimizers.txt").write_text("\n".join(lines) + "\n")

    lines = []
    for name, make in SCHEDULES.items():
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
        schedule, rates = make(optimizer), []
        for _ in range(10):
            rates.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            schedule.step()
        lines.append(row(name, rates))
    (FOLDER / "schedules.txt").write_text("\n".join(lines) + "\n")

    scores, labels = random.randn(40, 4), random.randint(0, 4, 40)
    predicted = scores.argmax(1)
    precision, recall, _, support = metrics.precision_recall_fscore_support(labels, predicted, zero_division=0)
    values, truth = random.randn(30), random.randn(30) * 2 + 1
    lines = [
        row("scores", scores.ravel()), row("labels", labels), row("accuracy", [metrics.accuracy_score(labels, predicted)]),
        row("top2", [metrics.top_k_accuracy_score(labels, scores, k=2)]), row("precision", precision), row("recall", recall),
        row("support", support), row("confusion", metrics.confusion_matrix(labels, predicted).ravel()),
        row("values", values), row("truth", truth), row("rmse", [metrics.mean_squared_error(truth, values) ** 0.5]),
        row("r2", [metrics.r2_score(truth, values)]),
    ]
    (FOLDER / "metrics.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
