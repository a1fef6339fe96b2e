"""Reactions to comments."""

from tests.fakegithub import changes
from tests.fakegithub.operations.call import Answer, Call, Handler, not_found
from tests.fakegithub.records import Comment
from tests.fakegithub.shapes import issues


def _comment(call: Call) -> Comment | None:
    return call.repository.comments.get(call.number("comment_id"))


def _bot(call: Call) -> int:
    return call.app.bot_id


def create_reaction(call: Call) -> Answer:
    """Reacts to a comment: 201, or 200 when the reaction was there."""
    comment = _comment(call)
    if comment is None:
        return not_found()
    reacted, new = changes.react(
        call.world, comment, call.body["content"], call.app.bot_id
    )
    return Answer(201 if new else 200, issues.reaction(call.world, reacted))


def list_reactions(call: Call) -> Answer:
    """The reactions to a comment."""
    comment = _comment(call)
    if comment is None:
        return not_found()
    content = call.query.get("content")
    found = [r for r in comment.reactions if content in {None, r.content}]
    return call.page(found, lambda r: issues.reaction(call.world, r))


def delete_reaction(call: Call) -> Answer:
    """Takes a reaction of one's own back."""
    comment, wanted = _comment(call), call.number("reaction_id")
    if comment is None:
        return not_found()
    kept = [
        r for r in comment.reactions if (r.id, r.account_id) != (wanted, _bot(call))
    ]
    if len(kept) == len(comment.reactions):
        return not_found()
    comment.reactions = kept
    return Answer(204)


OPERATIONS: dict[str, Handler] = {
    "reactions/create-for-issue-comment": create_reaction,
    "reactions/list-for-issue-comment": list_reactions,
    "reactions/delete-for-issue-comment": delete_reaction,
}
