"""The calls of templates: connector operations and ``call-template``."""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from typing import Any, NoReturn

from apns_connector.errors import MediationError
from apns_connector.mediation.effect import Effect, Repeated
from apns_connector.mediation.expressions.value import Value
from apns_connector.mediation.mediator import NESTING_LIMIT, GoesOn, guarded, too_deep
from apns_connector.mediation.message import Message
from apns_connector.mediation.properties import FunctionContext
from apns_connector.mediation.sole_step import SoleStep
from apns_connector.mediation.template import Arguments, Template


class TemplateCall:
    """Calls the template ``target``; with ``connection``, a configKey, that one runs first."""

    def __init__(
        self,
        target: str,
        arguments: Mapping[str, Value],
        *,
        connection: Value | None = None,
        on_error: str | None = None,
    ) -> None:
        self.target = target
        self._given = dict(arguments)
        # Found out when it is known for which template, and again when the name leads to another.
        self._arguments: Arguments | None = None
        self._connection = connection
        self._on_error = on_error
        self._repeated: Repeated | None = None

    def mediate(self, message: Message, known: Mapping[str, Any] | None = None) -> GoesOn:
        """``known``: further parameters, with their values."""
        repeated = self._repeated
        if (
            repeated is not None
            and message.nesting < NESTING_LIMIT
            and repeated.holds(message, known, message.configuration.clock())
        ):
            repeated.take_place(message)
            return True
        run = self._call(message, known)
        return run if self._on_error is None else guarded(run, self._on_error, message)

    async def _call(self, message: Message, known: Mapping[str, Any] | None) -> bool:
        """As in Synapse the parameters stay in force when the template did not run to its end, so
        that a fault sequence still sees them."""
        template = message.configuration.template(self.target)
        if template is None:
            raise MediationError(f"Sequence template {self.target} cannot be found")
        if self._connection is not None:
            goes_on = self._connect(message, self._connection)
            if goes_on is not True and (goes_on is False or not await goes_on):
                return False
        arguments = self._arguments
        if arguments is None or arguments.template is not template:
            arguments = self._arguments = template.arguments(self._given)
        edition = arguments.edition(message.configuration) if arguments.lasting else None
        values = arguments.values(message)
        context = FunctionContext(template.name, {**known, **values} if known else values)
        functions = message.properties.functions
        functions.append(context)
        sole_step = template.sole_step
        if sole_step is None:
            if not await template.body.mediate(message):
                return False
        elif message.nesting >= NESTING_LIMIT:
            raise too_deep()
        else:
            try:
                goes_on = sole_step.begin(message)
                if goes_on is not True and (goes_on is False or not await goes_on):
                    return False
            except Exception as fault:  # noqa: BLE001 - whatever it throws is the flow's fault
                self._fail(sole_step, template, fault)
            if edition is not None and self._connection is None:
                self._remember(sole_step.effect(context), message, known, arguments, edition)
        functions.pop()
        return True

    def _fail(self, sole_step: SoleStep, template: Template, fault: Exception) -> NoReturn:
        failure = sole_step.failure(fault)
        failure.add_note(f"at {template.body.steps[0].place}")
        if failure is fault:
            raise fault
        raise failure from fault

    def _remember(
        self,
        effect: Effect | None,
        message: Message,
        known: Mapping[str, Any] | None,
        arguments: Arguments,
        edition: int,
    ) -> None:
        """``edition``: that of the vault before the arguments were evaluated."""
        configuration = message.configuration
        if effect is None or configuration.template(self.target) is not arguments.template:
            return
        repeated = Repeated(
            weakref.ref(configuration), known, configuration.template_until(self.target), effect
        )
        vault = configuration.vault if arguments.evaluated else None
        if vault is not None:
            if vault.edition != edition:
                return
            parameters = message.functions[-1].parameters
            repeated.secrets = frozenset(parameters[name] for name in arguments.evaluated)
            repeated.vault, repeated.edition = vault, edition
            repeated.until = min(repeated.until, vault.believed_until)
        self._repeated = repeated

    def _connect(self, message: Message, connection: Value) -> GoesOn:
        """Run the connection completely; only then are the arguments of the operation evaluated."""
        key = connection.text(message)
        found = None if key is None else message.configuration.connection(key)
        if found is None:
            raise MediationError(
                f"Sequence named Value {{name ='null', keyValue ='{key}'}} cannot be found"
            )
        if isinstance(found, TemplateCall):
            return found.mediate(message, {"INIT_CONFIG_KEY": key})  # since MI 4.3
        return found.mediate(message)
