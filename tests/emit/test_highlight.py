"""Source with its words marked."""

from __future__ import annotations

import re
from html import unescape

from hypothesis import given
from hypothesis import strategies as st

from derive.emit.highlight import highlighted

SOURCE = '''def f(x, *, out=None):
    """Half of x < 1 & more."""
    return 0.5 * np.exp(-x)  # e to the "-x"
'''


def without_marks(html: str) -> str:
    return unescape(re.sub(r"</?span[^>]*>", "", html))


def test_kinds() -> None:
    shown = highlighted(SOURCE)
    for part in (
        '<span class="k">def</span> <span class="f">f</span>(x',
        '<span class="s">&quot;&quot;&quot;Half of x &lt; 1 &amp; more.&quot;&quot;&quot;</span>',
        '<span class="n">0.5</span>',
        '<span class="f">exp</span>',
        '<span class="c"># e to the &quot;-x&quot;</span>',
        '<span class="k">None</span>',
    ):
        assert part in shown
    assert without_marks(shown) == SOURCE


@given(st.text(alphabet="ab_1.e-+#'\"\\\n<>&() ", max_size=60))
def test_no_character_is_lost_or_left_as_code(source: str) -> None:
    shown = highlighted(source)
    assert without_marks(shown) == source
    assert not re.search(r"<(?!/?span)", shown)
