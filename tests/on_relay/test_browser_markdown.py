"""The Markdown of the page, in Chromium: what it becomes, in whatever pieces it comes."""

import re

import pytest

from mistralai.relay.page.document import document
from support.chromium import CHROMIUM, open_chromium

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(120),
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium, and the environment .relay"),
]

BECOMES = {
    "*a* **b** ***c*** ~~d~~ `e`": "<p><em>a</em> <strong>b</strong> <strong><em>c</em></strong>"
    " <del>d</del> <code>e</code></p>",
    "2 * 3 * 4 snake_case_word \\*x\\*": "<p>2 * 3 * 4 snake_case_word *x*</p>",
    "``a ` b``": "<p><code>a ` b</code></p>",
    "# A #\n###### B": "<h3>A</h3><h6>B</h6>",
    "a  \nb\\\nc<br>d": "<p>a  <br>b<br>c<br>d</p>",
    "- a\n- b\n  - c\n\n  d\n1. e": "<ul><li><p>a</p></li><li><p>b</p><ul><li><p>c</p></li></ul>"
    "<p>d</p></li></ul><ol><li><p>e</p></li></ol>",
    "1. a\n  - b\n2. c": "<ol><li><p>a</p><ul><li><p>b</p></li></ul></li><li><p>c</p></li></ol>",
    "> a\nb\n\n---\nc": "<blockquote><p>a\nb</p></blockquote><hr><p>c</p>",
    "- [x] a": "<ul><li><p>☑ a</p></li></ul>",
    "x:\n| a | b |\n|:-:|-:|\n| `|` | \\| |\n| 1 |": "<p>x:</p><div><table><thead><tr><th>a</th>"
    "<th>b</th></tr></thead><tbody><tr><td><code>|</code></td><td>|</td></tr>"
    "<tr><td>1</td><td></td></tr></tbody></table></div>",
    "```py\na\n\n``\n```\nb": "<figure><figcaption>py<button>Copy</button></figcaption><pre><code>"
    "<span>a\n\n``\n</span></code></pre></figure><p>b</p>",
    "~~~\nnever closed": "<figure><figcaption>code<button>Copy</button></figcaption><pre><code>"
    "<span>never closed\n</span></code></pre></figure>",
    "[a](https://a.b/c_(d)) <https://x.y> https://z.z.": "<p><a>a</a> <a>https://x.y</a>"
    " <a>https://z.z</a>.</p>",
    "[a](javascript:b) [c](d) [e] <b>f": "<p>[a](javascript:b) [c](d) [e] &lt;b&gt;f</p>",
    "![a](https://b.c/d.png)": "<p><a>Image: a</a></p>",
    "**never closed": "<p>**never closed</p>",
    "\u05d0\n\n- \u05d0": '<p dir="rtl">\u05d0</p><ul dir="rtl"><li>'
    '<p dir="rtl">\u05d0</p></li></ul>',
}
WHOLE = """(texts) => texts.map((text) => {
  const root = document.createElement('div')
  const markdown = new Markdown(root)
  markdown.feed(text)
  markdown.draw(true)
  return root.innerHTML
})"""
IN_PIECES = """([text, seed]) => {
  let state = seed
  const random = (limit) => (state = (state * 1103515245 + 12345) % 2147483648) % limit
  const root = document.createElement('div')
  const markdown = new Markdown(root)
  for (let at = 0; at < text.length;) {
    const size = 1 + random(seed % 9 + 1)
    markdown.feed(text.slice(at, at + size))
    at += size
    if (random(3)) markdown.draw()
  }
  markdown.draw(true)
  return root.innerHTML
}"""
NODES_MADE = """([start, piece, count]) => {
  let made = 0
  const original = Document.prototype.createElement
  document.createElement = function (...names) { made++; return original.apply(this, names) }
  const markdown = new Markdown(document.createElement('div'))
  markdown.feed(start)
  for (let number = 0; number < count; number++) {
    markdown.feed(piece)
    markdown.draw()
  }
  delete document.createElement
  return made
}"""


@pytest.fixture(scope="module")
def page():
    with open_chromium() as browser:
        page = browser.new_page()
        page.set_content(document())
        yield page


def test_markdown_becomes_elements(page, subtests):
    found = page.evaluate(WHOLE, list(BECOMES))
    for (text, expected), html in zip(BECOMES.items(), found, strict=True):
        with subtests.test(text):
            assert re.sub(r' (?!dir="rtl")[\w-]+="[^"]*"', "", html) == expected


def test_it_is_the_same_in_whatever_pieces_it_comes(page):
    """Text that is fed in pieces, with drawing in between, is shown like the whole text."""
    text = "\n\n".join([*BECOMES, *reversed(BECOMES)])
    (whole,) = page.evaluate(WHOLE, [text])
    for seed in range(1, 60):
        assert page.evaluate(IN_PIECES, [text, seed]) == whole, seed


GROWING = {
    "one line": ("", "words and **bold** words "),
    "lines of a paragraph": ("", "a **line**\n"),
    "paragraphs": ("", "a **paragraph**\n\n"),
    "items": ("", "- an **item**\n"),
    "rows": ("| a | b |\n|---|---|\n", "| **1** | 2 |\n"),
    "code": ("```\n", "code\n"),
    "a line of code": ("```\n", "code "),
    "quotes": ("", "> "),
    "brackets": ("", "[a]("),
}


def test_an_answer_that_is_twice_as_long_costs_at_most_a_little_more_than_twice(page, subtests):
    for name, (start, piece) in GROWING.items():
        with subtests.test(name):
            once, twice = (page.evaluate(NODES_MADE, [start, piece, n]) for n in (2000, 4000))
            assert twice <= 2.6 * once + 100
