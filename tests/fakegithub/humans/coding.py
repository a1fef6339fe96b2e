"""Writing code: repositories, forks, pushes."""

from tests.fakegithub.changes import Refused
from tests.fakegithub.humans.someone import Files, Someone
from tests.fakegithub.landing import landed
from tests.fakegithub.plumbing import Draft
from tests.fakegithub.pull_changes import real_git, signed
from tests.fakegithub.records import Repository
from tests.fakegithub.state import Happening


class Codes(Someone):
    """Somebody who writes code."""

    __slots__ = ()

    def founds(
        self,
        name: str,
        files: Files,
        *,
        private: bool = True,
        owner_id: int | None = None,
    ) -> Repository:
        """A new repository with one commit on its default branch."""
        with self.world.lock:
            made = Repository(
                self.world.new_id(),
                owner_id or self.id,
                name,
                self.world.clock.now(),
                private=private,
            )
            if made.owner_id != self.id:
                made.collaborators[self.id] = "admin"
            self.world.repositories[made.id] = made
            git = real_git(self.world)
            git.create(made)
            first = Draft("Begin", signed(self.world, self.id), changes=files)
            git.write(made, f"refs/heads/{made.default_branch}", [first])
            self._tells_of(made)
        return made

    def _tells_of(self, made: Repository) -> None:
        """Installations that reach all repositories reach a new one, and hear of it."""
        told = Happening("repository", "created", made.id, None, self.id)
        self.world.emit(told)

    def forks(self, repository: Repository) -> Repository:
        """A fork of one's own."""
        with self.world.lock:
            self.may(repository, "read", "fork")
            made = Repository(
                self.world.new_id(),
                self.id,
                repository.name,
                self.world.clock.now(),
                private=repository.private,
                default_branch=repository.default_branch,
                fork_of=repository.id,
            )
            self.world.repositories[made.id] = made
            real_git(self.world).fork(repository, made)
            self._tells_of(made)
        return made

    def pushes(
        self,
        repository: Repository,
        branch: str,
        files: Files,
        message: str = "A step",
        base: str | None = None,
    ) -> str:
        """One more commit on a branch; a new branch grows from `base`; its SHA."""
        with self.world.lock:
            git = real_git(self.world)
            before = git.ref(repository, f"refs/heads/{branch}")
            start = base or repository.default_branch
            tip = before or git.resolve(repository, start)
            return self._lands(repository, branch, before, tip, (message, files))

    def force_pushes(
        self,
        repository: Repository,
        branch: str,
        files: Files,
        message: str = "Rewritten",
        base: str | None = None,
    ) -> str:
        """Replaces a branch by one commit on `base` (the default branch); its SHA."""
        with self.world.lock:
            git = real_git(self.world)
            before = git.ref(repository, f"refs/heads/{branch}")
            tip = git.resolve(repository, base or repository.default_branch)
            return self._lands(repository, branch, before, tip, (message, files))

    def begins_anew(self, repository: Repository, branch: str, files: Files) -> str:
        """Replaces a branch by one commit with none before it; its SHA."""
        with self.world.lock:
            before = real_git(self.world).ref(repository, f"refs/heads/{branch}")
            return self._lands(repository, branch, before, None, ("Begin", files))

    def _lands(
        self,
        repository: Repository,
        branch: str,
        before: str | None,
        onto: str | None,
        commit: tuple[str, Files],
    ) -> str:
        self.may(repository, "write", "push")
        if repository.archived:
            raise Refused("This repository was archived so it is read-only.", None, 403)
        message, files = commit
        ref = f"refs/heads/{branch}"
        draft = Draft(message, signed(self.world, self.id), onto, files)
        made = real_git(self.world).write(repository, ref, [draft])[0]
        landed(self.world, repository, [(ref, before, made)], self.id)
        return made

    def rebases(self, repository: Repository, branch: str, onto: str = "main") -> str:
        """Replays a branch onto another and force-pushes it; its new tip."""
        with self.world.lock:
            self.may(repository, "write", "push")
            git, ref = real_git(self.world), f"refs/heads/{branch}"
            before = git.ref(repository, ref)
            made = git.rebase(repository, branch, onto, signed(self.world, self.id))
            if made is None:
                raise Refused(f"{branch} conflicts with {onto}.")
            moves = [(ref, before, made)]
            landed(self.world, repository, moves, self.id)
        return made

    def tags(self, repository: Repository, name: str, at: str) -> str:
        """Sets a tag to a branch's tip, or any other commit; its SHA."""
        with self.world.lock:
            self.may(repository, "write", "push")
            git, ref = real_git(self.world), f"refs/tags/{name}"
            before, sha = git.ref(repository, ref), git.resolve(repository, at)
            if sha is None:
                raise Refused(f"src refspec {at} does not match any.")
            git.move(repository, ref, sha)
            landed(self.world, repository, [(ref, before, sha)], self.id)
        return sha

    def deletes_branch(self, repository: Repository, branch: str) -> None:
        """Deletes a branch; its open pull requests close."""
        with self.world.lock:
            self.may(repository, "write", "delete a branch")
            git, ref = real_git(self.world), f"refs/heads/{branch}"
            before = git.ref(repository, ref)
            git.move(repository, ref, None)
            moves = [(ref, before, None)]
            landed(self.world, repository, moves, self.id)
