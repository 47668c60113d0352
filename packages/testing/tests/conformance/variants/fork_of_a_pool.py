"""Its pool has a connection before the first request."""

from pathlib import Path

import sqlalchemy


class Broken:
    def init_app(self, app):
        if "broken" in app.extensions:
            raise RuntimeError("'Broken' is on this application already.")
        file = Path(app.root_path, "broken.db")
        engine = sqlalchemy.create_engine(f"sqlite:///{file}", poolclass=sqlalchemy.QueuePool)
        with engine.connect() as connection:
            connection.execute(sqlalchemy.text("CREATE TABLE word (id INTEGER)"))
        app.extensions["broken"] = engine
