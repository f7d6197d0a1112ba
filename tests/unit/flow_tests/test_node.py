from apns_connector.flow_tests.node import Node
from apns_connector.mediation import xml


def node(text: str) -> Node:
    return Node(xml.parse(text.encode()), "a.xml", [])


def told(node: Node) -> list[str]:
    return [str(problem) for problem in node.problems]


def test_text_is_trimmed_and_empty_text_is_none():
    found = node("<a><b> x </b><c> </c><d><e>1</e></d></a>")
    assert (found.text("b"), found.text("c"), found.text("d"), found.text("z")) == (
        "x", None, "<e>1</e>", None,
    )  # fmt: skip


def test_what_is_missing_or_strange_is_told_with_its_line():
    found = node("<a>\n<b/>\n<port>ten</port></a>")
    found.only("port")
    assert found.required("name") == ""
    assert found.attribute("key") == ""
    assert found.number("port") == 0
    assert told(found) == [
        "a.xml:2: <b> is nothing that a <a> holds",
        "a.xml:1: <a> needs a <name>",
        "a.xml:1: <a> needs the attribute 'key'",
        "a.xml:1: the <port> 'ten' is no number",
    ]


def test_a_list_is_empty_without_its_group_and_holds_one_kind():
    found = node("<a><bs><b>1</b>\n<c/></bs></a>")
    assert [one.content() for one in found.listed("bs", "b")] == ["1"]
    assert found.listed("cs", "c") == []
    assert told(found) == ["a.xml:2: <c> is nothing that a <bs> holds"]
