"""The table of all stores in one database, and what is asked of it.

A row is claimable when it is not dead, ``ready`` has come and its ``lease`` is over. New rows are
due at once, but ready since they were created: those that wait for another attempt shall not stand
behind all of them.
``ready`` is infinite behind another of its lane, so that a claim never looks at those; whoever
changes a lane does so under a lock of it, and makes the next one ready.
No index knows ``lease``, and each page has room for its rows once more: a claim then writes into no
index (PostgreSQL's heap-only tuples), which makes it twice as fast. Its price is that a claim
passes over all that are claimed already, in half a millisecond or so for a thousand of them; and
that those whose worker died come before what was put after them, as soon as the lease is over.
"""

from __future__ import annotations

from typing import Final

TABLE: Final = "apns_connector_record"

CREATE: Final = """
create table apns_connector_record (
    seq bigint generated always as identity primary key,
    store text not null,
    id text collate "C" not null,
    lane text not null,
    label text not null,
    created double precision not null,
    due double precision not null,
    attempts bigint not null,
    reason text not null,
    dead boolean not null default false,
    ready double precision not null,
    lease double precision not null default 0,
    token bigint,
    body bytea not null,
    unique (store, id)
) with (fillfactor = 50);
alter table apns_connector_record alter column body set storage external;
create index apns_connector_record_ready
    on apns_connector_record (store, ready, seq) where not dead;
create index apns_connector_record_lane
    on apns_connector_record (store, lane, seq) where lane <> '' and not dead;
create index apns_connector_record_dead
    on apns_connector_record (store, id) where dead;
comment on table apns_connector_record is 'apns-connector message stores, version 2';
"""

# All columns that are used: fails where the table is somebody else's.
EXAMINE: Final = """
select seq, store, id, lane, label, created, due, attempts, reason, dead, ready, lease, token,
    body
from apns_connector_record limit 0
"""

# An array that is empty stands for what is usual.
PUT: Final = """
insert into apns_connector_record
    (store, id, lane, label, created, due, attempts, reason, body, ready)
select $1, id, coalesce(lane, ''), label, created, coalesce(due, 0), coalesce(attempts, 0),
    coalesce(reason, ''), body,
    case when coalesce(lane, '') = '' then greatest(due, created) else 'infinity' end
from unnest($2::text[], $3::text[], $4::text[], $5::float8[], $6::float8[], $7::bigint[],
    $8::text[], $9::bytea[]) with ordinality
    as new (id, lane, label, created, due, attempts, reason, body, place)
order by place
"""

# To look for each before it is put costs much, and hardly ever is one there already.
PUT_NEW_ONES: Final = f"{PUT} on conflict do nothing"

LOCK_LANES: Final = """
select pg_advisory_xact_lock($1::int, bucket) from unnest($2::int[]) as bucket
"""

LANES_OF: Final = """
select distinct lane from apns_connector_record
where store = $1 and id = any($2::text[]) and lane <> ''
"""

# The first of each lane: what was behind another is no more.
RELEASE: Final = """
update apns_connector_record as r set ready = greatest(r.due, r.created)
from unnest($2::text[]) as wanted (lane), lateral (
    select seq from apns_connector_record
    where store = $1 and lane = wanted.lane and lane <> '' and not dead
    order by seq limit 1
) as first
where r.seq = first.seq and r.ready = 'infinity'
"""

# That the lane is looked at once more is for a dead one that came back: it goes first.
CLAIM: Final = """
with picked as (
    select seq, ready from apns_connector_record as r
    where store = $1 and not dead and ready <= $2 and lease <= $2 and (lane = '' or not exists (
        select from apns_connector_record as earlier
        where earlier.store = $1 and earlier.lane = r.lane and earlier.lane <> ''
            and not earlier.dead and earlier.seq < r.seq))
    order by ready, seq limit $3
    for update skip locked
)
update apns_connector_record as r set token = $4, lease = $5
from picked where r.seq = picked.seq
returning picked.ready, r.seq, body, created, id, lane, label, due, attempts, reason
"""

# Statistics know few leases that go on, so PostgreSQL would begin with all rows that have one and
# look for each among ours: "+ 0" keeps it from believing that.
EXTEND: Final = """
update apns_connector_record as r set lease = $3
from unnest($1::bigint[], $2::bigint[]) as ours (seq, token)
where r.seq = ours.seq and r.token = ours.token and r.lease + 0 > $4 and not r.dead
"""

DONE: Final = "delete from apns_connector_record where seq = any($1::bigint[])"

# $1: done. The others: waiting again, or dead.
SETTLE: Final = f"""
with gone as ({DONE})
update apns_connector_record as r
set due = s.due, ready = greatest(s.due, r.created), attempts = s.attempts, reason = s.reason,
    dead = s.dead, body = coalesce(s.body, r.body), lease = 0, token = null
from unnest($2::bigint[], $3::bigint[], $4::float8[], $5::bigint[], $6::text[], $7::boolean[],
    $8::bytea[]) as s (seq, token, due, attempts, reason, dead, body)
where r.seq = s.seq and r.token = s.token and r.lease + 0 > $9 and not r.dead
"""  # noqa: S608 - our own statement

COUNT_ALL: Final = "select count(*) from apns_connector_record where store = $1"

KNOWN: Final = "select id from apns_connector_record where store = $1 and id = any($2::text[])"

# In these $2 is now.
COUNT: Final = """
select count(*) filter (where not dead and lease <= $2) as waiting,
    count(*) filter (where not dead and lease > $2) as claimed,
    count(*) filter (where dead) as dead,
    min(created) filter (where not dead) as oldest
from apns_connector_record where store = $1
"""

_KEPT: Final = """
select body, created, id, lane, label, due, attempts, reason,
    case when dead then 'dead' when lease > $2 then 'claimed' else 'waiting' end as state
from apns_connector_record
where store = $1
"""

FIND: Final = f"{_KEPT} and id = $3"

_OF_STATE: Final = {
    "": "",
    "dead": "and dead",
    "claimed": "and not dead and lease > $2",
    "waiting": "and not dead and lease <= $2",
}

BROWSE: Final = {
    state: f"{_KEPT} {condition} and id > $3 order by id limit $4"
    for state, condition in _OF_STATE.items()
}

# Those behind another of their lane stay there.
RETRY: Final = """
update apns_connector_record
set dead = false, lease = 0, token = null, due = $2,
    attempts = case when dead then 0 else attempts end,
    ready = case when lane <> '' and (dead or ready = 'infinity') then 'infinity' else $2 end
where store = $1 and id = any($3::text[])
    and (dead or due > $2 and lease <= $2)
"""

DROP: Final = """
delete from apns_connector_record
where store = $1 and id = any($3::text[]) and (dead or lease <= $2)
"""
