const { Failure } = require('./failure.js');

const maxImageBytes = 20 * 1024 * 1024;
const maxImages = 16;

/** Decodes strict base64, with or without the head of a data URL. Buffer.from alone would skip anything that is not base64. */
function decode(value, where) {
  if (typeof value !== 'string' || value === '')
    throw new Failure(400, `${where} must be an image in base64.`);
  const text = value.replace(/^data:image\/[a-z+.-]+;base64,/, '').replace(/[\r\n]+/g, '');
  if (text.length > maxImageBytes * 1.4)
    throw new Failure(413, `The image is larger than ${maxImageBytes} bytes.`);
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) throw new Failure(400, `${where} is not base64.`);
  return Buffer.from(text, 'base64');
}

/** Images in JSON: Vision (`requests[].image.content`), Document AI (`rawDocument.content`) or plain (`image`). */
function fromJson(body) {
  let value;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new Failure(400, 'The body is not valid JSON.');
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw new Failure(400, 'The body must be a JSON object.');
  if (Array.isArray(value.requests)) {
    if (value.requests.length < 1 || value.requests.length > maxImages)
      throw new Failure(400, `requests must hold 1 to ${maxImages} images.`);
    return value.requests.map((request, i) =>
      decode(request?.image?.content, `requests[${i}].image.content`),
    );
  }
  if (value.rawDocument) return [decode(value.rawDocument.content, 'rawDocument.content')];
  if (value.image !== undefined) return [decode(value.image?.content ?? value.image, 'image')];
  throw new Failure(
    400,
    'The body holds no image: expected requests[0].image.content, rawDocument.content or image.',
  );
}

/** The first part with a file name, else the first part whose type is an image (RFC 7578). */
function fromMultipart(body, contentType) {
  const match = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType);
  if (!match) throw new Failure(400, 'The multipart body has no boundary.');
  const delimiter = Buffer.from(`\r\n--${match[1] ?? match[2]}`);
  const whole = Buffer.concat([Buffer.from('\r\n'), body]);
  let at = whole.indexOf(delimiter);
  for (let parts = 0; at >= 0 && parts < maxImages; parts++) {
    const start = at + delimiter.length;
    const next = whole.indexOf(delimiter, start);
    if (next < 0 || whole.toString('latin1', start, start + 2) === '--') break;
    const part = whole.subarray(start, next);
    const split = part.indexOf('\r\n\r\n');
    const head = part.subarray(0, Math.min(Math.max(split, 0), 4096)).toString('latin1');
    if (split >= 0 && (/;\s*filename\*?=/i.test(head) || /^content-type:\s*image\//im.test(head)))
      return [part.subarray(split + 4)];
    at = next;
  }
  throw new Failure(400, 'The multipart body holds no complete file part.');
}

/** The images of a request as bytes, whatever its shape. */
function imagesOf(body, contentType) {
  if (body.length === 0) throw new Failure(400, 'The body is empty: send a PNG or JPEG image.');
  const type = contentType.split(';', 1)[0].trim().toLowerCase();
  const images =
    type === 'application/json' || type.endsWith('+json')
      ? fromJson(body)
      : type === 'multipart/form-data'
        ? fromMultipart(body, contentType)
        : [body];
  for (const image of images)
    if (image.length > maxImageBytes)
      throw new Failure(413, `The image is larger than ${maxImageBytes} bytes.`);
  return images;
}

module.exports = { imagesOf, maxImageBytes };
