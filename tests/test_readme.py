"""What the README says in code runs, and what it names is there."""
import re

from tests.support import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
PATTERNS = ("*.md", "docs/*.md", "benchmarks/*.md", "pretrained/*.md", "data/**/*.md",
            "examples/*.md")
PAGES = [path for pattern in PATTERNS for path in ROOT.glob(pattern)]
LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")


def own_words(page):
    """The text of a page without what it quotes."""
    lines = page.read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if not line.startswith(">"))


def test_every_relative_link_of_a_page_leads_somewhere():
    missing = [f"{page.relative_to(ROOT)}: {target}" for page in PAGES
               for target in LINK.findall(own_words(page))
               if not (page.parent / target).exists()]
    assert missing == []


def test_every_command_of_a_page_names_a_program_or_benchmark_that_is_there():
    named = {match for page in PAGES
             for match in re.findall(r"python (?:-m )?([\w./]+)", page.read_text(encoding="utf-8"))}
    paths = {ROOT / (name if name.endswith(".py") else f"{name.replace('.', '/')}.py")
             for name in named if name.endswith(".py") or "." in name}
    assert [path for path in paths if not path.exists()] == []
