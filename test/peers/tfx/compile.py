"""
Compiles pipelines with TFX's own compiler (tfx.orchestration.kubeflow.v2.KubeflowV2DagRunner) into a folder, and prints what TFX says of it.

TFX, its protos, ML Metadata and the proto of kfp are the real packages. TensorFlow and the other libraries of STAND_INS run inside the
tasks and not in the compiler, and most have no wheel for this Python. TFX imports them beside its components, so each is an empty
module here whose names are empty classes. The golden files in TFX's own wheel say whether that changes what the compiler writes.
"""

import contextlib
import datetime
import importlib.abc
import importlib.machinery
import importlib.util
import io
import json
import os
import sys
import types

import tfx.dsl.io.fileio  # These two know what to do without TensorFlow, as long as they do not find it.
import tfx.utils.doc_controls

STAND_INS = (
    "apache_beam docker google.api_core google.auth google.cloud googleapiclient keras_tuner kubernetes numpy portpicker pyarrow "
    "tensorflow tensorflow_data_validation tensorflow_model_analysis tensorflow_serving tensorflow_transform tfx_bsl"
).split()


class Names(type):
    def __getattr__(cls, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Empty

    def __or__(cls, other):
        return cls


class Empty(metaclass=Names):
    def __init__(self, *_, **__):
        pass

    def __init_subclass__(cls, **_):
        pass

    def __class_getitem__(cls, _):
        return cls

    def __call__(self, decorated=None, *_, **__):
        return decorated


class EmptyModule(types.ModuleType):
    __path__ = []

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Empty


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path=None, target=None):
        if any(name == one or name.startswith(f"{one}.") for one in STAND_INS):
            return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        return EmptyModule(spec.name)

    def exec_module(self, module):
        pass


sys.meta_path.insert(0, Finder())

from tfx import version  # noqa: E402
from tfx.orchestration.kubeflow.v2 import kubeflow_v2_dag_runner, test_utils  # noqa: E402
from tfx.utils import telemetry_utils  # noqa: E402

folder, source = sys.argv[1:3]


def compiled(pipeline, name, new_schema):
    config = kubeflow_v2_dag_runner.KubeflowV2DagRunnerConfig(
        display_name=name, default_image="gcr.io/my-tfx:latest", use_pipeline_spec_2_1=new_schema
    )
    runner = kubeflow_v2_dag_runner.KubeflowV2DagRunner(config=config, output_dir=folder, output_filename=f"{name}.json")
    with contextlib.redirect_stdout(io.StringIO()):
        return runner.run(pipeline, write_out=True)


# TFX's own test of its compiler (kubeflow_v2_dag_runner_test.py), against its own golden files of both schemas.
kubeflow_v2_dag_runner._get_current_time = lambda: datetime.date(2020, 1, 1)
golden = {}
for new_schema, sub in ((True, ""), (False, "legacy")):
    made = compiled(test_utils.two_step_pipeline(), "my-pipeline", new_schema)
    path = os.path.join(os.path.dirname(test_utils.__file__), "testdata", sub, "expected_two_step_pipeline_job.json")
    with open(path) as file:
        wanted = json.load(file)
    wanted["pipelineSpec"]["sdkVersion"] = f"tfx-{version.__version__}"
    wanted["labels"]["tfx_version"] = telemetry_utils._normalize_label(version.__version__)
    wanted["labels"]["tfx_py_version"] = made["labels"]["tfx_py_version"]
    golden[path.removeprefix(os.path.dirname(os.path.dirname(test_utils.__file__)))] = made == wanted

# Pipelines of TFX's own tests.
others = [
    "consume_primitive_artifacts_by_value_pipeline",
    "pipeline_with_one_container_spec_component",
    "pipeline_with_runtime_parameter",
    "pipeline_with_two_container_spec_components",
    "two_step_kubeflow_artifacts_pipeline",
    "two_step_pipeline_with_dynamic_exec_properties",
    "two_step_pipeline_with_task_only_dependency",
]
for name in others:
    for new_schema in (False, True):
        compiled(getattr(test_utils, name)(), f"{name}{'-2.1' if new_schema else ''}", new_schema)

spec = importlib.util.spec_from_file_location("digits", source)
module = importlib.util.module_from_spec(spec)
sys.modules["digits"] = module
spec.loader.exec_module(module)
compiled(module.digits(), "tfx", False)
compiled(module.digits(), "tfx-2.1", True)
print(json.dumps({"version": version.__version__, "golden": golden, "others": others}))
