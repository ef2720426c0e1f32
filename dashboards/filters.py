"""Filters in the sidebar. Their values are kept in the page's address, so that it can be bookmarked."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st


def choose(
    key: str,
    label: str,
    options: Sequence[str],
    words: Callable[[str], str] = str,
    default: int = 0,
) -> str:
    """Draw a selection in the sidebar.

    Streamlit's own binding to the address would put the texts there instead of the values.

    Args:
        key: its name in the address.
        label: its label.
        options: values, at least one.
        words: text of a value.
        default: place of the value that needs no address.

    Returns:
        The chosen value.
    """
    named = st.query_params.get(key)
    index = options.index(named) if named in options else default
    chosen = st.sidebar.selectbox(label, options, index=index, format_func=words)
    if chosen is None or chosen == options[default]:
        st.query_params.pop(key, None)
        return options[default]
    st.query_params[key] = chosen
    return chosen
