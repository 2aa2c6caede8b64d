"""The documentation's site: pages here and those of each package, built by ``hatch run docs``."""

project = "mssql-core"
copyright = "mssql-core contributors"
extensions = ["myst_parser", "sphinx_copybutton"]

# The source folder is the repository's: a package keeps its pages beside its code.
include_patterns = ["docs/*", "docs/[!_]*/**", "packages/*/docs/**"]
root_doc = "docs/index"

html_theme = "furo"
html_title = "mssql-core"
# The site's own root leads to the first page.
html_extra_path = ["_root"]

myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence"]
# `hatch run docs-links` asks every address. These answer programs with a refusal.
linkcheck_ignore = [r"https?://localhost", r"https://db\.example\.com"]
linkcheck_anchors = False
