"""The examples in our texts are run: a wrong one fails, and a page's examples share a folder."""

import pytest

PAGE = """
```{code-block} python
:caption: toy/answer.py
print(6 * 7)
```

```console
$ cd toy
$ python answer.py
42
$ echo $HOME | grep -c page-
1
```

```python
from pathlib import Path

answer = int(Path("toy/answer.py").read_text()[6]) * 7
```

```python
>>> answer
42
```

```shell
exit 1
```
"""
WRONG = {
    "python": ("```python\nassert 1 == 2\n```\n", "page.md:2: AssertionError"),
    "session": ("```python\n>>> 1 + 1\n3\n```\n", "Expected:\n    3\nGot:\n    2"),
    "output": ("```console\n$ echo one\ntwo\n```\n", "'echo one' printed\none\n"),
    "exit code": ("```console\n$ exit 3\n```\n", "'exit 3' ended with 3"),
}


@pytest.fixture
def site(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A folder whose Markdown counts as documentation."""
    monkeypatch.setattr("examples.ROOT", pytester.path)
    pytester.makeini("[pytest]\naddopts = -p examples -p no:xdist -p no:hypothesispytest")
    return pytester


def test_page_runs_every_kind_of_block(site: pytest.Pytester) -> None:
    """Files are written, commands and Python run, one after the other in the page's folder."""
    site.makefile(".md", page=PAGE)
    site.runpytest_inprocess("page.md").assert_outcomes(passed=4)


@pytest.mark.parametrize(("block", "message"), WRONG.values(), ids=WRONG)
def test_wrong_example_fails(site: pytest.Pytester, block: str, message: str) -> None:
    """An example that does not do what it says fails with what it did."""
    site.makefile(".md", page=block)
    result = site.runpytest_inprocess("page.md")
    result.assert_outcomes(failed=1)
    assert message in str(result.stdout)
