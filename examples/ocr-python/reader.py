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

_engine = tesserocr.PyTessBaseAPI(path=_data, lang="+".join(LANGUAGES))
_lock = threading.Lock()
_places = threading.Semaphore(MAX_WAITING)


def _choose(language, characters):
    """Another language sets everything back, so what was set is set again."""
    if _engine.GetInitLanguagesAsString() != language:
        _engine.Init(path=_data, lang=language)
    # One block of text. Without the variable, Tesseract puts a space between Korean syllables.
    _engine.SetPageSegMode(tesserocr.PSM.SINGLE_BLOCK)
    _engine.SetVariable("preserve_interword_spaces", "1")
    _engine.SetVariable("tessedit_char_whitelist", characters)


def read(data, language, characters):
    """Returns text, confidence (0 to 1) and model. One image at a time, as the engine cannot do more."""
    if not _places.acquire(blocking=False):
        raise Failure(429, "Too many images are waiting.", {"Retry-After": "1"})
    try:
        try:
            image = Image.open(io.BytesIO(data)).convert("RGB")
        except (OSError, SyntaxError, ValueError, UnidentifiedImageError, Image.DecompressionBombError):
            raise Failure(422, "The image could not be decoded.") from None
        with _lock:
            _choose(language, characters)
            _engine.SetImage(image)
            text = _engine.GetUTF8Text().strip()
            confidence = _engine.MeanTextConf() / 100
            _engine.Clear()
        return {"text": text, "confidence": confidence, "model": os.environ.get("MODEL_VERSION")}
    finally:
        _places.release()
