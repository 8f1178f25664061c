"""How kfp-1.8.json and kfp-1.8-argo.yaml were compiled: pip install kfp==1.8.22; python kfp1.py"""

from kfp import compiler, dsl
from kfp.v2 import compiler as compiler2
from kfp.v2 import dsl as dsl2


@dsl2.component(base_image="python:3.9")
def train(epochs: int) -> float:
    return float(epochs)


@dsl2.pipeline(name="old-pipeline")
def old(epochs: int = 3, rate: float = 0.5, name: str = "x"):
    train(epochs=epochs)


@dsl.pipeline(name="argo-pipeline")
def argo(epochs: int = 3):
    dsl.ContainerOp(name="train", image="python:3.9", command=["python", "-c", "print(1)"])


compiler2.Compiler().compile(old, "kfp-1.8.json")
compiler.Compiler().compile(argo, "kfp-1.8-argo.yaml")
