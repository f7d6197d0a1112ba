"""Requests of every method to an API, over real connections."""

import json

import pytest

RESOURCES = """
<resource methods="GET HEAD" uri-template="/devices/{token}"><inSequence>
  <property name="X-Seen" scope="transport"
            expression="concat($ctx:uri.var.token, ' ', $ctx:query.param.app)"/>
  <property name="X-Url" scope="transport" expression="$url:app"/>
  <property name="HTTP_SC" value="203" scope="axis2"/>
  <payloadFactory media-type="json"><format>{"a":1}</format><args/></payloadFactory>
  <respond/></inSequence></resource>
<resource methods="DELETE" uri-template="/devices/{token}"><inSequence>
  <property name="HTTP_SC" value="204" scope="axis2"/><respond/></inSequence></resource>
<resource methods="POST PUT PATCH" url-mapping="/echo"><inSequence><respond/></inSequence>
</resource>
<resource methods="POST" url-mapping="/drop"><inSequence><drop/></inSequence></resource>
<resource methods="POST" url-mapping="/fails"><inSequence>
  <throwError type="T" errorMessage="it failed"/></inSequence>
  <faultSequence><property name="HTTP_SC" value="400" scope="axis2"/><respond/></faultSequence>
</resource>
"""


@pytest.fixture(scope="module")
def apis(serve_definitions):
    return serve_definitions(f'<api name="Devices" context="/push/v1">{RESOURCES}</api>')


def ask(gateway, method, path, body=None, content_type=None, **headers):
    if content_type is not None:
        headers["Content-Type"] = content_type
    return gateway.request(method, f"/push/v1{path}", body, headers)


def test_variables_of_path_and_query_reach_the_flow(apis):
    answer = ask(apis, "GET", "/devices/a%20b?app=x%2By")
    assert (answer.status, answer.headers["X-Seen"]) == (203, "a b x+y")
    assert answer.headers["X-Url"] == "x+y"
    assert answer.headers["Content-Type"] == "application/json; charset=UTF-8"
    assert json.loads(answer.body) == {"a": 1}


def test_head_is_answered_as_get_without_the_body(apis):
    answer = ask(apis, "HEAD", "/devices/a?app=x")
    assert (answer.status, answer.headers["X-Seen"], answer.body) == (203, "a x", b"")
    assert answer.headers["Content-Length"] == "7"


def test_delete_needs_no_body(apis):
    answer = ask(apis, "DELETE", "/devices/a")
    assert (answer.status, answer.body, answer.headers["Content-Length"]) == (204, b"", None)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_json_is_answered_with_json(apis, method):
    body = json.dumps({"a": [1, "\u00e4", None]}).encode()
    answer = ask(apis, method, "/echo", body, "application/json")
    assert answer.status == 200
    assert answer.headers["Content-Type"].partition(";")[0] == "application/json"
    assert json.loads(answer.body) == {"a": [1, "\u00e4", None]}


def test_xml_is_answered_with_xml(apis):
    answer = ask(apis, "PUT", "/echo", b"<a>b</a>", "application/xml")
    assert (answer.status, answer.xml.tag) == (200, "a")


def test_a_flow_without_answer_gives_202(apis):
    assert ask(apis, "POST", "/drop", b"{}", "application/json").status == 202


def test_the_fault_sequence_of_the_resource_answers_a_failure(apis):
    answer = ask(apis, "POST", "/fails", b'{"a":1}', "application/json")
    assert (answer.status, json.loads(answer.body)) == (400, {"a": 1})


def test_broken_json_is_refused_in_json(apis):
    answer = ask(apis, "POST", "/echo", b'{"a":', "application/json")
    assert answer.status == 400
    assert "Fault" in json.loads(answer.body)


def test_other_methods_and_paths_are_told_from_each_other(apis):
    answer = ask(apis, "GET", "/echo")
    assert (answer.status, answer.headers["Allow"]) == (405, "POST, PUT, PATCH")
    assert ask(apis, "GET", "/none").status == 404
    assert apis.get("/push/v2/echo").status == 404
    answer = ask(apis, "OPTIONS", "/devices/a")
    assert (answer.status, answer.headers["Allow"]) == (200, "GET, HEAD, DELETE")
    assert answer.headers["Access-Control-Allow-Origin"] is None


def test_a_connection_goes_on_after_every_kind_of_answer(apis):
    connection = apis.connection()
    for method, path, status, has_body in (
        ("HEAD", "/devices/a", 203, False),
        ("DELETE", "/devices/a", 204, False),
        ("OPTIONS", "/echo", 200, False),
        ("HEAD", "/none", 404, False),
        ("GET", "/none", 404, True),
        ("GET", "/devices/a", 203, True),
    ):
        connection.request(method, f"/push/v1{path}")
        answer = connection.getresponse()
        assert (answer.status, bool(answer.read())) == (status, has_body)
    connection.close()
