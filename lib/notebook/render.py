"""Renders a notebook as HTML: render.py NOTEBOOK TARGET TITLE. Formulas become <tex-math> elements."""

import html
import sys
from pathlib import Path

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


def main(notebook: str, target: str, title: str) -> None:
    exporter = HTMLExporter(
        template_name="page",
        extra_template_basedirs=[str(Path(__file__).parent)],
        filters={"markdown2html": markdown},
    )
    content = nbformat.read(notebook, as_version=4)
    page, _ = exporter.from_notebook_node(content, resources={"metadata": {"title": title}})
    Path(target).write_text(page, encoding="utf-8")


main(*sys.argv[1:])
