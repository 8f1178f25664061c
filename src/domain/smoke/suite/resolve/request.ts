import type { CaseRequest, ImageSource } from '../model.ts';
import type { Report } from '../problem.ts';
import type { CaseFile, SuiteFile } from '../schema/suite-file.ts';

/** Headers that would break the request or change the identity that it carries. */
const reserved =
  /^(authorization|x-serverless-authorization|host|content-length|transfer-encoding|connection|expect|upgrade|te)$/i;

export function imageOf(image: string): ImageSource {
  if (image.startsWith('gs://')) return { kind: 'gcs', uri: image };
  if (/^https?:\/\//i.test(image)) return { kind: 'url', uri: image };
  return { kind: 'file', path: image };
}

function checkHeaders(headers: Record<string, string>, report: Report): void {
  for (const [name, value] of Object.entries(headers)) {
    const path = ['request', 'headers', name];
    if (reserved.test(name)) report(path, `A suite cannot set the header ${name}: this action sets it.`);
    else if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name))
      report(path, `${name.slice(0, 40)} is not a valid name of a header.`);
    else if (/[^\t\x20-\x7e\x80-\xff]/.test(value))
      report(path, `The value of the header ${name.slice(0, 40)} has characters that HTTP does not allow.`);
  }
}

/** Checks that the image can be sent in this shape. */
function checkShape(
  as: CaseRequest['as'],
  image: ImageSource,
  template: CaseRequest['template'],
  report: Report,
): void {
  if (image.kind !== 'file' && as !== 'json' && as !== image.kind)
    report(
      ['image'],
      `An address cannot be sent as ${as}: use ${image.kind}, or json with {{uri}} in its template.`,
    );
  if (image.kind === 'file' && (as === 'gcs' || as === 'url'))
    report(
      ['image'],
      `${as} sends an address instead of an image: expected ${as === 'gcs' ? 'gs://BUCKET/OBJECT' : 'https://...'}.`,
    );
  if (as === 'json' && template === undefined)
    report(['request'], 'json needs a template with {{base64}} or {{uri}}.');
}

/** Checks that the request sends the bytes of the image, because `fresh` changes nothing else. */
export function checkFresh({ as, template }: CaseRequest, image: ImageSource, report: Report): void {
  if (image.kind !== 'file')
    report(
      ['fresh'],
      'fresh changes the bytes of an image, and this case sends only its address: set fresh: false here, or send a file.',
    );
  else if (as === 'json' && !/\{\{(base64|data_url)\}\}/.test(JSON.stringify(template ?? '')))
    report(
      ['fresh'],
      'fresh changes the bytes of an image, and the template of this case does not send them: add {{base64}} or {{data_url}}.',
    );
}

/** A request may be written as the word for its shape alone. */
export const requestObject = (value: CaseFile['request']) =>
  typeof value === 'string' ? { as: value } : (value ?? {});

/** The request of a case, with the defaults of the suite filled in. */
export function requestOf(
  item: CaseFile,
  defaults: SuiteFile['defaults'],
  image: ImageSource,
  report: Report,
): CaseRequest {
  const inherited = requestObject(defaults?.request);
  const given = { ...inherited, ...requestObject(item.request) };
  const as = given.as ?? (given.template !== undefined ? 'json' : image.kind === 'file' ? 'raw' : image.kind);
  const headers = { ...inherited.headers, ...given.headers };
  checkHeaders(headers, report);
  if (given.type !== undefined && !/^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(\s*;[\x20-\x7e]*)?$/.test(given.type))
    report(['request', 'type'], 'type: expected a content type such as image/png.');
  checkShape(as, image, given.template, report);
  const { method = 'POST', path = '/', field = 'image', filename, type, template } = given;
  return { as, method, path, field, filename, type, headers, template };
}
