"""Trains a correction of OCR text, measures it, and hands the model over.

The guide's sample, rewritten so that it compiles:

    pip install kfp==2.17.3
    python3 pipeline.py             # writes pipeline.yaml

Each component is a container that Vertex AI runs as a custom job of its own. kfp alone is enough: no other package is
needed to compile, to submit or to wait.
"""

from kfp import compiler, dsl
from kfp.dsl import Dataset, Input, Metrics, Model, Output

IMAGE = "python:3.12-slim"


@dsl.component(base_image=IMAGE)
def prepare(pairs: str, holdout: float, training: Output[Dataset], validation: Output[Dataset]):
    """Splits lines of `read<TAB>right` into two sets. The same line is always in the same set."""
    import hashlib

    path = pairs.replace("gs://", "/gcs/", 1)
    with open(path, encoding="utf-8") as file:
        lines = [line.rstrip("\n") for line in file if "\t" in line]
    if not lines:
        raise ValueError(f"{pairs} has no line with a tab")
    share = lambda line: int(hashlib.sha256(line.encode()).hexdigest()[:8], 16) / 0x100000000
    held = [line for line in lines if share(line) < holdout]
    for target, kept in ((training, [line for line in lines if share(line) >= holdout]), (validation, held)):
        with open(target.path, "w", encoding="utf-8") as file:
            file.write("\n".join(kept))
        target.metadata["lines"] = len(kept)


@dsl.component(base_image=IMAGE)
def train(training: Input[Dataset], least: int, model: Output[Model]):
    """Learns which character is read instead of which. A pair that is rarer than `least` is left out."""
    import collections
    import json

    seen = collections.Counter()
    total = collections.Counter()
    with open(training.path, encoding="utf-8") as file:
        for line in file:
            read, right = line.rstrip("\n").split("\t", 1)
            if len(read) != len(right):
                continue
            for wrong, good in zip(read, right):
                total[wrong] += 1
                seen[wrong, good] += 1
    table = {
        wrong: good
        for (wrong, good), count in seen.items()
        if wrong != good and count >= least and count * 2 > total[wrong]
    }
    with open(model.path, "w", encoding="utf-8") as file:
        json.dump(table, file, ensure_ascii=False, sort_keys=True)
    model.metadata["rules"] = len(table)


@dsl.component(base_image=IMAGE)
def evaluate(validation: Input[Dataset], model: Input[Model], metrics: Output[Metrics]) -> float:
    """The character error rate of the corrected text, which the release compares with a bar and with the champion."""
    import json

    def distance(a: str, b: str) -> int:
        row = list(range(len(b) + 1))
        for i, x in enumerate(a, 1):
            before, row[0] = row[0], i
            for j, y in enumerate(b, 1):
                before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (x != y))
        return row[-1]

    with open(model.path, encoding="utf-8") as file:
        table = str.maketrans(json.load(file))
    wrong = letters = 0
    with open(validation.path, encoding="utf-8") as file:
        for line in file:
            read, right = line.rstrip("\n").split("\t", 1)
            wrong += distance(read.translate(table), right)
            letters += len(right)
    if letters == 0:
        raise ValueError("the validation set is empty")
    metrics.log_metric("cer", wrong / letters)
    metrics.log_metric("letters", letters)
    return wrong / letters


@dsl.pipeline(name="ocr-correction", description="Trains a correction of OCR text and measures it.")
def pipeline(pairs: str, holdout: float = 0.2, least: int = 3):
    sets = prepare(pairs=pairs, holdout=holdout)
    trained = train(training=sets.outputs["training"], least=least)
    # A training that is taken from the cache trains nothing.
    trained.set_caching_options(False)
    trained.set_cpu_limit("4").set_memory_limit("16G")
    evaluate(validation=sets.outputs["validation"], model=trained.outputs["model"])


if __name__ == "__main__":
    compiler.Compiler().compile(pipeline, package_path="pipeline.yaml")
