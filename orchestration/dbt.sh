#!/bin/sh
# The dbt executable that dagster-dbt starts; runs dbt_command with the pipeline's Python.
# dagster-dbt calls --version before each command. dbt's own answer costs 3 CPU seconds of imports.
python=${CASELOAD_PYTHON:?set by orchestration/dbt_build.py}
if [ "$*" = --version ]; then
    exec "$python" -c 'from importlib.metadata import version; print(version("dbt-core"))'
fi
exec "$python" -m orchestration.dbt_command "$@"
