"""A cache by content: the answer to a request that was sent before, with the same model, language and options."""

import collections
import hashlib
import json
import os
import threading
import uuid

# The oldest answers are dropped.
MOST_IN_MEMORY = 500

_memory = collections.OrderedDict()
_lock = threading.Lock()


def model():
    """A release with `model:` sets these variables. Without them the revision stands for its model, because its build brought it."""
    named = [os.environ.get(name) for name in ("MODEL_REFERENCE", "MODEL_VERSION", "MODEL_DIGEST")]
    return " ".join(filter(None, named)) or os.environ.get("K_REVISION", "local")


def key_of(data, language, characters):
    """Everything that changes the text. The bytes of the image alone are not enough: see the README."""
    parts = [model(), language, characters]
    return hashlib.sha256(json.dumps(parts).encode() + b"\n" + data).hexdigest()


def _file(key):
    """OCR_CACHE is a folder that all instances share, such as a mounted bucket. Without it, each instance has a cache of its own."""
    folder = os.environ.get("OCR_CACHE")
    return os.path.join(folder, key + ".json") if folder else None


def _load(key):
    with _lock:
        if key in _memory:
            return _memory[key]
    try:
        with open(_file(key), encoding="utf-8") as file:
            return json.load(file)
    except (OSError, TypeError, ValueError):
        return None


def _save(key, page):
    with _lock:
        _memory[key] = page
        if len(_memory) > MOST_IN_MEMORY:
            _memory.popitem(last=False)
    path = _file(key)
    if path is None:
        return
    # A file gets its name only when it is whole. A cache that cannot be written only makes the next answer slower.
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        part = f"{path}.{uuid.uuid4()}"
        with open(part, "w", encoding="utf-8") as file:
            json.dump(page, file)
        os.replace(part, path)
    except OSError as error:
        print(error, flush=True)


def cached(read):
    """The same reader with a cache. Only pages that were read are kept, never an error."""

    def read_or_remember(data, language, characters):
        key = key_of(data, language, characters)
        page = _load(key)
        if page is None:
            page = read(data, language, characters)
            _save(key, page)
        return page

    return read_or_remember
