"""Measures the models that ship in models/, as their cards state it: each ONNX file against its whole data set.

    pip install onnxruntime scikit-learn numpy
    python training/measure.py [titanic3.csv]

The data of iris, diabetes and digits comes with scikit-learn. titanic3.csv is not part of this project; without it the
titanic model is left out. All rows are measured, those that a model was trained on among them: the figures say how well
the file reproduces the model, and are no estimate of how it does on new data.
"""

import csv
import sys
from pathlib import Path

import numpy as np
import onnxruntime
from sklearn import datasets, metrics

MODELS = Path(__file__).resolve().parent.parent / "models"


def run(model, inputs, outputs):
    session = onnxruntime.InferenceSession(MODELS / model / "1" / "model.onnx", providers=["CPUExecutionProvider"])
    return session.run(outputs, inputs)


def report(model, rows, **figures):
    print(f"{model}: {rows} rows, " + ", ".join(f"{name} {value:.3f}" for name, value in figures.items()))


def classification(model, truth, label, probabilities):
    report(
        model,
        len(truth),
        accuracy=metrics.accuracy_score(truth, label),
        errors=np.count_nonzero(truth != label),
        log_loss=metrics.log_loss(truth, probabilities),
    )
    print(metrics.confusion_matrix(truth, label))


def measure_iris():
    data = datasets.load_iris()
    classification("iris", data.target, *run("iris", {"X": data.data.astype("f4")}, ["label", "probabilities"]))


def measure_digits():
    data = datasets.load_digits()
    outputs = run("digits", {"pixels": data.data.astype("f4")}, ["label", "probabilities"])
    classification("digits", data.target, *outputs)
    print("recall per digit", metrics.recall_score(data.target, outputs[0], average=None).round(3))


def measure_diabetes():
    data = datasets.load_diabetes()
    [value] = run("diabetes", {"X": data.data.astype("f4")}, ["variable"])
    value = value.ravel()
    report(
        "diabetes",
        len(value),
        r2=metrics.r2_score(data.target, value),
        mean_absolute_error=metrics.mean_absolute_error(data.target, value),
        root_mean_squared_error=metrics.root_mean_squared_error(data.target, value),
        least=value.min(),
        greatest=value.max(),
    )


def measure_titanic(path):
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))

    def column(name, convert, datatype):
        return np.array([[convert(row[name])] for row in rows], dtype=datatype)

    def number(text):
        return float(text) if text else np.nan

    inputs = {
        "pclass": column("pclass", int, "i8"),
        "sex": column("sex", str, object),
        "age": column("age", number, "f4"),
        "fare": column("fare", number, "f4"),
        "embarked": column("embarked", lambda text: text or "missing", object),
    }
    truth = np.array([int(row["survived"]) for row in rows])
    label, probabilities = run("titanic", inputs, ["label", "probabilities"])
    classification("titanic", truth, label, probabilities)
    report(
        "titanic, survivors",
        np.count_nonzero(truth),
        precision=metrics.precision_score(truth, label),
        recall=metrics.recall_score(truth, label),
        roc_auc=metrics.roc_auc_score(truth, probabilities[:, 1]),
    )
    groups = {
        "men": inputs["sex"].ravel() == "male",
        "women": inputs["sex"].ravel() == "female",
        "age unknown": np.isnan(inputs["age"].ravel()),
    }
    for name, group in groups.items():
        report(
            f"titanic, {name}",
            np.count_nonzero(group),
            accuracy=metrics.accuracy_score(truth[group], label[group]),
            survived=truth[group].mean(),
            predicted_to_survive=label[group].mean(),
        )


if __name__ == "__main__":
    measure_iris()
    measure_diabetes()
    measure_digits()
    if len(sys.argv) > 1:
        measure_titanic(sys.argv[1])
