"""Datadog's own client: reads a task from standard input, asks the stand-in, and prints what it understood.

A body is first read into the client's models, so a field that they do not know, or of another type, is an error.
"""

import json
import sys

from datadog_api_client import ApiClient, Configuration
from datadog_api_client.exceptions import ApiException
from datadog_api_client.model_utils import model_to_dict
from datadog_api_client.v2.api.metrics_api import MetricsApi
from datadog_api_client.v2.model.timeseries_formula_query_request import TimeseriesFormulaQueryRequest

task = json.load(sys.stdin)
configuration = Configuration(
    host=task["host"],
    api_key={"apiKeyAuth": task["apiKey"], "appKeyAuth": task["appKey"]},
    enable_retry=True,
    max_retries=1,
    discard_unknown_keys=False,
)
with ApiClient(configuration) as client:
    request = client.deserialize(json.dumps(task["body"]), (TimeseriesFormulaQueryRequest,), True)
    sent = model_to_dict(request)
    known = set(type(request.data.attributes).attribute_map.values())
    answer = {"sent": sent, "unknown": sorted(set(task["body"]["data"]["attributes"]) - known)}
    try:
        data = MetricsApi(client).query_timeseries_data(body=request).data
        attributes = data.attributes
        answer.update(
            type=str(data.type.value),
            times=list(attributes.times.value),
            series=[
                {"query": one.query_index, "tags": list(one.group_tags.value)} for one in attributes.series.value
            ],
            values=[list(one.value) for one in attributes.values.value],
        )
    except ApiException as error:
        answer["status"] = error.status
    print(json.dumps(answer))
