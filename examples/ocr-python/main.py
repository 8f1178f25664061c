"""An OCR function: POST an image as the raw body, as a file of a form, or in base64 as Vision and Document AI take it."""

import functions_framework

from body import images_of
from cache import cached
from failure import answer
from image import measure
from measured import log_measured
from options import options_of
from reader import LANGUAGES, read


def _answer(request, read_page):
    try:
        language, characters = options_of(request.args)
        images = images_of(request)
        sizes = [measure(image) for image in images]
        pages = [read_page(image, language, characters) for image in images]
    except Exception as error:  # Every error gets an answer in JSON.
        return answer(error)
    text = "\n".join(page["text"] for page in pages)
    confidence = min(page["confidence"] for page in pages)
    log_measured(request.headers, confidence, len(text))
    model = pages[0].get("model")
    return {
        "text": text,
        "confidence": confidence,
        "languages": LANGUAGES,
        **({"model": model} if model else {}),
        "images": sizes,
        "responses": [{"fullTextAnnotation": {"text": page["text"]}} for page in pages],
        "document": {"text": text},
    }


@functions_framework.http
def ocr(request):
    return _answer(request, read)


_read_or_remember = cached(read)


@functions_framework.http
def ocr_cached(request):
    """The same function with a cache by content. Deploy it with `ocr_cached` as its entry point."""
    return _answer(request, _read_or_remember)
