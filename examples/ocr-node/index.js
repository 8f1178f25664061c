const { imagesOf } = require('./body.js');
const { cached } = require('./cache.js');
const { install } = require('./door.js');
const { answerFailure } = require('./failure.js');
const { measure } = require('./image.js');
const { logMeasured } = require('./measured.js');
const { optionsOf } = require('./options.js');
const { languages, recognize, warmUp } = require('./recognizer.js');

install();
warmUp();

/**
 * Reads the text of PNG and JPEG images. POST an image as the raw body, as a file of a multipart form, or in base64 as
 * Vision's `requests[].image.content`. Answers `{text, confidence, languages, images, responses, document}`, where
 * `responses[].fullTextAnnotation.text` is Vision's shape and `document.text` is Document AI's. With a release's model, `model` is its
 * version.
 */
const answering = (read) => async (req, res) => {
  try {
    const options = optionsOf(req.query);
    const images = imagesOf(
      req.rawBody ?? Buffer.alloc(0),
      req.contentType ?? req.headers['content-type'] ?? '',
    );
    const sizes = images.map(measure);
    const pages = [];
    for (const image of images) pages.push(await read(image, options, () => res.destroyed));
    const text = pages.map((page) => page.text).join('\n');
    const confidence = Math.min(...pages.map((page) => page.confidence));
    logMeasured(req.headers, confidence, text.length);
    res.status(200).json({
      text,
      confidence,
      languages,
      model: pages[0]?.model,
      images: sizes,
      responses: pages.map((page) => ({ fullTextAnnotation: { text: page.text } })),
      document: { text },
    });
  } catch (error) {
    answerFailure(res, error);
  }
};

const ocr = answering(recognize);
/** The same function with a cache by content. Deploy it with `ocrCached` as its entry point. */
const ocrCached = answering(cached(recognize));

module.exports = { ocr, ocrCached };
