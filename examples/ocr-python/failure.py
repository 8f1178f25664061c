"""A request that cannot be served, and its answer as JSON."""

import logging

from flask import jsonify


class Failure(Exception):
    """The caller gets the status and the message, and nothing else."""

    def __init__(self, status, message, headers=None):
        super().__init__(message)
        self.status = status
        self.headers = headers or {}


def answer(error):
    """Answers {"error": {"code", "message"}}. An error that is not a Failure is logged, and the caller gets a 500 without details."""
    known = isinstance(error, Failure)
    if not known:
        logging.exception("The image could not be read.")
    status = error.status if known else 500
    message = str(error) if known else "The image could not be read because of an internal error."
    response = jsonify({"error": {"code": status, "message": message}})
    response.status_code = status
    if known:
        response.headers.extend(error.headers)
    return response
