"""Checks a resource against FHIR R4: fhir.resources has the elements and types, this module the codes."""

from __future__ import annotations

from typing import Any

from fhir.resources.R4B.task import Task

# Required value sets of Task in FHIR 4.0.1, which the models of fhir.resources do not check.
VALUE_SETS = {
    "status": {
        "draft", "requested", "received", "accepted", "rejected", "ready", "cancelled",
        "in-progress", "on-hold", "failed", "completed", "entered-in-error",
    },
    "intent": {
        "unknown", "proposal", "plan", "order", "original-order", "reflex-order", "filler-order",
        "instance-order", "option",
    },
    "priority": {"routine", "urgent", "asap", "stat"},
}  # fmt: skip


class InvalidTaskError(Exception):
    """A resource is no Task of FHIR R4."""


def validated_task(resource: dict[str, Any]) -> Task:
    """Parse a Task.

    Raises:
        InvalidTaskError: an element is unknown, missing or of another type, a code is not in its value
            set, or lastModified is before authoredOn (invariant inv-1).
    """
    try:
        task = Task.model_validate(resource)
    except ValueError as error:
        raise InvalidTaskError(str(error)) from error
    for element, codes in VALUE_SETS.items():
        if getattr(task, element) not in codes:
            raise InvalidTaskError(f"{element} is not in its value set")
    if task.lastModified < task.authoredOn:
        raise InvalidTaskError("inv-1: lastModified is before authoredOn")
    return task
