"""A runtime of MLServer for ONNX files. MLServer merges the requests of a batch into one request of many rows."""

import numpy as np
from mlserver import MLModel
from mlserver.types import InferenceRequest, InferenceResponse, ResponseOutput
from onnx_model import OnnxModel


class OnnxRuntime(MLModel):
    async def load(self) -> bool:
        self.model = OnnxModel()
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        columns = {each.name: self._rows(each) for each in payload.inputs}
        count = len(next(iter(columns.values())))
        rows = [self.model.read({name: column[index] for name, column in columns.items()}) for index in range(count)]
        answers = self.model.predict(rows)
        outputs = [
            ResponseOutput(
                name=name,
                datatype="BYTES" if name == "label" else "FP32",
                shape=[count, *np.shape(answers[0][name])],
                data=_flat([answer[name] for answer in answers]),
            )
            for name in answers[0]
        ]
        return InferenceResponse(model_name=self.name, outputs=outputs)

    def _rows(self, column) -> list:
        """Each row of an input: its bytes in base64, or the numbers."""
        data = column.data.root
        if column.datatype == "BYTES":
            return [each.decode() if isinstance(each, bytes) else each for each in data]
        return list(np.asarray(data).reshape(column.shape))


def _flat(values: list) -> list:
    return [each for value in values for each in value] if isinstance(values[0], list) else values
