"""Reads text with Tesseract. The package tesserocr brings the library, so no program has to be installed."""

import io
import os
import threading

import tesserocr
from PIL import Image, UnidentifiedImageError

from failure import Failure

LANGUAGES = ["eng", "kor"]
# How many requests may wait for the one engine. More of them would only time out later.
MAX_WAITING = 32

_here = os.path.dirname(os.path.abspath(__file__))
_data = os.environ.get("TESSDATA_PREFIX") or os.path.join(_here, "tessdata")

# One block of text. Without the variable, Tesseract puts a space between Korean syllables.
_engine = tesserocr.PyTessBaseAPI(path=_data, lang="+".join(LANGUAGES), psm=tesserocr.PSM.SINGLE_BLOCK)
_engine.SetVariable("preserve_interword_spaces", "1")
_lock = threading.Lock()
_places = threading.Semaphore(MAX_WAITING)


def read(data):
    """Returns text and confidence (0 to 1). One image at a time, as the engine cannot do more."""
    if not _places.acquire(blocking=False):
        raise Failure(429, "Too many images are waiting.", {"Retry-After": "1"})
    try:
        try:
            image = Image.open(io.BytesIO(data)).convert("RGB")
        except (OSError, SyntaxError, ValueError, UnidentifiedImageError, Image.DecompressionBombError):
            raise Failure(422, "The image could not be decoded.") from None
        with _lock:
            _engine.SetImage(image)
            text = _engine.GetUTF8Text().strip()
            confidence = _engine.MeanTextConf() / 100
            _engine.Clear()
        return {"text": text, "confidence": confidence}
    finally:
        _places.release()
