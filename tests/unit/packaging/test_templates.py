"""Templates and their list are made of the catalogue, and the engine reads them."""

from __future__ import annotations

import zipfile

from apns_connector.mediation.library import read_library
from apns_connector.operations.catalogue_entries import Entry, Group, Parameter
from apns_connector.packaging.templates import component, template

ENTRY = Entry(
    "send", "Send <it>", "Sends & forgets", (Group("g", (Parameter("to", 'one of "`<a>`"'),)),)
)
CONNECTOR = (
    '<connector><component name="apns" package="p"><dependency component="config"/></component>'
    "</connector>"
)


def test_a_template_has_the_parameters_and_ends_in_the_class():
    assert template(ENTRY) == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<template xmlns="http://ws.apache.org/ns/synapse" name="send">\n'
        '    <parameter name="to" description=\'one of "&lt;a&gt;"\'/>\n'
        "    <sequence>\n"
        '        <class name="org.wso2.carbon.connector.apns.Send"/>\n'
        "    </sequence>\n"
        "</template>\n"
    )


def test_the_hidden_operation_is_marked_and_no_other():
    other = Entry("init", "Init", "First", ())
    text = component((other, ENTRY), hidden="init")
    assert text.count("<hidden>true</hidden>") == 1
    assert text.index("<hidden>") < text.index('name="send"')
    assert "<displayName>Send &lt;it&gt;</displayName>" in text
    assert "<description>Sends &amp; forgets</description>" in text


def test_both_are_read_as_a_library(tmp_path):
    with zipfile.ZipFile(tmp_path / "apns.zip", "w") as archive:
        archive.writestr("connector.xml", CONNECTOR)
        archive.writestr("config/component.xml", component((ENTRY,), hidden=""))
        archive.writestr("config/send.xml", template(ENTRY))
    assert list(read_library(tmp_path / "apns.zip").templates) == ["p.apns.send"]
