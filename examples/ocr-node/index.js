const { imagesOf } = require('./body.js');
const { install } = require('./door.js');
const { answerFailure } = require('./failure.js');
const { measure } = require('./image.js');
const { logMeasured } = require('./measured.js');
const { languages, recognize, warmUp } = require('./recognizer.js');

install();
warmUp();

/**
 * Reads the text of PNG and JPEG images. POST an image as the raw body, as a file of a multipart form, or in base64 as
 * Vision's `requests[].image.content`. Answers `{text, confidence, languages, images, responses, document}`, where
 * `responses[].fullTextAnnotation.text` is Vision's shape and `document.text` is Document AI's.
 */
async function ocr(req, res) {
  try {
    const images = imagesOf(
      req.rawBody ?? Buffer.alloc(0),
      req.contentType ?? req.headers['content-type'] ?? '',
    );
    const sizes = images.map(measure);
    const read = [];
    for (const image of images) read.push(await recognize(image, () => res.destroyed));
    const text = read.map((page) => page.text).join('\n');
    const confidence = Math.min(...read.map((page) => page.confidence));
    logMeasured(req.headers, confidence, text.length);
    res.status(200).json({
      text,
      confidence,
      languages,
      images: sizes,
      responses: read.map((page) => ({ fullTextAnnotation: { text: page.text } })),
      document: { text },
    });
  } catch (error) {
    answerFailure(res, error);
  }
}

module.exports = { ocr };
