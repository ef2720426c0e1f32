"""Reports from the shareable aggregates of a release: state workbook, MeasureReports, board report."""
