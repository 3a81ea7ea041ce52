"""Renders notebooks as HTML: render.py TEMPLATE NOTEBOOK TARGET TITLE ... Formulas become <tex-math> elements."""

import html
import sys
from pathlib import Path

# A check of addresses that no notebook needs, and that takes half of the time to start.
sys.modules["rfc3987_syntax"] = None

import nbformat
from nbconvert.exporters import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath


def formula(tex: str, display: str) -> str:
    return f'<tex-math display="{display}">{html.escape(tex.strip())}</tex-math>'


class Renderer(IPythonRenderer):
    """Markdown as notebooks know it, with formulas kept apart from the text."""

    def block_math(self, body: str) -> str:
        return formula(body, "block")

    def inline_math(self, body: str) -> str:
        return formula(body, "inline")

    def latex_environment(self, name: str, body: str) -> str:
        return formula(f"\\begin{{{name}}}{body}\\end{{{name}}}", "block")


def markdown(source: str) -> str:
    return MarkdownWithMath(renderer=Renderer(escape=False)).render(source)


def main(template: str, *jobs: str) -> None:
    here = str(Path(__file__).parent)
    exporter = HTMLExporter(
        template_name=template,
        extra_template_basedirs=[here],
        # Where one template finds another one by "page/index.html.j2".
        extra_template_paths=[here],
        filters={"markdown2html": markdown},
    )
    for notebook, target, title in zip(jobs[::3], jobs[1::3], jobs[2::3]):
        content = nbformat.read(notebook, as_version=4)
        page, _ = exporter.from_notebook_node(content, resources={"metadata": {"title": title}})
        Path(target).write_text(page, encoding="utf-8")


main(*sys.argv[1:])
