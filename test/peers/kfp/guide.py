"""
The guide's pipeline sample: its own imports and its own name of the file, with a training and a measure in place of the two lines that no version
of the SDK has had (aiplatform.CustomJob with job_spec, and ModelDeployOp). kfp 1.8 and kfp 2 both compile it.
"""

from kfp.v2 import compiler, dsl
from kfp.v2.dsl import Input, Metrics, Model, Output


@dsl.component(base_image="python:3.9")
def train(epochs: int, rate: float, model: Output[Model]):
    with open(model.path, "w") as file:
        file.write(str(epochs * rate))


@dsl.component(base_image="python:3.9")
def evaluate(model: Input[Model], metrics: Output[Metrics]) -> float:
    metrics.log_metric("cer", 0.02)
    return 0.02


@dsl.pipeline(name="ocr-training", pipeline_root="gs://my-bucket/pipelines")
def pipeline(pairs: str, epochs: int = 3, rate: float = 0.5):
    trained = train(epochs=epochs, rate=rate)
    trained.set_caching_options(False)
    with dsl.Condition(epochs > 2, name="long"):
        evaluate(model=trained.outputs["model"])


compiler.Compiler().compile(pipeline_func=pipeline, package_path="pipeline.json")
