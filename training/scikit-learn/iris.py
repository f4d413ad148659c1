"""Trains iris: version 1 is a logistic regression, version 2 a random forest with the ZipMap that skl2onnx adds by default.

    python training/scikit-learn/iris.py

The two have different graphs and the same face in the API, which the manifest gives them.
"""

import numpy as np
from export import REFERENCE, classification_figures, export
from skl2onnx.common.data_types import FloatTensorType
from sklearn.base import ClassifierMixin
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

from model_folder import Golden, HeldBack, ModelVersion, Rows, Target, parse_target

SEED = 0
HELD_BACK = 50
FEATURES = ["sepalLength", "sepalWidth", "petalLength", "petalWidth"]
GOLDEN = {
    "a setosa": 0,
    "a versicolor": 60,
    "a virginica": 120,
    "a versicolor that the model takes for a virginica": 77,
}


def save(
    target: Target, version: int, model: ClassifierMixin, outputs: tuple[str, str], options: dict[int, object] | None
) -> None:
    """Trains one version on the same flowers as the other, and writes it. `outputs` are the graph's names of label and probabilities."""
    data = load_iris()
    # The graph takes FP32: training and reference see the same numbers as the server.
    flowers = data.data.astype(np.float32)
    training, held_back = train_test_split(
        np.arange(len(flowers)), test_size=HELD_BACK, stratify=data.target, random_state=SEED
    )
    model.fit(flowers[training], data.target[training])
    rows = Rows(
        inputs={"X": flowers},
        outputs=dict(zip(outputs, (model.predict(flowers), model.predict_proba(flowers)), strict=True)),
        requests=[dict(zip(FEATURES, flower, strict=True)) for flower in data.data.tolist()],
    )
    predicted = rows.outputs[outputs[0]]
    ModelVersion(target, "iris", version, REFERENCE).save(
        export(model, [("X", FloatTensorType([None, len(FEATURES)]))], options),
        Golden(rows.pick(list(GOLDEN.values())), list(GOLDEN)),
        HeldBack(
            rows.pick(held_back),
            expected=data.target_names[data.target[held_back]],
            predicted=data.target_names[predicted[held_back]],
            figures={"accuracy": (predicted == data.target)[held_back].mean()},
        ),
        figures=classification_figures(
            model,
            list(data.target_names),
            (flowers[training], data.target[training]),
            (flowers[held_back], data.target[held_back]),
        ),
    )


def main() -> None:
    """Makes both versions."""
    target = parse_target(__doc__)
    regression = LogisticRegression(max_iter=1000)
    save(target, 1, regression, ("label", "probabilities"), {id(regression): {"zipmap": False}})
    forest = RandomForestClassifier(n_estimators=20, max_depth=4, random_state=SEED)
    save(target, 2, forest, ("output_label", "output_probability"), None)


if __name__ == "__main__":
    main()
