"""From a suite to the configuration that its cases run in: the listed artifacts and nothing
else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from apns_connector.errors import InvalidDeployment
from apns_connector.flow_tests.mock_service import MockBackends
from apns_connector.flow_tests.stand_ins import StandInKeeper, StandInVault, stand_in_resources
from apns_connector.flow_tests.suite import Suite
from apns_connector.mediation.configuration import Configuration, build_configuration
from apns_connector.mediation.deployment.files import DeploymentFiles
from apns_connector.mediation.deployment.layout import Layout
from apns_connector.mediation.library import Document, Library
from apns_connector.mediation.reading import ClassFactory
from apns_connector.mediation.registry import Mounted, Registry

# Where projects keep the values of ${configs.…}.
_CONFIGS = ("conf/config.properties", "src/main/wso2mi/resources/conf/config.properties")
# A registry root that has nothing in it: resources are those that the suite lists.
_NOWHERE = Path("/nonexistent/registry")


class SuiteFiles(DeploymentFiles):
    """What a suite lists stands for the files of a deployment."""

    def __init__(self, suite: Suite, layout: Layout) -> None:
        super().__init__(layout)
        self._suite = suite

    def artifacts(self) -> list[Document]:
        return list(self._suite.documents)

    def connectors(self) -> list[Library]:
        return list(self._suite.libraries)

    def resources(self) -> dict[str, Mounted]:
        return {**stand_in_resources(self._suite.documents), **self._suite.resources}


def build(
    suite: Suite,
    *,
    classes: Mapping[str, ClassFactory],
    libraries: Iterable[Library],
    environment: Mapping[str, str],
) -> tuple[Configuration, MockBackends]:
    """A configuration in which nothing has run yet, and the backends that it asks.

    ``libraries`` beside those of the suite; ``environment`` for ``$SYSTEM:``. Raises
    InvalidDeployment with all problems of the artifacts.
    """
    configs = [suite.folder / name for name in _CONFIGS if (suite.folder / name).is_file()]
    layout = Layout(suite.folder, configs=configs)
    files = SuiteFiles(suite, layout)
    configuration, problems = build_configuration(
        layout,
        files,
        Registry(_NOWHERE, files.resources()),
        classes=classes,
        libraries=list(libraries),
        vault=StandInVault(suite.folder),
        environment=environment,
    )
    if problems:
        raise InvalidDeployment(problems)
    backends = MockBackends(suite.services)
    configuration.transport = backends
    configuration.keeper = StandInKeeper()
    return configuration, backends
