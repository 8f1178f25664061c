#!/usr/bin/env python3
"""Counts requests in Elasticsearch or OpenSearch for `source: command`. Python's standard library is enough.

The index holds one document for each finished request, with the fields of the Elastic Common Schema:
@timestamp (when the request ended), service.name, service.version (the revision, K_REVISION in Cloud Run),
http.response.status_code and event.duration (nanoseconds).

elasticsearch.py URL [DELAY]

URL        server and index, such as https://search.example.com/requests-*
DELAY      seconds until a document can be found, 60 if absent
COUNT_KEY  an API key that may read the index (counts_key)
"""
import json
import os
import sys
import time
import urllib.error
import urllib.request

REFUSED, UNUSABLE = 77, 78  # asking again does not help


def count(filters, unless=()):
    body = json.dumps({"query": {"bool": {"filter": filters, "must_not": list(unless)}}}).encode()
    headers = {"content-type": "application/json", "authorization": f"ApiKey {os.environ['COUNT_KEY']}"}
    request = urllib.request.Request(f"{sys.argv[1]}/_count", body, headers)
    with urllib.request.urlopen(request, timeout=20) as answer:
        found = json.load(answer)
    # An answer of a part of the shards would be a count that is too small.
    if found["_shards"]["successful"] < found["_shards"]["total"]:
        sys.exit(f"only {found['_shards']['successful']} of {found['_shards']['total']} shards answered")
    return found["count"]


def is_bad(objective):
    """The filter of the requests that break an objective."""
    if objective["kind"] == "latency":
        return {"range": {"event.duration": {"gt": objective["slower_than_ms"] * 1_000_000}}}
    worst = {"range": {"http.response.status_code": {"gte": 500}}}
    if objective.get("client_errors"):
        return {"range": {"http.response.status_code": {"gte": 400}}}
    return {"bool": {"should": [worst, {"term": {"http.response.status_code": 429}}]}}


def main():
    start, end = int(os.environ["COUNT_FROM"]), int(os.environ["COUNT_TO"])
    delay = float(sys.argv[2]) if len(sys.argv) > 2 else 60
    seen = int((time.time() - delay) * 1000)
    until = max(start, min(end, seen))
    names = [name for name in os.environ["COUNT_REVISIONS"].split(",") if name]
    left_out = [name for name in os.environ["COUNT_EXCEPT"].split(",") if name]
    unless = [{"terms": {"service.version": left_out}}] if left_out else []
    # Test requests of the release itself are not users.
    unless.append({"wildcard": {"user_agent.original": "*backstay*"}})
    counts = []
    for revision in names or [None]:
        filters = [
            {"range": {"@timestamp": {"gte": start, "lt": until, "format": "epoch_millis"}}},
            {"term": {"service.name": os.environ["COUNT_SERVICE"]}},
        ]
        if revision:
            filters.append({"term": {"service.version": revision}})
        total = count(filters, unless)
        for objective in json.loads(os.environ["COUNT_OBJECTIVES"]):
            bad = count([*filters, is_bad(objective)], unless)
            one = {"objective": objective["id"], "total": total, "bad": bad}
            counts.append({"revision": revision, **one} if revision else one)
    print(json.dumps({"until": until, "counts": counts}))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        print("expected the URL of the index", file=sys.stderr)
        sys.exit(UNUSABLE)
    try:
        main()
    except KeyError as missing:
        print(f"{missing} is missing", file=sys.stderr)
        sys.exit(UNUSABLE)
    except urllib.error.HTTPError as error:
        print(f"Elasticsearch answered {error.code}", file=sys.stderr)
        sys.exit(REFUSED if error.code in (401, 403) else 1)
