"""Which sites may have a role under a scenario."""

from aktar.planning.rules.demand import Scenario, Site, Terms


def admits(terms: Terms, site: Site) -> bool:
    """Whether a site may have the role that `terms` describe, distance aside."""
    return (
        site.is_active
        and (not terms.kinds or site.kind in terms.kinds)
        and (not terms.cities or site.city in terms.cities)
        and (not terms.tags or not terms.tags.isdisjoint(site.tags))
        and (terms.last_priority is None or site.priority <= terms.last_priority)
    )


def may_dispatch(scenario: Scenario, site: Site) -> bool:
    """Whether a site may dispatch packages, distance aside."""
    return site.dispatches and admits(scenario.dispatchers, site)
