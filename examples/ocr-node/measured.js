/**
 * Logs how sure the reader was of its answer, in one line of JSON. The objective `quality` of quality.slo.yaml counts these entries. The
 * trace of the request says which request an entry is about. No text of an image is logged.
 */
function logMeasured(headers, confidence, characters) {
  const [, trace] =
    /^([0-9a-f]{32})/i.exec(headers['x-cloud-trace-context'] ?? '') ??
    /^00-([0-9a-f]{32})-/i.exec(headers.traceparent ?? '') ??
    [];
  const project = process.env.GOOGLE_CLOUD_PROJECT ?? process.env.GCP_PROJECT ?? '-';
  const entry = {
    severity: 'INFO',
    message: 'An image was read.',
    ocr: { confidence, characters },
    ...(trace ? { 'logging.googleapis.com/trace': `projects/${project}/traces/${trace}` } : {}),
  };
  process.stdout.write(`${JSON.stringify(entry)}\n`);
}

module.exports = { logMeasured };
