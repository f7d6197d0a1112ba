"""What an administrator of PostgreSQL does."""

from __future__ import annotations

from uuid import uuid4

import asyncpg

from tests.servers.postgresql import PostgresqlServer


async def new_database(server: PostgresqlServer) -> str:
    """Its URL."""
    name = f"d{uuid4().hex}"
    await execute(server.url, f"create database {name}")
    return server.url.replace("/postgres", f"/{name}")


async def execute(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    for statement in statements:
        await connection.execute(statement)
    await connection.close()
