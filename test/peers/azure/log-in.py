"""Logs in with Microsoft's own library, whose requests go to a stand-in: log-in.py URL TENANT CLIENT SCOPE, the assertion on standard input."""
import json
import sys
import urllib.error
import urllib.parse
import urllib.request

import msal

base, tenant, client, scope = sys.argv[1:]
host = "https://login.microsoftonline.com"


class Answer:
    def __init__(self, status, text, headers):
        self.status_code, self.text, self.headers = status, text, headers

    def raise_for_status(self):
        if self.status_code >= 400:
            raise RuntimeError(self.status_code)


class ToStandIn:
    """The library takes https alone, so its requests are sent on here."""

    def get(self, url, **_):
        document = {
            "issuer": f"{host}/{tenant}/v2.0",
            "authorization_endpoint": f"{host}/{tenant}/oauth2/v2.0/authorize",
            "token_endpoint": f"{host}/{tenant}/oauth2/v2.0/token",
        }
        return Answer(200, json.dumps(document), {})

    def post(self, url, data=None, headers=None, **_):
        assert url.startswith(host), url
        form = urllib.parse.urlencode(data).encode()
        request = urllib.request.Request(base + url[len(host):], form, headers or {})
        try:
            with urllib.request.urlopen(request) as answer:
                return Answer(answer.status, answer.read().decode(), dict(answer.headers))
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.read().decode(), dict(error.headers))

    def close(self):
        pass


app = msal.ConfidentialClientApplication(
    client,
    authority=f"{host}/{tenant}",
    client_credential={"client_assertion": sys.stdin.read()},
    http_client=ToStandIn(),
    instance_discovery=False,
)
print(json.dumps(app.acquire_token_for_client([scope])))
