"""A figure of each kind, with awkward content: long names, missing values, several panels."""

import numpy as np
import pandas as pd

from experiments.outcome import Figure

BOTH = ("framework", "torch.nn")


def _curves():
    random = np.random.default_rng(0)
    epoch = np.arange(1, 61)
    rows = []
    for panel, level in (("train loss", 2.3), ("train accuracy (%)", 95.0)):
        for place, series in enumerate(BOTH):
            runs = [
                level * (1 + np.exp(-epoch / (10 + 3 * place)) + random.normal(0, 0.05, 60))
                for _ in range(6)
            ]
            named = [*enumerate(runs), ("mean", np.mean(runs, axis=0))]
            rows += [
                {"panel": panel, "series": series, "run": run, "x": x, "y": y}
                for run, values in named
                for x, y in zip(epoch, values, strict=True)
            ]
    return Figure(
        "curves",
        "MSE with momentum .2: summed train loss and train accuracy by epoch, on fresh data sets",
        "curves",
        pd.DataFrame(rows),
        {
            "x_label": "epoch",
            "y_label": {
                "train loss": "sum of ten batch losses",
                "train accuracy (%)": "accuracy (%)",
            },
            "share_y": False,
        },
    )


def _bands(name="bands", ordered=False, count=5):
    x = np.arange(0, 41)
    rows = [
        {"series": f"{rate:g}", "x": epoch, "y": y, "low": y - 0.1, "high": y + 0.1}
        for rate in np.logspace(-3, 0, count)
        for epoch, y in zip(x, np.exp(-rate * x), strict=True)
    ]
    options = {
        "x_label": "epoch",
        "y_label": "test loss",
        "ordered": ordered,
        "legend_title": "learning rate",
    }
    return Figure(name, "Test loss by epoch", "bands", pd.DataFrame(rows), options)


def _learning_rates():
    rows = []
    for loss in ("MSE", "cross-entropy", "BCE with logits"):
        for shift, optimizer in enumerate(("SGD", "SGD, momentum .9", "Adam")):
            for rate in (0.001, 0.01, 0.1, 1.0):
                y = 0.95 - 0.05 * (np.log10(rate) + 1 + shift / 2) ** 2
                y = np.nan if optimizer == "Adam" and rate == 1.0 else y
                rows.append((loss, optimizer, rate, y, y - 0.02, y + 0.02))
    columns = ["panel", "series", "x", "y", "low", "high"]
    return Figure(
        "learning-rates",
        "Test accuracy by learning rate",
        "learning-rates",
        pd.DataFrame(rows, columns=columns),
        {"x_label": "learning rate", "y_label": "test accuracy (fraction)"},
    )


def _scaling():
    rows = [
        (series, width, time, time * 0.9, time * 1.1)
        for factor, series in enumerate((*BOTH, "torch.nn, compiled", "jax"), start=1)
        for width in (25, 50, 100, 200, 400, 800)
        for time in [factor * (40 + 0.002 * width**2)]
    ]
    columns = ["series", "x", "y", "low", "high"]
    return Figure(
        "scaling",
        "Time of one training step by width",
        "scaling",
        pd.DataFrame(rows, columns=columns),
        {"x_label": "width of the hidden layers (units)", "y_label": "time of a step (µs)"},
    )


def _bars():
    rows = [
        (series, label, value, value - 0.006, value + 0.006)
        for place, series in enumerate(("published", *BOTH))
        for label, value in (
            ("ReLU", 0.986),
            ("Tanh with the published gradient", 0.974 - place / 200),
            ("Tanh", 0.985),
            ("SELU", np.nan if series == "published" else 0.975),
        )
    ]
    columns = ["series", "label", "value", "low", "high"]
    options = {"y_label": "test accuracy (fraction)", "y_limits": (0.94, 1.0)}
    return Figure("bars", "Accuracy", "bars", pd.DataFrame(rows, columns=columns), options)


def _intervals():
    rows = [
        (f"{loss}, {optimizer}, a long description", column, d, d - 0.3, d + 0.3, "undecided")
        for loss in ("MSE", "cross-entropy")
        for optimizer in ("SGD", "Adam")
        for column, d in (("train", 0.1), ("test", -0.2))
    ]
    rows.append(("identical", "train", 0.0, 0.0, 0.0, "identical"))
    columns = ["label", "series", "estimate", "low", "high", "verdict"]
    return Figure(
        "intervals",
        "Framework less torch.nn, by seed, 95 % intervals",
        "intervals",
        pd.DataFrame(rows, columns=columns),
        {"x_label": "difference of accuracy (percentage points)", "margin": 0.25},
    )


def _scatter():
    points = np.random.default_rng(1).random((300, 2))
    inside = ((points - 0.5) ** 2).sum(1) < 1 / (2 * np.pi)
    names = np.where(inside, "inside", "outside")
    data = pd.DataFrame({"x": points[:, 0], "y": points[:, 1], "series": names})
    options = {
        "x_label": "first coordinate",
        "y_label": "second coordinate",
        "circle": (0.5, 0.5, (2 * np.pi) ** -0.5),
    }
    return Figure("scatter", "A training set", "scatter", data, options)


def _heat_map():
    rows = [
        (panel, optimizer, rate, np.nan if rate == 1.0 and panel == "MSE" else rate / 2 + place / 9)
        for panel in ("MSE", "cross-entropy")
        for place, optimizer in enumerate(("SGD", "SGD, momentum .9", "Adam"))
        for rate in (0.001, 0.01, 0.1, 1.0)
    ]
    return Figure(
        "heat-map",
        "Mean test accuracy",
        "heat-map",
        pd.DataFrame(rows, columns=["panel", "row", "column", "value"]),
        {"x_label": "learning rate", "value_label": "accuracy (fraction)", "format": ".3f"},
    )


def _narrow():
    panels = ("BCEWithLogitsLoss, framework", "BCEWithLogitsLoss, torch.nn")
    rows = [(panel, "SGD", rate, rate) for panel in panels for rate in (0.1, 0.2)]
    data = pd.DataFrame(rows, columns=["panel", "row", "column", "value"])
    return Figure("narrow", "Validation accuracy by optimizer and rate", "heat-map", data)


def _few_epochs():
    rows = [("SGD", epoch, 1 / epoch, 0.5 / epoch, 2 / epoch) for epoch in (1.0, 2.0, 3.0)]
    data = pd.DataFrame(rows, columns=["series", "x", "y", "low", "high"])
    options = {"x_label": "epoch", "y_label": "train loss", "log_y": True}
    return Figure("few-epochs", "Train loss", "bands", data, options)


def _decades():
    rows = [
        (panel, "SGD", epoch, 10.0 ** (-epoch * fall), None, None)
        for panel, fall in (("two decades", 0.05), ("many decades", 0.9))
        for epoch in range(1, 41)
    ]
    data = pd.DataFrame(rows, columns=["panel", "series", "x", "y", "low", "high"])
    options = {"x_label": "epoch", "y_label": "train loss", "log_y": True, "share_y": False}
    return Figure("decades", "Train loss", "bands", data, options)


def _graph():
    nodes = [("x", "x", "diamond", 0, 2), ("w", "weight", "diamond", 2, 2)]
    nodes += [("mm", "mm", "ellipse", 1, 1), ("out", "loss: a longer name", "box", 1, 0)]
    rows = [(name, None, label, shape, x, y) for name, label, shape, x, y in nodes]
    edges = [("x", "mm"), ("w", "mm"), ("mm", "out")]
    rows += [(source, target, None, None, None, None) for source, target in edges]
    columns = ["source", "target", "label", "shape", "x", "y"]
    return Figure("graph", "A graph", "graph", pd.DataFrame(rows, columns=columns))


def _no_runs():
    options = {"x_label": "epoch", "y_label": "loss"}
    empty = pd.DataFrame({name: [] for name in ("series", "x", "y", "low", "high")})
    return Figure("empty", "Nothing finished", "bands", empty, options)


EXAMPLES = {
    figure.name: figure
    for figure in (
        _curves(),
        _bands(),
        _bands("ordered", ordered=True, count=10),
        _learning_rates(),
        _scaling(),
        _bars(),
        _intervals(),
        _scatter(),
        _heat_map(),
        _narrow(),
        _few_epochs(),
        _decades(),
        _graph(),
        _no_runs(),
    )
}
