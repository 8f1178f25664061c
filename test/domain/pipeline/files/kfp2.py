"""How nested.yaml and nested.json were compiled: pip install kfp==2.17.3; python kfp2.py"""

from kfp import compiler, dsl


@dsl.component(base_image="python:3.12-slim")
def train(epochs: int, rate: float, model: dsl.Output[dsl.Model]) -> float:
    return rate * epochs


@dsl.component(base_image="python:3.12-slim")
def evaluate(model: dsl.Input[dsl.Model], metrics: dsl.Output[dsl.Metrics]) -> float:
    return 0.5


@dsl.component(base_image="python:3.12-slim")
def publish(model: dsl.Input[dsl.Model], where: str):
    pass


@dsl.pipeline(name="nested")
def nested(
    where: str,
    epochs: int = 3,
    rate: float = 1,
    quick: bool = False,
    sizes: list = [1, 2],
    options: dict = {"a": 1.0},
):
    trained = train(epochs=epochs, rate=rate)
    measured = evaluate(model=trained.outputs["model"])
    with dsl.If(measured.outputs["Output"] > 0.9):
        publish(model=trained.outputs["model"], where=where)
    with dsl.ParallelFor([1, 2]) as size:
        train(epochs=size, rate=rate).set_display_name("again")


for path in ("nested.yaml", "nested.json"):
    compiler.Compiler().compile(nested, path)
