"""The life cycles as tables for the documentation, generated from the code so that they can't lie."""

from applications.enums import STRUCTURE_WORDS
from applications.workflow import WORKFLOW
from core.transitions import Transition, Workflow
from labels.workflow import LABEL, MORATORIUM
from training.workflow import ENROLMENT, SESSION, SUPPORT

WORKFLOWS = (WORKFLOW, MORATORIUM, LABEL, SESSION, ENROLMENT, SUPPORT)
INTRODUCTION = """# Cycles de vie

Page générée par `manage.py write_state_tables` à partir du code : ne pas la modifier à la main.
"""


def state_tables() -> str:
    """The whole page, Markdown."""
    return "\n".join([INTRODUCTION, *(_section(workflow) for workflow in WORKFLOWS)])


def _section(workflow: Workflow) -> str:
    words = STRUCTURE_WORDS if workflow is WORKFLOW else {}
    states = [f"| {state.label} | {words.get(state.value, state.label)} |" for state in workflow.states]
    rows = [_row(row, workflow) for row in workflow.rows]
    return "\n".join(
        [
            f"## {workflow.name.capitalize()}",
            "",
            "| État (agents) | État (structure) |",
            "|---|---|",
            *states,
            "",
            "| Acte | De | Vers | Qui | Conditions | Document | Échéances ouvertes | Échéances closes |",
            "|---|---|---|---|---|---|---|---|",
            *rows,
            "",
        ]
    )


def _row(row: Transition, workflow: Workflow) -> str:
    sources = ", ".join(state.label for state in workflow.states if state.value in row.sources)
    target = workflow.states(row.target).label
    who = " ".join((row.may.__doc__ or row.may.__name__).split())
    guards = ", ".join(f"`{guard.__name__}`" for guard in row.guards) or "–"
    cells = (
        row.label, sources, target, who, guards, row.document or "–",
        ", ".join(row.opens) or "–", ", ".join(row.closes) or "–",
    )  # fmt: skip
    return "| " + " | ".join(cells) + " |"
