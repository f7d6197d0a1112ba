import pytest

from apns_connector.errors import InvalidDeployment
from apns_connector.flow_tests.building import build
from apns_connector.flow_tests.reading import read_suite
from apns_connector.flow_tests.stand_ins import StandInKeeper
from apns_connector.mediation.xml import SYNAPSE


def built(file, **environment):
    return build(read_suite(file), classes={}, libraries=[], environment=environment)


def test_a_configuration_holds_what_is_listed_and_asks_the_mock_services(project):
    configuration, backends = built(project({"registry/governance/x.txt": "there"}))
    assert configuration.sequence("Greet") is not None
    assert configuration.endpoint("Names") is not None
    assert configuration.transport is backends
    assert isinstance(configuration.keeper, StandInKeeper)
    assert configuration.registry.text("gov:x.txt") is None


def test_each_configuration_is_another_one(project):
    suite = read_suite(project())
    first, second = (build(suite, classes={}, libraries=[], environment={})[0] for _ in range(2))
    assert first.sequence("Greet") is not second.sequence("Greet")


def test_a_project_tells_its_configs(project):
    source = {"src/main/wso2mi/resources/conf/config.properties": "NAME=x"}
    assert built(project(source))[0].configs == {"NAME": "x"}


def test_all_problems_of_the_artifacts_are_told(project, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    sequence = f"<sequence xmlns='{SYNAPSE}' name='S'>\n<lgo/>\n<sequence key='none'/></sequence>"
    with pytest.raises(InvalidDeployment) as raised:
        built(project({"flows/Greet.xml": sequence}))
    places = [(problem.file, problem.line) for problem in raised.value.problems]
    assert places == [("flows/Greet.xml", 2), ("flows/Greet.xml", 3)]
