"""FastAPI on uvicorn. BATCHING=off runs each row in the event loop; on merges what has come while a call ran."""

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI
from onnx_model import OnnxModel, Row, max_batch_size, port, workers
from pydantic import BaseModel, create_model


class Batcher:
    """One call at a time, in a thread; the rows that come meanwhile make the next one."""

    def __init__(self, model: OnnxModel) -> None:
        self.model = model
        self.waiting: list[tuple[Row, asyncio.Future]] = []
        self.running: asyncio.Task | None = None
        self.thread = ThreadPoolExecutor(1)

    async def predict(self, row: Row) -> dict:
        answer = asyncio.get_running_loop().create_future()
        self.waiting.append((row, answer))
        if self.running is None:
            self.running = asyncio.create_task(self._run())
        return await answer

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while self.waiting:
            batch, self.waiting = self.waiting[: max_batch_size()], self.waiting[max_batch_size() :]
            answers = await loop.run_in_executor(self.thread, self.model.predict, [row for row, _ in batch])
            for (_, future), answer in zip(batch, answers, strict=True):
                future.set_result(answer)
        self.running = None


state: dict = {}


@asynccontextmanager
async def lifespan(_: FastAPI):
    state["batcher"] = Batcher(model)
    yield


model = OnnxModel() if "MODEL" in os.environ else None
app = FastAPI(lifespan=lifespan)
scalar = {"X": list[float]}
Request = create_model("Request", **{name: (str | scalar.get(name, list[int]), ...) for name in model.inputs})


class Label(BaseModel):
    label: str
    score: float


class Values(BaseModel):
    values: list[float]


Answer = Label if model.labels else Values

if os.environ["BATCHING"] == "on":

    @app.post("/predict")
    async def predict(request: Request) -> Answer:
        return await state["batcher"].predict(model.read(request.__dict__))

else:

    @app.post("/predict")
    async def predict(request: Request) -> Answer:
        return model.predict([model.read(request.__dict__)])[0]


@app.get("/health")
async def health() -> str:
    return "ok"


if __name__ == "__main__":
    uvicorn.run(
        "server:app", port=port(), workers=workers(), loop="uvloop", http="httptools", access_log=False, log_level="warning"
    )
