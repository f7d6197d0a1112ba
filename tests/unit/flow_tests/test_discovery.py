import pytest

from apns_connector.errors import ConfigurationError
from apns_connector.flow_tests.discovery import find_suites


def test_the_root_of_a_file_tells_a_unit_test(project, tmp_path):
    test = project({"notes.txt": "<unit-test/>", "a.xml": "<a", "target/x.xml": "<unit-test/>"})
    assert find_suites([tmp_path]) == [test]
    assert find_suites([test, tmp_path]) == [test]


def test_a_broken_unit_test_is_not_passed_over(project, tmp_path):
    test = project({"test/greet.xml": "<unit-test>"})
    assert find_suites([tmp_path]) == [test]


def test_nothing_to_run_is_a_mistake(tmp_path):
    with pytest.raises(ConfigurationError, match="there is no unit test"):
        find_suites([tmp_path])
    with pytest.raises(ConfigurationError, match="does not exist"):
        find_suites([tmp_path / "test"])
