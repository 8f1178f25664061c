"""Keeps a real gcloud ready: python3 server.py LIBRARY SOCKET.

gcloud takes a second to start, and this test pastes more than a hundred commands. So one process loads gcloud, and forks for each
command. A request is a line of JSON. `{"parse": [argv, ...]}` answers with what gcloud's own parser says about each: null, or its
error. `{"run": argv, "env": {...}, "cwd": ...}` comes with two descriptors, standard output and standard error, runs the command in a
fork, and answers with its exit code.
"""

import contextlib
import json
import os
import signal
import socket
import sys
import tempfile

root, path = sys.argv[1:3]
sys.path[:0] = [root, os.path.join(root, "third_party")]

from googlecloudsdk import gcloud_main  # noqa: E402

cli = gcloud_main.CreateCLI([])
parser = cli._CLI__parser


@contextlib.contextmanager
def captured():
    """What gcloud writes to standard error, also through loggers that it made at its start."""
    before = os.dup(2)
    with tempfile.TemporaryFile("w+", errors="replace") as file:
        os.dup2(file.fileno(), 2)
        try:
            yield file
        finally:
            os.dup2(before, 2)
            os.close(before)


def parsed(argv):
    with captured() as file:
        try:
            parser.parse_args(argv)
            return None
        except SystemExit as error:
            code = error.code
        except Exception as error:  # Whatever gcloud raises is its answer.
            return f"{type(error).__name__}: {error}"[:600]
        sys.stderr.flush()
        file.seek(0)
        return file.read(600).strip() or f"exit code {code}"


def run(request, descriptors):
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    code = 70
    try:
        os.environ.clear()
        os.environ.update(request["env"])
        os.chdir(request["cwd"])
        os.dup2(descriptors[0], 1)
        os.dup2(descriptors[1], 2)
        sys.argv = ["gcloud", *request["run"]]
        cli.Execute(request["run"])
        code = 0
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else 1 if error.code else 0
    except BaseException as error:
        os.write(2, f"{type(error).__name__}: {error}\n".encode())
        code = 1
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def answer(connection):
    data, descriptors, _, _ = socket.recv_fds(connection, 1 << 20, 2)
    while not data.endswith(b"\n"):
        more = connection.recv(1 << 20)
        if not more:
            return
        data += more
    request = json.loads(data)
    result = [parsed(argv) for argv in request["parse"]] if "parse" in request else run(request, descriptors)
    for descriptor in descriptors:
        os.close(descriptor)
    connection.sendall(json.dumps(result).encode() + b"\n")


signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
server = socket.socket(socket.AF_UNIX)
server.bind(path)
server.listen()
print("ready", flush=True)
while True:
    connection, _ = server.accept()
    with connection:
        # Commands of a shell can be nested, $(gcloud ...), but never run at the same time.
        with contextlib.suppress(ConnectionError):
            answer(connection)
