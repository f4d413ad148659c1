"""Trains diabetes: gradient-boosted regression trees.

    python training/scikit-learn/diabetes.py
"""

import numpy as np
from export import REFERENCE, export
from skl2onnx.common.data_types import FloatTensorType
from sklearn import metrics
from sklearn.datasets import load_diabetes
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.model_selection import train_test_split

from model_folder import Golden, HeldBack, ModelVersion, Rows, parse_target

SEED = 0
HELD_BACK = 200
GOLDEN = {"patient 1 of the data set": 0, "patient 11 of the data set": 10, "patient 101 of the data set": 100}


def main() -> None:
    """Trains, exports, compares and writes."""
    target = parse_target(__doc__)
    data = load_diabetes()
    # The graph takes FP32: training and reference see the same numbers as the server.
    patients, truth = data.data.astype(np.float32), data.target
    training, held_back = train_test_split(np.arange(len(patients)), test_size=HELD_BACK, random_state=SEED)
    # The best of 48 settings by cross-validation on the training data alone.
    model = GradientBoostingRegressor(
        n_estimators=60, max_depth=2, min_samples_leaf=5, max_features=3, subsample=0.8, random_state=SEED
    )
    model.fit(patients[training], truth[training])
    predicted = model.predict(patients)
    rows = Rows(
        inputs={"X": patients},
        outputs={"variable": predicted.reshape(-1, 1)},
        requests=[
            {name: float(str(value)) for name, value in zip(data.feature_names, patient, strict=True)}
            for patient in patients
        ],
    )
    r2 = metrics.r2_score(truth[held_back], predicted[held_back])
    errors = predicted[held_back] - truth[held_back]
    ModelVersion(target, "diabetes", 1, REFERENCE).save(
        export(model, [("X", FloatTensorType([None, patients.shape[1]]))]),
        Golden(rows.pick(list(GOLDEN.values())), list(GOLDEN)),
        HeldBack(rows.pick(held_back), truth[held_back], predicted[held_back], {"r2": r2}),
        figures={
            "R² on held-back data": f"{r2:.3f} of {len(held_back)} patients",
            "R² on training data": f"{metrics.r2_score(truth[training], predicted[training]):.3f} of {len(training)} patients",
            "mean absolute error, held back": f"{np.abs(errors).mean():.1f}",
            "root mean squared error, held back": (
                f"{np.sqrt((errors**2).mean()):.1f} (the standard deviation of the truth is {truth[held_back].std():.1f})"
            ),
            "predictions, held back": (
                f"{predicted[held_back].min():.1f} to {predicted[held_back].max():.1f}, where the truth has "
                f"{truth[held_back].min():g} to {truth[held_back].max():g}"
            ),
        },
    )


if __name__ == "__main__":
    main()
