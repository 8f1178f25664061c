"""Signs captured requests again with botocore. Reads a JSON list on standard input and prints the list of its Authorization headers."""
import datetime
import json
import sys

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

answers = []
for one in json.load(sys.stdin):
    at = datetime.datetime.strptime(one["date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.timezone.utc)
    botocore.auth.get_current_datetime = lambda *_, at=at, **__: at
    keys = Credentials(one["id"], one["secret"], one.get("token"))
    request = AWSRequest(one["method"], one["url"], headers=one["headers"], data=one["body"].encode())
    botocore.auth.SigV4Auth(keys, one["service"], one["region"]).add_auth(request)
    answers.append(request.headers["Authorization"])
print(json.dumps(answers))
