"""Runs a pipeline of SageMaker with boto3 at a URL (`client`), or starts moto's SageMaker with a pipeline and says what was started there (`moto`)."""
import json
import logging
import sys

import boto3

wanted = json.loads(sys.stdin.readline())


def client(url):
    keys = {"aws_access_key_id": wanted["id"], "aws_secret_access_key": wanted["secret"]}
    return boto3.client("sagemaker", endpoint_url=url, region_name=wanted["region"], **keys)


if sys.argv[1] == "client":
    sagemaker = client(wanted["url"])
    token = "t" * 32
    ask = {"PipelineName": "ocr-correction", "ClientRequestToken": token, "PipelineParameters": [{"Name": "Data", "Value": "x"}]}
    arns = {sagemaker.start_pipeline_execution(**ask)["PipelineExecutionArn"] for _ in range(3)}
    (arn,) = arns
    described = sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)
    steps = [
        step
        for page in sagemaker.get_paginator("list_pipeline_execution_steps").paginate(
            PipelineExecutionArn=arn, SortOrder="Ascending", PaginationConfig={"PageSize": 2}
        )
        for step in page["PipelineExecutionSteps"]
    ]
    job = next(step for step in steps if step["StepName"] == "Train")["Metadata"]["TrainingJob"]["Arn"].split("/")[-1]
    metrics = sagemaker.describe_training_job(TrainingJobName=job)["FinalMetricDataList"]
    errors = []
    for call in (
        lambda: sagemaker.stop_pipeline_execution(PipelineExecutionArn=arn, ClientRequestToken=token),
        lambda: sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn[:-3] + "xxx"),
    ):
        try:
            call()
        except sagemaker.exceptions.ClientError as error:
            errors.append(error.response["Error"]["Code"])
    print(json.dumps({
        "status": described["PipelineExecutionStatus"],
        "created": described["CreationTime"].timestamp(),
        "steps": [[step["StepName"], step["StepStatus"]] for step in steps],
        "metrics": [[one["MetricName"], round(one["Value"], 6)] for one in metrics],
        "errors": errors,
    }))
else:
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    sagemaker = client(url)
    sagemaker.create_pipeline(
        PipelineName="ocr-correction", PipelineDefinition='{"Version": "2020-12-01", "Steps": []}',
        ClientRequestToken="c" * 32, RoleArn="arn:aws:iam::123456789012:role/pipelines",
    )
    print(json.dumps({"url": url}), flush=True)
    arn = json.loads(sys.stdin.readline())["arn"]
    described = sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)
    given = sagemaker.list_pipeline_parameters_for_execution(PipelineExecutionArn=arn)["PipelineParameters"]
    print(json.dumps({"name": described["PipelineExecutionDisplayName"], "parameters": given}), flush=True)
    server.stop()
