"""Comments, reactions and issues."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from bot.adapters.github.apps import profile
from bot.adapters.github.asking import Ask, parsed
from bot.adapters.github.creating import made_once
from bot.adapters.github.desk import Desk, same
from bot.adapters.github.graphql import (
    EDITED,
    EDITED_AT,
    MINIMISE,
    MINIMIZED,
    GraphQLFaultWire,
    graphql_failure,
    is_limited,
)
from bot.adapters.github.lines import Answered, Request
from bot.adapters.github.wire import (
    COMMENT,
    COMMENTS,
    ISSUE,
    ISSUES,
    NUMBERED,
    REVIEWS,
)
from bot.domain.github import (
    Comment,
    CommentDraft,
    GitHubError,
    Issue,
    IssueDraft,
    Odd,
    Place,
    Reaction,
    Review,
)


class TalkingCalls:
    """Calls of comments and issues."""

    __slots__ = ()
    _desk: Desk

    def comments(self, place: Place, number: int) -> Sequence[Comment]:
        """All comments of a pull request or issue, oldest first."""
        found = self._desk.listed(place, f"/issues/{number}/comments", COMMENTS)
        return [one.value() for one in found]

    def comments_since(self, place: Place, since: float) -> Sequence[Comment]:
        """Comments made or edited since a moment, by time of edit."""
        at = datetime.fromtimestamp(since, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        query = {"since": at, "sort": "updated", "direction": "asc"}
        found = self._desk.listed(place, "/issues/comments", COMMENTS, **query)
        once = {one.id: one.value() for one in found}
        return [one for one in once.values() if one.updated_at >= int(since)]

    def comment(self, place: Place, comment: int) -> Comment:
        """One comment as it is now."""
        found = self._desk.get(place, f"/issues/comments/{comment}", COMMENT)
        same(comment, found.id, "comment")
        return found.value()

    def reviews(self, place: Place, number: int) -> Sequence[Review]:
        """All reviews of a pull request, oldest first."""
        found = self._desk.listed(place, f"/pulls/{number}/reviews", REVIEWS)
        return [one.value(number) for one in found]

    def review_edited(self, place: Place, node: str) -> bool:
        """Whether the text of a review was changed; REST does not tell."""
        answered = self._graphql(place, EDITED, {"id": node})
        found = parsed(answered, EDITED_AT)
        self._sound(place, answered, found.faults())
        if found.data is None or found.data.node is None:
            raise GitHubError(Odd("the review is not there"))
        return found.data.node.lastEditedAt is not None

    def create_comment(
        self, place: Place, draft: CommentDraft, *, again: bool
    ) -> Comment:
        """Comment, once; an earlier try's is found by App and marker."""
        return made_once(
            lambda: self._commented(place, draft),
            lambda: self._commented_before(place, draft),
            again=again,
        )

    def _commented(self, place: Place, draft: CommentDraft) -> Comment:
        path = f"/issues/{draft.number}/comments"
        ask = self._desk.told(place, "POST", path, {"body": draft.body})
        made = self._desk.asker.read(self._desk.at(place), ask, COMMENT).value()
        same(draft.number, made.number, "a comment on")
        return made

    def _commented_before(self, place: Place, draft: CommentDraft) -> Comment | None:
        found = self.comments(place, draft.number)
        ours = [
            c for c in found if c.app == self._desk.app_id and draft.marker in c.body
        ]
        return ours[0] if ours else None

    def edit_comment(self, place: Place, comment: int, body: str) -> Comment:
        """Give one of our comments another text."""
        path = f"/issues/comments/{comment}"
        ask = self._desk.told(place, "PATCH", path, {"body": body})
        found = self._desk.asker.read(self._desk.at(place), ask, COMMENT)
        same(comment, found.id, "comment")
        return found.value()

    def minimise(self, place: Place, node: str) -> None:
        """Fold a comment away as outdated."""
        wanted = {"input": {"subjectId": node, "classifier": "OUTDATED"}}
        answered = self._graphql(place, MINIMISE, wanted, writes=True)
        found = parsed(answered, MINIMIZED)
        self._sound(place, answered, found.faults())
        done = found.data.minimizeComment if found.data else None
        if done is None or not done.minimizedComment.isMinimized:
            raise GitHubError(Odd("the comment was not folded away"))

    def _graphql(
        self,
        place: Place,
        query: str,
        variables: Mapping[str, object],
        *,
        writes: bool = False,
    ) -> Answered:
        body = {"query": query, "variables": variables}
        ask = Ask(Request("POST", "/graphql", body=body, writes=writes))
        return self._desk.asker.answer(self._desk.at(place), ask)

    def _sound(
        self, place: Place, answered: Answered, faults: Sequence[GraphQLFaultWire]
    ) -> None:
        """Raise a limit, else the first fault, of an answer of status 200."""
        if is_limited(faults, answered.headers):
            raise GitHubError(self._desk.asker.limited(self._desk.at(place), answered))
        if faults:
            raise GitHubError(graphql_failure(faults[0]))

    def react(self, place: Place, comment: int, reaction: Reaction) -> None:
        """React to a comment."""
        path = f"/issues/comments/{comment}/reactions"
        ask = self._desk.told(place, "POST", path, {"content": reaction.value})
        self._desk.asker.read(self._desk.at(place), ask, NUMBERED)

    def open_issue(self, place: Place, draft: IssueDraft, *, again: bool) -> Issue:
        """Open an issue, once; an earlier try's is found by App and marker."""
        return made_once(
            lambda: self._opened(place, draft),
            lambda: self._opened_before(place, draft),
            again=again,
        )

    def _opened(self, place: Place, draft: IssueDraft) -> Issue:
        body = {"title": draft.title, "body": draft.body}
        ask = self._desk.told(place, "POST", "/issues", body)
        return self._desk.asker.read(self._desk.at(place), ask, ISSUE).value()

    def _opened_before(self, place: Place, draft: IssueDraft) -> Issue | None:
        query = {"creator": f"{profile(self._desk).slug}[bot]", "state": "all"}
        found = self._desk.listed(place, "/issues", ISSUES, **query)
        ours = [
            one
            for wire in found
            if (one := wire.value()).app == self._desk.app_id
            and draft.marker in one.body
        ]
        return min(ours, key=lambda one: one.number, default=None)
