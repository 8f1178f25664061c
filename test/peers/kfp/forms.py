"""Pipelines of every form that kfp 2 has, compiled to YAML and to JSON. compiled.test.ts reads them."""

import sys
from typing import Dict, List, Optional

from kfp import compiler, dsl


@dsl.component(base_image="python:3.12-slim")
def train(epochs: int, rate: float = 0.1, model: dsl.Output[dsl.Model] = None) -> float:
    return rate


@dsl.component(base_image="python:3.12-slim")
def measure(model: dsl.Input[dsl.Model], metrics: dsl.Output[dsl.Metrics]) -> float:
    return 0.5


@dsl.component(base_image="python:3.12-slim")
def say(text: str = "x") -> str:
    return text


@dsl.component(base_image="python:3.12-slim")
def sizes() -> List[int]:
    return [1]


@dsl.component(base_image="python:3.12-slim")
def gather(model: dsl.Input[List[dsl.Model]]):
    pass


@dsl.container_component
def shell(text: str, out: dsl.OutputPath(str)):
    return dsl.ContainerSpec(image="alpine", command=["sh", "-c", "echo $0"], args=[text, out])


@dsl.component(base_image="python:3.12-slim")
def after(status: dsl.PipelineTaskFinalStatus):
    pass


@dsl.pipeline(name="conditions")
def conditions(flag: bool, mode: str = "fast"):
    t = say(text=mode)
    with dsl.If(flag == True, name="wanted"):
        with dsl.If(t.output == "fast"):
            train(epochs=1)
        with dsl.Elif(t.output == "slow"):
            train(epochs=9)
        with dsl.Else():
            say(text="none")


@dsl.pipeline(name="loops")
def loops(items: List[int] = [1, 2, 3], more: List[Dict[str, int]] = [{"a": 1}]):
    with dsl.ParallelFor(items, parallelism=2) as x:
        a = train(epochs=x)
        with dsl.ParallelFor([{"r": 0.1}, {"r": 0.2}]) as y:
            train(epochs=1, rate=y.r)
    gather(model=dsl.Collected(a.outputs["model"]))
    with dsl.ParallelFor(sizes().output) as z:
        train(epochs=z)


@dsl.pipeline(name="exit-handler")
def exit_handler(text: str = "bye"):
    end = after()
    with dsl.ExitHandler(end, name="all of it"):
        train(epochs=1)


@dsl.pipeline(name="inner")
def inner(epochs: int, rate: float = 0.5) -> float:
    return train(epochs=epochs, rate=rate).outputs["Output"]


@dsl.pipeline(name="nested-pipelines")
def nested_pipelines(epochs: int = 2):
    a = inner(epochs=epochs)
    b = inner(epochs=3).after(a)
    say(text="done").after(b)


@dsl.pipeline(name="importer")
def importing(uri: str, reimport: bool = False):
    i = dsl.importer(artifact_uri="gs://bucket/model", artifact_class=dsl.Model, reimport=False, metadata={"k": "v"})
    measure(model=i.output)
    measure(model=dsl.importer(artifact_uri=uri, artifact_class=dsl.Model, reimport=True).output)


@dsl.pipeline(name="optional-inputs")
def optional_inputs(
    a: Optional[str] = None,
    b: Optional[int] = None,
    c: Optional[List[str]] = None,
    d: Optional[Dict[str, int]] = None,
    e: Optional[bool] = None,
    f: Optional[float] = None,
    g: str = "",
):
    say(text=a)
    say(text=g)


@dsl.pipeline(name="defaults")
def defaults(
    i: int = 7,
    neg: int = -3,
    big: int = 2**40,
    f: float = 2.0,
    sci: float = 1e-5,
    t: bool = True,
    no: bool = False,
    s: str = "3",
    s2: str = "true",
    e: str = "",
    l: list = [],
    l2: list = [1, "a", {"x": [True]}],
    d: dict = {},
    d2: dict = {"a": {"b": 1.5}, "c": []},
    han: str = "글자 ☃",
    u: str = "no",
):
    shell(text=s)


@dsl.pipeline(name="two-lines")
def two_lines(note: str = "two\nlines"):
    say(text=note)


@dsl.pipeline(name="artifact-inputs")
def artifact_inputs(model: dsl.Input[dsl.Model], text: str):
    measure(model=model)


@dsl.pipeline(name="list-of-artifacts")
def list_of_artifacts(models: dsl.Input[List[dsl.Model]]):
    gather(model=models)


@dsl.pipeline(name="retries")
def retries(n: int = 3):
    trained = train(epochs=n).set_retry(num_retries=3, backoff_duration="10s", backoff_factor=2)
    trained.set_caching_options(False).set_display_name("Train the model (v2)").set_cpu_limit("4").set_memory_limit("16G")
    trained.set_accelerator_type("NVIDIA_TESLA_T4").set_accelerator_limit(1)
    say(text="x").set_env_variable("A", "b").set_caching_options(True).ignore_upstream_failure()


@dsl.pipeline(name="one-of")
def one_of(flag: str = "heads") -> str:
    with dsl.If(flag == "heads"):
        a = say(text="a")
    with dsl.Else():
        b = say(text="b")
    c = dsl.OneOf(a.output, b.output)
    say(text=c)
    return c


@dsl.pipeline(name="names", description="two\nlines: with a colon")
def names(under_score: str, UPPER: int = 1, dashed_name_1: float = 0.0):
    say(text=dsl.PIPELINE_JOB_NAME_PLACEHOLDER)
    say(text=f"{under_score}-{UPPER}")


@dsl.pipeline(name="default-root", pipeline_root="gs://from-file/root")
def default_root():
    say()


@dsl.pipeline(name="like-numbers")
def like_numbers(
    short: str = "12e34567",
    day: str = "08",
    octal: str = "0o17",
    sci: str = "1e5",
    sci2: str = "1.5e5",
    plain: str = "15",
    hexa: str = "0x1F",
    under: str = "1_000",
    sexa: str = "1:30",
    y: str = "yes",
    nul: str = "null",
    tilde: str = "~",
    date: str = "2020-01-01",
    dot: str = ".5e3",
    inf: str = ".inf",
    plus: str = "+08",
    f: float = 1e30,
    g: float = 1e-30,
    h: float = -0.0,
):
    say(text="12e34567").set_env_variable("DAY", "08").set_env_variable("SHA", "1234e56")


folder = sys.argv[1]
for made in [
    *(conditions, loops, exit_handler, nested_pipelines, importing, optional_inputs, defaults, two_lines, artifact_inputs, list_of_artifacts),
    *(retries, one_of, names, default_root, like_numbers, train),
]:
    for kind in ("yaml", "json"):
        compiler.Compiler().compile(made, f"{folder}/{made.name}.{kind}")
