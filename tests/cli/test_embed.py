"""`mistralai embed`: vectors of texts, in batches, in order."""

import csv
import json

import pytest

from mistralai.simulator import Answer, Scenario, Simulator, faults
from support.commands import run_here


def embed(sim, *words, **options):
    return run_here("embed", *words, MISTRAL_API_KEY="key", MISTRAL_SERVER_URL=sim.url, **options)


def rows(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


def inputs(sim):
    return [request.json["input"] for request in sim.requests]


@pytest.fixture
def sim():
    with Simulator() as sim:
        yield sim


def test_each_text_gives_a_row_in_order_whatever_the_batches(sim, subtests, tmp_path):
    path = tmp_path / "lines.txt"
    path.write_bytes(b"\xef\xbb\xbfone\r\n\r\ntwo\r\n  \r\ncaf\xe9\r\nfour\r\nfive")
    texts = ["one", "two", "caf\ufffd", "four", "five"]
    alone = {text: rows(embed(sim, "--dimensions", "3", text))[0] for text in texts}
    assert {len(row["embedding"]) for row in alone.values()} == {3}
    for batch, sizes in [("2", [2, 2, 1]), ("5", [5]), ("1", [1] * 5)]:
        with subtests.test(f"--batch {batch}"):
            before = len(sim.requests)
            done = embed(sim, "--dimensions", "3", "--batch", batch, "--lines", str(path))
            assert (done.stderr, done.returncode) == ("", 0)
            assert [len(texts) for texts in inputs(sim)[before:]] == sizes
            assert rows(done) == [
                {**alone[text], "index": index}
                for index, text in zip((0, 2, 4, 5, 6), texts, strict=True)
            ]
    with subtests.test("CSV"):
        done = embed(sim, "--csv", "--dimensions", "3", "one", 'a "b", c')
        header, first, second = csv.reader(done.stdout.splitlines())
        assert header == ["index", "text", "e0", "e1", "e2"]
        assert [float(number) for number in first[2:]] == alone["one"]["embedding"]
        assert second[:2] == ["1", 'a "b", c']
    with subtests.test("standard input"):
        for words, text in [((), "one\ntwo"), (("--lines", "-"), "one")]:
            assert rows(embed(sim, *words, stdin="one\ntwo\n"))[0]["text"] == text
    with subtests.test("fields"):
        done = embed(sim, "-m", "codestral-embed", "--dtype", "int8", "one")
        assert all(isinstance(number, int) for number in rows(done)[0]["embedding"])
        assert sim.requests[-1].json["model"] == "codestral-embed"


def test_a_batch_that_is_too_large_is_divided(sim):
    long = ["x" * 30_000, "y" * 30_000, "z"]
    assert [row["text"] for row in rows(embed(sim, *long))] == long
    assert inputs(sim) == [long[:1], long[1:]]
    refusal = {"object": "error", "message": "Too many tokens overall, split", "code": "3210"}
    refused = Answer.of_json(refusal, status=400)
    with Simulator([refused, Scenario()]) as once:
        assert [row["text"] for row in rows(embed(once, "a", "b", "c"))] == ["a", "b", "c"]
        assert inputs(once) == [["a", "b", "c"], ["a"], ["b", "c"]]
    with Simulator(refused) as always:
        done = embed(always, "a")
        assert "Too many tokens overall" in done.stderr
        assert (done.returncode, len(always.requests)) == (1, 1)


def test_a_failure_comes_after_the_rows_before_it(subtests):
    data = [{"index": 1, "embedding": [1.0]}, {"index": 0, "embedding": [0.0]}]
    turned = Answer.of_json({"data": data})
    for answers, vectors, message in [
        ([turned, Scenario(faults=[faults.Status(status=400)])], [[0.0], [1.0]], "status 400"),
        ([turned, Answer.of_json({"data": data[1:]})], [[0.0], [1.0], [0.0]], "vector for text 3"),
    ]:
        with subtests.test(message), Simulator(answers) as sim:
            done = embed(sim, "--batch", "2", "a", "b", "c", "d")
            assert [row["embedding"] for row in rows(done)] == vectors
            assert message in done.stderr
            assert done.returncode == 1


def test_without_a_text_it_is_a_usage_error(sim):
    for words in ([], ["--lines", "-"], ["--lines", "-", "text"], ["--lines", "missing"]):
        done = embed(sim, *words)
        assert (done.stdout, done.returncode) == ("", 2)
        assert "Error: " in done.stderr
