"""Submits a compiled pipeline with the Python SDK of Vertex AI at a URL, waits, and prints what the SDK says of the job."""
import json
import sys

from google.auth.credentials import AnonymousCredentials
from google.cloud import aiplatform
from google.cloud.aiplatform import pipeline_jobs
from google.cloud.aiplatform_v1.services.pipeline_service import PipelineServiceClient
from google.cloud.aiplatform_v1.services.pipeline_service.transports.rest import PipelineServiceRestTransport
from google.cloud.aiplatform_v1.types import CreatePipelineJobRequest, PipelineJob, PipelineState
from google.protobuf import json_format

wanted = json.loads(sys.stdin.readline())


class Token(AnonymousCredentials):
    def apply(self, headers, token=None):
        headers["authorization"] = f"Bearer {wanted['token']}"

    def before_request(self, request, method, url, headers):
        self.apply(headers)


# The SDK's own builder makes the body from the file, as PipelineJob.submit() does.
aiplatform.init(project=wanted["project"], location="us-central1", credentials=Token())
job = pipeline_jobs.PipelineJob(
    display_name="sdk", template_path=wanted["file"], pipeline_root="gs://b/runs", parameter_values={"pairs": "gs://b/p"}
)
job._gca_resource.service_account = wanted["account"]
host = wanted["url"].removeprefix("http://")
transport = PipelineServiceRestTransport(host=host, credentials=Token(), url_scheme="http")
client = PipelineServiceClient(transport=transport)
parent = f"projects/{wanted['project']}/locations/us-central1"
made = client.create_pipeline_job(
    CreatePipelineJobRequest(parent=parent, pipeline_job=job._gca_resource, pipeline_job_id="sdk-1")
)
seen = client.get_pipeline_job(name=made.name)
listed = [one.name for one in client.list_pipeline_jobs(parent=parent)]
client.cancel_pipeline_job(name=made.name)
print(json.dumps({
    "name": made.name,
    "listed": listed,
    "made": PipelineState(made.state).name,
    "seen": PipelineState(seen.state).name,
    "tasks": sorted(task.task_name for task in seen.job_detail.task_details),
    "whole": json.loads(json_format.MessageToJson(PipelineJob.pb(seen).runtime_config)),
}))
