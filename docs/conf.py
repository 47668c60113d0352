"""How Sphinx builds the site; ``nox -s docs`` runs it."""

import warnings

# The site asks mixins for the attributes that only a mapped class has.
warnings.filterwarnings("ignore", message="Unmanaged access of declarative attribute")

project = "stack"
author = "the stack maintainers"
project_copyright = author
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx_copybutton"]
exclude_patterns = ["_build", "reference/extras.md", "reference/changes.md"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
# Examples begin with `$` where they show what is printed too.
copybutton_prompt_text = "$ "
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_preserve_defaults = True
autodoc_inherit_docstrings = False
python_use_unqualified_type_names = True

html_theme = "furo"
html_title = "stack"
html_favicon = "icon.svg"
html_show_sphinx = False
html_copy_source = False
# The reader's own fonts: a page loads nothing from another host.
html_theme_options = {
    "light_css_variables": {
        "font-stack": "system-ui, sans-serif",
        "font-stack--monospace": "ui-monospace, monospace",
    }
}
