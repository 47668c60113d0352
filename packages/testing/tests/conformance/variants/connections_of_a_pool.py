"""It takes a connection for each request and keeps it."""

import sqlalchemy

HELD = []


class Broken:
    def init_app(self, app):
        if "broken" in app.extensions:
            raise RuntimeError("'Broken' is on this application already.")
        engine = sqlalchemy.create_engine("sqlite://", poolclass=sqlalchemy.pool.NullPool)
        app.before_request(lambda: HELD.append(engine.connect()))
        app.extensions["broken"] = True
