const http = require('node:http');
const { Failure, answerFailure } = require('./failure.js');

/** A Vision-style JSON body is a third larger than its image. */
const maxBodyBytes = 28 * 1024 * 1024;

/** Refuses bad requests by their headers, before the body is read. */
function check(req) {
  if (req.method !== 'POST') throw new Failure(405, 'Send the image with POST.', { allow: 'POST' });
  const encoding = req.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') throw new Failure(415, 'Compressed bodies are not read.');
  if (Number(req.headers['content-length'] ?? 0) > maxBodyBytes)
    throw new Failure(413, `The body is larger than ${maxBodyBytes} bytes.`);
}

/** Answers errors that the body parser of functions-framework throws before it calls the function, such as a bad charset. */
function onParserError(error, _req, res, next) {
  if (res.headersSent) return next(error);
  const status = error.status >= 400 && error.status < 500 ? error.status : 500;
  answerFailure(res, status === 500 ? error : new Failure(status, 'The body could not be read.'));
}

/**
 * Puts a check in front of functions-framework, which parses every body before it calls the function: it inflates up to
 * a gigabyte, and answers bad JSON with an HTML page. This works because the framework creates its server only after it
 * has loaded this file. With the check, bad requests are refused without their body, JSON arrives as bytes, and every
 * error is JSON.
 */
function install() {
  const createServer = http.createServer;
  http.createServer = (app, ...rest) => {
    if (typeof app?.handle !== 'function') return createServer(app, ...rest);
    app.use(onParserError);
    return createServer(
      (req, res) => {
        try {
          check(req);
        } catch (error) {
          res.setHeader('connection', 'close');
          return answerFailure(res, error);
        }
        req.contentType = req.headers['content-type'] ?? '';
        req.headers['content-type'] = 'application/octet-stream';
        app(req, res);
      },
      ...rest,
    );
  };
}

module.exports = { install };
