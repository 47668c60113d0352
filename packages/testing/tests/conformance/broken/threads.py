"""It keeps on itself what belongs to a request."""

import time

from flask import request


class Broken:
    def __init__(self):
        self._requests = []

    def begin(self):
        self._requests.append(request.full_path)
        time.sleep(0.001)

    def end(self, response):
        if self._requests.pop() != request.full_path:
            raise RuntimeError("This is the answer to another request.")
        return response

    def init_app(self, app):
        if "broken" in app.extensions:
            raise RuntimeError("'Broken' is on this application already.")
        app.before_request(self.begin)
        app.after_request(self.end)
        app.extensions["broken"] = True
