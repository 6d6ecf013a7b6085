"""Comments as pages show them."""

from __future__ import annotations

import re
from functools import partial

from markupsafe import Markup, escape

from appliance.comments import CommentView


def mentioned(comment: CommentView) -> Markup:
    """The text of a comment, escaped, with the people it mentions set off from it."""
    names = sorted(comment.mentions, key=len, reverse=True)
    if not names:
        return escape(comment.text)
    pattern = re.compile(rf"@({'|'.join(map(re.escape, names))})(?![\w@+-])", re.IGNORECASE)
    pieces: list[Markup] = []
    end = 0
    for found in pattern.finditer(comment.text):
        pieces += [escape(comment.text[end : found.start()]), _MENTION(found[0])]
        end = found.end()
    return Markup().join([*pieces, escape(comment.text[end:])])


_MENTION = partial(Markup('<bdi class="mention">{}</bdi>').format)
