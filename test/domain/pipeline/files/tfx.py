"""How tfx.json and tfx-2.1.json were compiled: test/peers/tfx/compile.py digits, with TFX 1.16.0"""

from tfx import v1 as tfx
from tfx.orchestration.data_types import RuntimeParameter

Parameter = tfx.dsl.components.Parameter


@tfx.dsl.components.component
def prepare(where: Parameter[str], examples: tfx.dsl.components.OutputArtifact[tfx.types.standard_artifacts.Examples]):
    pass


@tfx.dsl.components.component
def train(
    examples: tfx.dsl.components.InputArtifact[tfx.types.standard_artifacts.Examples],
    model: tfx.dsl.components.OutputArtifact[tfx.types.standard_artifacts.Model],
    steps: Parameter[int],
    rate: Parameter[float],
):
    pass


def digits() -> tfx.dsl.Pipeline:
    prepared = prepare(where=RuntimeParameter("data", ptype=str))
    best = tfx.dsl.Resolver(
        strategy_class=tfx.dsl.experimental.LatestArtifactStrategy,
        model=tfx.dsl.Channel(type=tfx.types.standard_artifacts.Model),
    ).with_id("latest_model")
    trained = train(
        examples=prepared.outputs["examples"],
        steps=RuntimeParameter("train-steps", ptype=int, default=100),
        rate=RuntimeParameter("rate", ptype=float, default=0.5),
    )
    with tfx.dsl.Cond(trained.outputs["model"].future()[0].property("good") == 1):
        pushed = tfx.components.Pusher(
            model=trained.outputs["model"],
            push_destination=tfx.proto.PushDestination(
                filesystem=tfx.proto.PushDestination.Filesystem(base_directory="gs://my-bucket/serving")
            ),
        )
    return tfx.dsl.Pipeline(
        pipeline_name="digits",
        pipeline_root="gs://my-bucket/root",
        components=[prepared, best, trained, pushed],
        enable_cache=True,
    )
