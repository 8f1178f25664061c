"""`gcloud` for a shell: passes its arguments and descriptors to server.py, whose socket is in GCLOUD_SERVER."""

import json
import os
import socket
import sys

connection = socket.socket(socket.AF_UNIX)
connection.connect(os.environ["GCLOUD_SERVER"])
request = {"run": sys.argv[1:], "env": dict(os.environ), "cwd": os.getcwd()}
socket.send_fds(connection, [json.dumps(request).encode() + b"\n"], [1, 2])
answer = connection.makefile().readline()
sys.exit(int(json.loads(answer)) if answer else 70)
