import json

from hypothesis import given
from hypothesis import strategies as st

from mistralai.client._answer.partial_json import GrowingJSON, ItemScanner
from support.streams import cut_every
from support.work import count_steps

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def grown(*pieces):
    growing = GrowingJSON()
    for piece in pieces:
        growing.add(piece)
    return growing


CUT = [
    ('{"a": "op', {"a": "op"}),
    ('{"a": [1, 2', {"a": [1, 2]}),
    ('{"a": tr', {}),
    ('"\\u00', ""),
    ('{"a": {"b": "c"}}', {"a": {"b": "c"}}),
]


def test_json_that_is_cut_reads_as_far_as_it_goes(subtests):
    for text, value in CUT:
        with subtests.test(text=text):
            assert grown(text).partial() == value


def test_what_does_not_begin_like_json_reads_as_nothing(subtests):
    for text in ["", "  ", "Here is", "nul", "-"]:
        with subtests.test(text=text):
            assert grown(text).partial(last=True) is None


def test_text_that_did_not_grow_is_not_read_again():
    growing = grown('{"a": 1')
    assert growing.partial() == {"a": 1}
    assert growing.partial() is None
    assert growing.partial(last=True) is None
    growing.add("}")
    assert growing.partial() == {"a": 1}
    assert growing.text == '{"a": 1}'


def test_past_4_kib_it_is_read_when_it_grew_by_a_64th():
    growing = grown('"' + "x" * 6399)
    assert len(growing.partial()) == 6399
    growing.add("x" * 99)
    assert growing.partial() is None
    growing.add("x")
    assert len(growing.partial()) == 6499
    growing.add('x"')
    assert growing.partial() is None
    assert len(growing.partial(last=True)) == 6500


def test_up_to_4_kib_it_is_read_after_any_growth():
    growing = grown('"' + "x" * 4094)
    assert len(growing.partial()) == 4094
    growing.add("x")
    assert len(growing.partial()) == 4095


def test_the_number_of_readings_grows_with_the_logarithm_of_the_text():
    growing, readings = grown('"'), 0
    for _ in range(100_000):
        growing.add("word ")
        readings += growing.partial() is not None
    assert readings < 4096 / 5 + 64 * 8


def scan(pieces):
    scanner = ItemScanner()
    return [item for piece in pieces for item in scanner.feed(piece)]


@given(st.lists(JSON, max_size=6), st.integers(1, 7), st.sampled_from([None, 1]), st.booleans())
def test_the_elements_of_any_list_are_found_however_it_is_cut(elements, size, indent, ascii_only):
    """Invariant: for any cutting, the elements are those of the list, in order."""
    text = json.dumps({"items": elements}, indent=indent, ensure_ascii=ascii_only)
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    assert [json.loads(item) for item in scan(pieces)] == elements


ITEMS = [
    ('{"items": [{"a": "}"}', ['{"a": "}"}']),
    ('{"items": [[1, [2]]', ["[1, [2]]"]),
    ('{"items": ["a\\"b"', ['"a\\"b"']),
    ('{"items": [12', []),
    ('{"items": [12,', ["12"]),
    ('{"items": [12 ]', ["12"]),
    ('{"items": [ ]} [1, 2]', []),
    ('{"items": []', []),
]


def test_an_element_is_returned_as_soon_as_it_is_complete(subtests):
    for piece, found in ITEMS:
        with subtests.test(piece=piece):
            assert scan([piece]) == scan(piece) == found


def test_what_is_not_an_object_with_items_first_has_none(subtests):
    for text in ['{"other": [1]}', "[1, 2]", '"items"', "Here: {", '{"items": {"a": 1}}']:
        with subtests.test(text=text):
            assert scan([text]) == scan(text) == []


def test_the_scanner_reads_only_new_text():
    """Invariant: a piece of a list costs the same however long the list is."""

    def steps(number):
        text = json.dumps({"items": [{"text": "x" * 40}] * number}).encode()
        pieces = [piece.decode() for piece in cut_every(text, 8)]
        scanner = ItemScanner()
        return count_steps(lambda: [scanner.feed(piece) for piece in pieces])

    assert steps(2000) < 11 * steps(200)
