"""The statements; what they do is judged by a server, in tests/contracts."""

from __future__ import annotations

import re
from string import ascii_uppercase

from apns_connector.delivery.stores.postgresql import statements as sql

OF_ONE_STORE = re.compile(r"store = \$1|\$1::int")


def test_each_statement_but_those_for_all_stores_is_of_one_store():
    statements = {name: text for name, text in vars(sql).items() if name[0] in ascii_uppercase}
    del statements["TABLE"], statements["BROWSE"], statements["Final"]
    of_all = {name for name, text in statements.items() if not OF_ONE_STORE.search(text)}
    # Those that put write it; what EXTEND, DONE and SETTLE name is of the store that claimed it.
    assert of_all == {"CREATE", "EXAMINE", "PUT", "PUT_NEW_ONES", "EXTEND", "DONE", "SETTLE"}


def test_there_is_a_page_for_each_state_and_for_all():
    assert set(sql.BROWSE) == {"", "waiting", "claimed", "dead"}
    assert all(page.endswith("order by id limit $4") for page in sql.BROWSE.values())
