"""The OCR function of ../ocr-python as a server of its own: POST / reads an image, and GET /health tells that it runs."""

from flask import Flask, request

from failure import Failure, answer
from main import ocr

app = Flask(__name__)


@app.route("/health")
def health():
    return {"status": "ok"}


@app.route("/", defaults={"path": ""}, methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
@app.route("/<path:path>", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
def read(path):
    return ocr(request)


@app.errorhandler(405)
def not_allowed(_):
    return answer(Failure(405, "Send the image with POST.", {"Allow": "POST"}))
