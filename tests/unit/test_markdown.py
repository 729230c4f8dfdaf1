r"""Untrusted Markdown keeps its looks, and loses what a notebook would run or load.

Invariants, for any text and however a reader of Markdown takes it:

- no `<` of the text begins a tag, a comment or a declaration;
- there is no image, and no link but to http, https, mailto or a relative address.
"""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from mistralai.client._markdown import code, encode, folded, link, safe, span

OWN = re.compile(r'</?(?:pre|code)(?: class="language-[\w+#.-]+")?>')
READER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
READER.validateLink = lambda _: True  # the most trusting of readers

dangers = r"""
<script>|</script>|<img src=x onerror=a()>|<!--|<?|<![CDATA[|<javascript:a()>|[x](javascript:a())
[x]: javascript:a()|![i](http://e/x)|[x](data:text/html,a)|[x](&#106;avascript:a())
[x](java&Tab;script:a())|[x](\javascript:a())|\href{|](|]:|javascript:|https://e|````html
```|~~~|``|$$|</details>|&lt;|<|---|    |1. |> |- |
"""
parts = [*re.split(r"[|\n]", dangers), *"[]()<>!\\`$|*_ \t\n\r\x01\x0b\x0c\xa0a", "\n\n", "\r\n"]
texts = st.lists(st.sampled_from(parts), max_size=16).map("".join) | st.text()


def tags_of_others(markdown):
    return re.findall(r"<[A-Za-z/!?]", OWN.sub("\0", markdown))


def destinations(markdown):
    """Return the addresses of links as a browser reads them, and of all images."""
    found = []
    for block in READER.parse(markdown):
        for token in [block, *(block.children or [])]:
            if token.type == "image":
                found.append("image:")
            elif token.type == "link_open":
                found.append(re.sub(r"[\x00-\x20]|%[01][0-9A-F]|%20", "", token.attrs["href"]))
    return found


def schemes(markdown):
    found = (re.match(r"([A-Za-z][\w+.-]*):", address) for address in destinations(markdown))
    return {match[1].lower() for match in found if match}


@settings(max_examples=150)
@given(texts)
def test_nothing_of_a_text_runs_or_loads(text):
    shown = safe(text)
    assert tags_of_others(shown) == []
    assert schemes(shown) <= {"http", "https", "mailto"}


LOOKS = {
    "Text, *emphasis* and `code`.": None,
    "a < b, 1<2 and a && b": None,
    "| a | b |\n| --- | --- |\n| 1 | `x` |": None,
    "See [the docs](https://e/x?a=1#b), [here](/a) or <b>": (
        "See [the docs](https://e/x?a=1#b), [here](/a) or &lt;b>"
    ),
    "```python\nif a[0]: print('x')\n```\ntext": None,
    "A line,\nanother.\n\n# T\n> a\n> b": "A line,  \nanother.\n\n# T  \n> a  \n> b",
    "1. Run\n   ~~~sh\n   ls\n   ~~~\n2. Done": None,
    "```python\nprint(1)": "```python\nprint(1)\n```",
    "> ~~~\n> still": "> ~~~\n> still\n> ~~~",
    "x<y": "x&lt;y",
    "$a<b$ and $$a<b$$": "$a< b$ and $$a< b$$",
    "Use `<b>`, ``a`<i>`` or `x`": (
        "Use <code>&#60;b&#62;</code>, <code>a&#96;&#60;i&#62;</code> or `x`"
    ),
    "`open <b>\n\nnext`": "`open &lt;b>\n\nnext`",
    "- Page:\n  ```html\n  <p>\n    a\n  ```\n- b": (
        '- Page:\n  <pre><code class="language-html">&#60;p&#62;&#10;  a</code></pre>\n- b'
    ),
    "````\n```\n<b>\n````": "<pre><code>&#96;&#96;&#96;&#10;&#60;b&#62;</code></pre>",
    "![cat](https://e/cat.png)": "[cat](https://e/cat.png)",
    "[run](javascript:a()) [a](file:///x)": "[run]&#40;javascript:a()) [a]&#40;file:///x)",
    "[a](java&#x" + 200 * "0" + "73;cript:a())": "[a]&#40;java&#x" + 200 * "0" + "73;cript:a())",
    r"$\href{javascript:a()}{b}$ $\href{https://e}{b}$": (
        r"$href{javascript:a()}{b}$ $\href{https://e}{b}$"
    ),
    "a\r\n\r\nb\r\rc": "a\n\nb\n\nc",
}


def test_a_text_looks_as_it_was_written(subtests):
    for text, shown in LOOKS.items():
        with subtests.test(text):
            assert safe(text) == (text if shown is None else shown)


@pytest.mark.uncounted
def test_a_hostile_text_is_neutralised_in_time():
    """Each of these takes minutes where a search begins again at every character."""
    for part in ("](", "!", "\\", "`", "```\n", "$$ ", "1. ", "> ", "\n \n", "<", "](\n", "`a``b"):
        text = part * (50_000 // len(part))
        assert tags_of_others(safe(f"{text}a`<b>")) == []


def test_the_pieces_of_a_page_are_neutral_too():
    assert code("a = 1", "python") == "```python\na = 1\n```"
    assert code("a ``` b") == "````\na ``` b\n````"
    assert code('{"a": "<b>"}', "json").startswith('<pre><code class="language-json">&#123;')
    assert span("a<b>|") == "<code>a&#60;b&#62;&#124;</code>"
    assert encode("_a_\n") == "&#95;a&#95;&#10;"
    assert link("a]", "https://e/a b)") == "[a&#93;](https://e/a%20b%29)"
    assert link("a", "javascript:b") == "a"
    assert folded("<a>", "b") == ("<details>\n<summary>&#60;a&#62;</summary>\n\nb\n\n</details>")
