"""Trains titanic: a logistic regression with its preprocessing inside, from five columns of three datatypes.

    python training/scikit-learn/titanic.py
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas
from export import REFERENCE, classification_figures, export
from skl2onnx.common.data_types import FloatTensorType, Int64TensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from model_folder import DATA, Golden, HeldBack, ModelVersion, Rows, parse_target

SEED = 0
HELD_BACK = 400
LABELS = ["died", "survived"]
# What the manifest says of null in a column of text, which has no NaN.
MISSING_PORT = "missing"
TYPES = {"pclass": np.int64, "sex": object, "age": np.float32, "fare": np.float32, "embarked": object}
GOLDEN = {
    "a woman in first class": (1, "female", 29, 211.3375, "S"),
    "a man in third class": (3, "male", 22, 7.25, "S"),
    "an unknown age": (3, "male", np.nan, 8.05, "Q"),
    "an unknown age and an unknown port": (2, "female", np.nan, 13, MISSING_PORT),
    "categories that were never seen in training": (9, "unknown", 40, 30, "Z"),
}


def make_pipeline_of_columns() -> Pipeline:
    """One-hot encoding that takes what it never saw for none of the known, and medians for what is missing."""
    numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    columns = ColumnTransformer(
        [
            ("categories", OneHotEncoder(handle_unknown="ignore"), ["pclass", "sex", "embarked"]),
            ("numbers", numbers, ["age", "fare"]),
        ]
    )
    return make_pipeline(columns, LogisticRegression(max_iter=1000))


def request_of(passenger: Mapping[str, Any]) -> dict[str, Any]:
    """What a client sends: null for what is not known."""
    age, port = passenger["age"], passenger["embarked"]
    return {
        "pclass": int(passenger["pclass"]),
        "sex": passenger["sex"],
        "age": None if np.isnan(age) else float(str(np.float32(age))),
        "fare": float(str(np.float32(passenger["fare"]))),
        "embarked": None if port == MISSING_PORT else port,
    }


def rows_of(passengers: pandas.DataFrame, model: Pipeline) -> Rows:
    """The passengers as the graph takes them, a column each."""
    return Rows(
        inputs={name: passengers[[name]].to_numpy(datatype) for name, datatype in TYPES.items()},
        outputs={"label": model.predict(passengers), "probabilities": model.predict_proba(passengers)},
        requests=[request_of(passenger) for passenger in passengers.to_dict("records")],
    )


def main() -> None:
    """Trains, exports, compares and writes."""
    target = parse_target(__doc__)
    data = pandas.read_csv(DATA / "titanic3.csv")
    # One passenger has no fare, and the API asks for it.
    data = data[data["fare"].notna()].reset_index(drop=True)
    data["embarked"] = data["embarked"].astype(object).fillna(MISSING_PORT)
    passengers, survived = data[list(TYPES)].astype(TYPES), data["survived"].to_numpy()
    training, held_back = train_test_split(
        np.arange(len(passengers)), test_size=HELD_BACK, stratify=survived, random_state=SEED
    )
    model = make_pipeline_of_columns().fit(passengers.iloc[training], survived[training])
    types = {np.int64: Int64TensorType, object: StringTensorType, np.float32: FloatTensorType}
    file = export(
        model,
        [(name, types[datatype]([None, 1])) for name, datatype in TYPES.items()],
        {id(model): {"zipmap": False}},
    )
    tested, truth = passengers.iloc[held_back], survived[held_back]
    predicted = model.predict(tested)
    imputer = model[0].named_transformers_["numbers"][0]
    figures = {
        **classification_figures(model, LABELS, (passengers.iloc[training], survived[training]), (tested, truth)),
        "always saying died, held back": f"{1 - truth.mean():.3f}",
        "put in the place of an unknown age and fare": " and ".join(f"{value:g}" for value in imputer.statistics_),
    }
    groups = {"women": tested["sex"] == "female", "men": tested["sex"] == "male", "age not known": tested["age"].isna()}
    for name, group in groups.items():
        own = group.to_numpy()
        figures[f"{name}, held back"] = (
            f"{own.sum()} passengers, accuracy {(predicted == truth)[own].mean():.3f}; {truth[own].mean():.1%} survived, "
            f"{predicted[own].mean():.1%} predicted to"
        )
    ModelVersion(target, "titanic", 1, REFERENCE).save(
        file,
        Golden(
            rows_of(pandas.DataFrame(list(GOLDEN.values()), columns=list(TYPES)).astype(TYPES), model), list(GOLDEN)
        ),
        HeldBack(
            rows_of(tested, model),
            expected=[LABELS[each] for each in truth],
            predicted=[LABELS[each] for each in predicted],
            figures={"accuracy": (predicted == truth).mean()},
        ),
        figures=figures,
    )


if __name__ == "__main__":
    main()
