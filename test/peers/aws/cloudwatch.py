"""Starts moto's CloudWatch and STS, puts the counts of standard input's first line with boto3, prints the URL, and ends with its input."""
import json
import logging
import sys

import boto3
from moto.server import ThreadedMotoServer

logging.getLogger("werkzeug").setLevel(logging.ERROR)
wanted = json.loads(sys.stdin.readline())
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
host, port = server.get_host_and_port()
url = f"http://{host}:{port}"
login = {"aws_access_key_id": "AKIDEXAMPLE", "aws_secret_access_key": "x", "region_name": wanted["region"]}
client = boto3.client("cloudwatch", endpoint_url=url, **login)
for put in wanted["data"]:
    data = [{**datum, "Dimensions": [{"Name": n, "Value": v} for n, v in datum["Dimensions"].items()]} for datum in put["MetricData"]]
    client.put_metric_data(Namespace=put["Namespace"], MetricData=data)
print(json.dumps({"url": url}), flush=True)
sys.stdin.read()
server.stop()
