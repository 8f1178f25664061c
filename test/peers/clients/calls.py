"""Calls the sandbox with Google's own Python clients. Prints one line of JSON per call: {"call", "error"}."""

import json
import os
import sys
from urllib.parse import urlsplit

from google.api_core.client_options import ClientOptions
from google.cloud import functions_v2, run_v2
from google.cloud import logging as cloud_logging
from google.cloud.functions_v2.services.function_service.transports import FunctionServiceRestTransport
from google.cloud.run_v2.services.revisions.transports import RevisionsRestTransport
from google.cloud.run_v2.services.services.transports import ServicesRestTransport
from google.iam.v1 import iam_policy_pb2, policy_pb2
from google.oauth2.credentials import Credentials
from google.protobuf import field_mask_pb2

project = os.environ["CLOUDSDK_CORE_PROJECT"]
region = sys.argv[1]
function = sys.argv[2]
credentials = Credentials(token=sys.argv[3])
parent = f"projects/{project}/locations/{region}"
service = f"{parent}/services/{function}"


def api(name):
    return os.environ[f"CLOUDSDK_API_ENDPOINT_OVERRIDES_{name}"].rstrip("/")


def rest(transport, name):
    return transport(host=urlsplit(api(name)).netloc, credentials=credentials, url_scheme="http")


functions = functions_v2.FunctionServiceClient(transport=rest(FunctionServiceRestTransport, "CLOUDFUNCTIONS"))
services = run_v2.ServicesClient(transport=rest(ServicesRestTransport, "RUN"))
revisions = run_v2.RevisionsClient(transport=rest(RevisionsRestTransport, "RUN"))
logs = cloud_logging.Client(
    project=project,
    credentials=credentials,
    _use_grpc=False,
    client_options=ClientOptions(api_endpoint=api("LOGGING")),
)
logger = logs.logger("python-log")


def call(name, work):
    error = None
    try:
        if work() is False:
            error = "the answer is not the expected one"
    except Exception as problem:  # every client has errors of its own
        error = f"{type(problem).__name__}: {problem}"[:400]
    print(json.dumps({"call": f"python {name}", "error": error}), flush=True)


def move_traffic():
    known = services.get_service(name=service)
    known.traffic = [run_v2.TrafficTarget(type_=1, percent=100)]
    request = run_v2.UpdateServiceRequest(service=known, update_mask=field_mask_pb2.FieldMask(paths=["traffic"]))
    return services.update_service(request=request).result(timeout=60).name == service


def write_policy():
    policy = services.get_iam_policy(request=iam_policy_pb2.GetIamPolicyRequest(resource=service))
    policy.bindings.append(policy_pb2.Binding(role="roles/run.invoker", members=["user:mina@example.com"]))
    written = services.set_iam_policy(request=iam_policy_pb2.SetIamPolicyRequest(resource=service, policy=policy))
    return len(written.bindings) > 0


test_request = iam_policy_pb2.TestIamPermissionsRequest(resource=service, permissions=["run.services.get"])
call("functions list", lambda: len(list(functions.list_functions(parent=parent))) == 1)
call(
    "functions list with a filter",
    lambda: len(list(functions.list_functions(request={"parent": parent, "filter": 'environment="GEN_2"'}))) == 1,
)
call("functions get", lambda: functions.get_function(name=f"{parent}/functions/{function}").state == 1)
call("functions runtimes", lambda: len(functions.list_runtimes(parent=parent).runtimes) > 3)
call("functions upload URL", lambda: functions.generate_upload_url(request={"parent": parent}).upload_url != "")
call("functions locations", lambda: len(functions.list_locations(request={"name": f"projects/{project}"}).locations) > 3)
call("functions operations", lambda: len(functions.list_operations(request={"name": parent}).operations) > 0)
call(
    "functions operations with a filter",
    lambda: len(functions.list_operations(request={"name": parent, "filter": "done=false"}).operations) == 0,
)
call("run services list", lambda: len(list(services.list_services(parent=parent))) == 1)
call("run services get", lambda: services.get_service(name=service).name == service)
call("run services traffic", move_traffic)
call("run services policy", write_policy)
call("run services permissions", lambda: len(services.test_iam_permissions(request=test_request).permissions) == 1)
call("run revisions list", lambda: len(list(revisions.list_revisions(parent=service))) == 1)
call("run revisions get", lambda: revisions.get_revision(name=next(iter(revisions.list_revisions(parent=service))).name) is not None)
call("logging write text", lambda: logger.log_text("hello", severity="INFO"))
call("logging write struct", lambda: logger.log_struct({"message": "hello"}))
call("logging write batch", lambda: logs.logging_api.write_entries([{"logName": logger.full_name, "resource": {"type": "global"}, "textPayload": "x"}]))
call("logging list with its default filter", lambda: len(list(logs.list_entries(max_results=5))) > 0)
call("logging list of one log", lambda: len(list(logger.list_entries(max_results=5))) > 0)
call("logging list newest first", lambda: len(list(logs.list_entries(order_by=cloud_logging.DESCENDING, page_size=3, max_results=3))) > 0)
call("logging sinks", lambda: len(list(logs.list_sinks())) == 2)
call("logging delete of a log", lambda: logger.delete())
