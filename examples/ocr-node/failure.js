/** A request that cannot be served. The caller gets the status and the message as JSON, and nothing else. */
class Failure extends Error {
  /**
   * @param {number} status HTTP status, 400 to 503
   * @param {string} message one sentence for the caller
   * @param {Record<string, string>} headers more headers for the answer
   */
  constructor(status, message, headers = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

/** Answers `{error: {code, message}}`. An error that is not a Failure is logged, and the caller gets a 500 without details. */
function answerFailure(res, error) {
  const known = error instanceof Failure;
  if (!known) console.error(error);
  if (res.headersSent) return res.destroy();
  const status = known ? error.status : 500;
  res.statusCode = status;
  for (const [name, value] of Object.entries(known ? error.headers : {})) res.setHeader(name, value);
  res.setHeader('content-type', 'application/json; charset=utf-8');
  const message = known ? error.message : 'The image could not be read because of an internal error.';
  res.end(JSON.stringify({ error: { code: status, message } }));
}

module.exports = { Failure, answerFailure };
