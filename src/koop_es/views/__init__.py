"""What each VHS should hold: read models in the same database, current within the ingest that changes them."""

from koop_es.views.change_lists import change_list
from koop_es.views.projector import project, project_institution
from koop_es.views.read import has_reported, open_violations, status, view, views_as_of, violations, withheld

__all__ = [
    "change_list",
    "has_reported",
    "open_violations",
    "project",
    "project_institution",
    "status",
    "view",
    "views_as_of",
    "violations",
    "withheld",
]
