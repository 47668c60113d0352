"""Its requests wait for a thread that a forked process does not have."""

import threading
from queue import Queue


def serve(questions, answers):
    while True:
        answers.put(questions.get())


class Broken:
    def init_app(self, app):
        if "broken" in app.extensions:
            raise RuntimeError("'Broken' is on this application already.")
        questions, answers = Queue(), Queue()
        thread = threading.Thread(target=serve, args=(questions, answers), daemon=True)
        thread.start()

        def begin():
            questions.put(1)
            answers.get()

        app.before_request(begin)
        app.extensions["broken"] = True
