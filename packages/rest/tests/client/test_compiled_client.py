"""The TypeScript client, compiled and used against a running application."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from .conftest import Compile

pytestmark = pytest.mark.node

USE = """
import { ApiProblem, Client, type Answer, type Hat, type Hats } from "./client.js";

declare const process: { argv: string[] };
const baseUrl = process.argv[2] ?? "";
const api = new Client({ baseUrl, token: async () => "ann" });
const said: Record<string, unknown> = {};

const page: Answer<Hats> = await api.hatList({
  query: { limit: 1, name: ["a b", "c"], fields: ["id", "name"] },
});
said.page = [...page.data.items.map((hat: Hat) => hat.name), page.data.next];

const lines: number[] = [];
const stream = await api.hatList({ accept: "application/jsonl" });
for await (const hat of stream.data) lines.push(hat.id);
said.lines = lines;
said.csv = await (await api.hatList({ accept: "text/csv" })).data.text();

const one = await api.hatGet({ path: { key: 1 } });
said.one = [one.status, one.data.price ?? null, one.etag];
const gone = await api.hatRemove({ path: { key: 1 }, headers: { "If-Match": one.etag } });
said.gone = [gone.status, gone.data];

const made = await api.hatAdd({ body: { name: "Bowler" }, headers: { "Idempotency-Key": "k1" } });
said.made = [made.status, made.data.name, made.headers.get("Location")];

const file = new Blob(["12345"]);
said.size = (await api.hatPicture({ path: { key: 1 }, body: { title: "Front", file } })).data;

async function refused(call: Promise<unknown>): Promise<unknown> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    return [error.status, error.kind, error.message, error.problem.type];
  }
}
said.missing = await refused(api.hatGet({ path: { key: 9 } }));
said.stale = await refused(api.hatRemove({ path: { key: 1 }, headers: { "If-Match": '"0"' } }));
said.nobody = await refused(new Client({ baseUrl }).hatGet({ path: { key: 1 } }));
console.log(JSON.stringify(said));
"""


def run(program: Path, *arguments: str) -> Any:
    """Run a compiled program and return what it prints."""
    done = subprocess.run(
        ["node", str(program), *arguments], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_client_calls_the_running_application(
    compile: Compile, address: str, tmp_path: Path
) -> None:
    """Every kind of operation is called by a compiled program, and answers what it does."""
    done = compile(USE)
    assert done.returncode == 0, done.stdout
    assert run(tmp_path / "out" / "program.js", address) == {
        "page": ["Fez", "id,name"],
        "lines": [1, 2],
        "csv": "id,name\n1,Fez\n",
        "one": [200, 9.5, '"1"'],
        "gone": [204, None],
        "made": [201, "Bowler", "/api/hats/3"],
        "size": {"size": 5},
        "missing": [404, "", "Not Found", "about:blank"],
        "stale": [
            412,
            "stale",
            "Somebody changed this in the meantime. Read it again.",
            "/api/problems/stale",
        ],
        "nobody": [401, "", "Sign in.", "about:blank"],
    }


WRONG = """
await api.hatGet();
await api.hatGet({ path: { key: "1" } });
await api.hatAdd({ body: {} });
await api.hatAdd({ body: { name: "Fez", colour: "red" } });
await api.hatList({ query: { limit: null } });
await api.hatList({ accept: "image/png" });
export const id: string = (await api.hatGet({ path: { key: 1 } })).data.id;
await api.hatPicture({ path: { key: 1 }, body: { title: "Front", file: "text" } });
"""


def test_wrong_calls_do_not_compile(compile: Compile) -> None:
    """What the document does not allow is an error before anything runs, each line of it."""
    done = compile(f'import {{ Client }} from "./client.js";const api = new Client();{WRONG}')
    assert done.returncode != 0
    wrong = {int(line) for line in re.findall(r"program\.ts\((\d+),", done.stdout)}
    assert wrong == set(range(2, 2 + len(WRONG.split("\n")) - 2))
