"""Line numbers out of a patch without context."""

from bot.domain.changes import ChangedLines, parse_hunks


def test_the_lines_of_both_sides_are_numbered() -> None:
    patch = b"""diff --git a/train.py b/train.py
index 1111111..2222222 100644
--- a/train.py
+++ b/train.py
@@ -2 +2,2 @@ def f():
-old
+new
+newer
@@ -9,2 +10,0 @@
-x
-y
"""
    assert parse_hunks(patch) == (ChangedLines("train.py", (2, 9, 10), (2, 3)),)


def test_added_and_removed_files_are_known_by_the_side_that_has_them() -> None:
    patch = b"""diff --git a/b.py b/b.py
deleted file mode 100644
--- a/b.py
+++ /dev/null
@@ -1 +0,0 @@
-x
diff --git a/a.py b/a.py
new file mode 100644
--- /dev/null
+++ b/a.py
@@ -0,0 +1 @@
+x
"""
    assert parse_hunks(patch) == (
        ChangedLines("a.py", (), (1,)),
        ChangedLines("b.py", (1,), ()),
    )


def test_content_that_looks_like_a_patch_is_content() -> None:
    patch = b"""--- a/notes.md
+++ b/notes.md
@@ -1,2 +1,3 @@
--- a/other.py
-@@ -7 +7 @@
\\ No newline at end of file
+++ b/other.py
+@@ -9 +9 @@
+x
\\ No newline at end of file
"""
    assert parse_hunks(patch) == (ChangedLines("notes.md", (1, 2), (1, 2, 3)),)


def test_quoted_names_are_read_as_they_are() -> None:
    patch = (
        b'--- "a/gr\\303\\266\\"\\\\\\n.py"\n+++ "b/gr\\303\\266\\"\\\\\\n.py"\n'
        b"@@ -1 +1 @@\n-a\n+b\n"
        b"--- a/with space\t\n+++ b/with space\t\n@@ -3 +3 @@\n-a\n+b\n"
    )
    expected = ['grö"\\\n.py', "with space"]
    assert [one.path for one in parse_hunks(patch)] == expected


def test_files_without_text_have_no_lines() -> None:
    patch = b"diff --git a/x b/x\nBinary files a/x and b/x differ\nold mode 100644\n"
    assert parse_hunks(patch) == ()
    assert parse_hunks(b"") == ()
