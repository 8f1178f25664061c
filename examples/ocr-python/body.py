"""The images of a request, whatever its shape."""

import base64
import binascii
import json
import re

from failure import Failure

MAX_BODY = 28 * 1024 * 1024
MAX_IMAGE = 20 * 1024 * 1024
MAX_IMAGES = 16


def _decode(value, where):
    """Strict base64, with or without the head of a data URL."""
    if not isinstance(value, str) or value == "":
        raise Failure(400, f"{where} must be an image in base64.")
    text = re.sub(r"[\r\n]+", "", re.sub(r"^data:image/[a-z+.-]+;base64,", "", value))
    try:
        return base64.b64decode(text.replace("-", "+").replace("_", "/"), validate=True)
    except binascii.Error:
        raise Failure(400, f"{where} is not base64.") from None


def _from_json(data):
    """Vision (requests[].image.content), Document AI (rawDocument.content) or plain (image)."""
    try:
        value = json.loads(data.decode("utf-8"))
    except ValueError:
        raise Failure(400, "The body is not valid JSON.") from None
    if not isinstance(value, dict):
        raise Failure(400, "The body must be a JSON object.")
    requests = value.get("requests")
    if isinstance(requests, list):
        if not 1 <= len(requests) <= MAX_IMAGES:
            raise Failure(400, f"requests must hold 1 to {MAX_IMAGES} images.")
        return [
            _decode(_get(_get(one, "image"), "content"), f"requests[{index}].image.content")
            for index, one in enumerate(requests)
        ]
    if value.get("rawDocument"):
        return [_decode(_get(value["rawDocument"], "content"), "rawDocument.content")]
    if "image" in value:
        image = value["image"]
        return [_decode(_get(image, "content") or image, "image")]
    raise Failure(400, "The body holds no image: expected requests[0].image.content, rawDocument.content or image.")


def _get(value, name):
    return value.get(name) if isinstance(value, dict) else None


def images_of(request):
    """Checks the headers first, so that a bad request is refused without its body."""
    if request.method != "POST":
        raise Failure(405, "Send the image with POST.", {"Allow": "POST"})
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise Failure(415, "Compressed bodies are not read.")
    if (request.content_length or 0) > MAX_BODY:
        raise Failure(413, f"The body is larger than {MAX_BODY} bytes.")
    kind = (request.mimetype or "").lower()
    if kind == "multipart/form-data":
        files = list(request.files.values())
        if not files:
            raise Failure(400, "The multipart body holds no complete file part.")
        images = [files[0].read()]
    else:
        data = request.get_data()
        if not data:
            raise Failure(400, "The body is empty: send a PNG or JPEG image.")
        images = _from_json(data) if kind == "application/json" or kind.endswith("+json") else [data]
    if any(len(image) > MAX_IMAGE for image in images):
        raise Failure(413, f"The image is larger than {MAX_IMAGE} bytes.")
    if any(len(image) == 0 for image in images):
        raise Failure(400, "The body is empty: send a PNG or JPEG image.")
    return images
