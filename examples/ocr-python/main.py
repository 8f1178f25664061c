"""An OCR function: POST an image as the raw body, as a file of a form, or in base64 as Vision and Document AI take it."""

import functions_framework

from body import images_of
from failure import answer
from image import measure
from measured import log_measured
from reader import LANGUAGES, read


@functions_framework.http
def ocr(request):
    try:
        images = images_of(request)
        sizes = [measure(image) for image in images]
        pages = [read(image) for image in images]
    except Exception as error:  # Every error gets an answer in JSON.
        return answer(error)
    text = "\n".join(page["text"] for page in pages)
    confidence = min(page["confidence"] for page in pages)
    log_measured(request.headers, confidence, len(text))
    return {
        "text": text,
        "confidence": confidence,
        "languages": LANGUAGES,
        "images": sizes,
        "responses": [{"fullTextAnnotation": {"text": page["text"]}} for page in pages],
        "document": {"text": text},
    }
