"""Tables of results shown in a Markdown page, copied so that no number is typed by hand.

Between `<!-- results/tables/NAME.md -->` and `<!-- end -->` stands that file's text.
`python -m experiments.readme` copies anew; a test compares.
"""

import re
from pathlib import Path

BLOCK = re.compile(r"(<!-- (results/\S+\.md) -->\n)(.*?)(<!-- end -->)", re.DOTALL)


def filled(text: str, root: Path) -> str:
    """The page with every block holding its file's present text.

    Raises:
        FileNotFoundError: a block names a file that is not there.
    """

    def fill(block: re.Match[str]) -> str:
        content = (root / block[2]).read_text(encoding="utf-8").strip()
        return f"{block[1]}\n{content}\n\n{block[4]}"

    return BLOCK.sub(fill, text)


def main() -> None:
    """Refresh README.md beside the package."""
    root = Path(__file__).parent.parent
    page = root / "README.md"
    page.write_text(filled(page.read_text(encoding="utf-8"), root), encoding="utf-8")


if __name__ == "__main__":
    main()
