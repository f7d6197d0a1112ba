// What a script sees of the message. Nothing here reaches the message itself: `view` is a picture of
// it, and what the script does to it is noted in `changes`, in order.
(function (view) {
  "use strict";
  const changes = [];
  const scopes = view.scopes;

  function note(...change) {
    changes.push(change);
  }

  function scope(name) {
    const wanted = name === undefined || name === null ? "default" : String(name);
    if (!(wanted in scopes)) {
      throw new Error("There is no property scope '" + wanted + "' for a script");
    }
    return wanted;
  }

  // Header names are found in any spelling.
  function spelling(name, inScope) {
    if (inScope !== "transport" || name in scopes.transport) {
      return name;
    }
    const lower = name.toLowerCase();
    const found = Object.keys(scopes.transport).find((one) => one.toLowerCase() === lower);
    return found === undefined ? name : found;
  }

  function textOf(value, what) {
    if (value === null || value === undefined) {
      throw new Error(what + " is null");
    }
    return String(value);
  }

  function endpoint(address) {
    if (address === null || address === undefined) {
      return null;
    }
    return { getAddress: () => address, toString: () => address };
  }

  function log(level) {
    return (message) => note("log", level, String(message));
  }

  const mc = {
    getPayloadXML: () => view.payloadXML,
    setPayloadXML(payload) {
      view.payloadXML = textOf(payload, "The payload");
      note("payloadXML", view.payloadXML);
    },
    getPayloadJSON: () => (view.payloadJSON === undefined ? {} : view.payloadJSON),
    setPayloadJSON(payload) {
      let value = payload;
      if (typeof payload === "string") {
        try {
          value = JSON.parse(payload);
        } catch (error) {
          value = payload; // a text by itself is JSON, too
        }
      }
      note("payloadJSON", JSON.stringify(value === undefined ? null : value));
      view.payloadJSON = value;
    },
    getPayloadText: () => view.payloadText,
    getEnvelopeXML: () => view.envelopeXML,
    getEnvelope: () => view.envelopeXML,
    addHeader(mustUnderstand, content) {
      note("addHeader", Boolean(mustUnderstand), textOf(content, "The header block"));
    },

    getProperty(name, inScope) {
      const wanted = scope(inScope);
      const value = scopes[wanted][spelling(String(name), wanted)];
      return value === undefined ? null : value;
    },
    setProperty(name, value, inScope) {
      if (value === null || value === undefined) {
        return; // as everywhere in Synapse
      }
      const wanted = scope(inScope);
      scopes[wanted][spelling(String(name), wanted)] = value;
      note("setProperty", String(name), value, wanted);
    },
    removeProperty(name, inScope) {
      const wanted = scope(inScope);
      delete scopes[wanted][spelling(String(name), wanted)];
      note("removeProperty", String(name), wanted);
    },
    getPropertyKeySet: () => Object.keys(scopes.default),
    getVariable(name) {
      const value = view.variables[name];
      return value === undefined ? null : value;
    },
    setVariable(name, value) {
      if (value !== null && value !== undefined) {
        view.variables[name] = value;
        note("setVariable", String(name), value);
      }
    },

    getMessageID: () => view.messageID,
    getWSAMessageID: () => view.messageID,
    isResponse: () => view.response,
    isFaultResponse: () => view.fault,
    isDoingPOX: () => view.pox,
    isSOAP11: () => view.soap11,
    getServiceLog: () => ({
      debug: log("debug"),
      info: log("info"),
      warn: log("warn"),
      error: log("error"),
    }),
  };

  for (const name of ["To", "From", "ReplyTo", "FaultTo"]) {
    mc["get" + name] = () => endpoint(view.addresses[name]);
    mc["set" + name] = (address) => {
      const given = address !== null && address !== undefined && address.getAddress;
      view.addresses[name] = textOf(given ? address.getAddress() : address, name);
      note("setAddress", name, view.addresses[name]);
    };
  }
  for (const name of ["getWSAAction", "getSoapAction"]) {
    mc[name] = () => view.action;
  }
  for (const name of ["setWSAAction", "setSoapAction"]) {
    mc[name] = (action) => {
      view.action = textOf(action, "The action");
      note("setAction", view.action);
    };
  }
  for (const name of ["getEntry", "getLocalEntry", "getSequence", "getEndpoint", "getEnvironment",
    "getConfiguration"]) {
    mc[name] = () => {
      throw new Error("mc." + name + "() is not available: give the script what it needs in a property");
    };
  }

  globalThis.mc = mc;
  globalThis.print = log("info");
  globalThis.__changes = () => JSON.stringify(changes);
})
