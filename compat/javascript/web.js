// A function for Mayfly's own world: componentize-qjs 0.4 can't link wasi:http's types. QuickJS has no TextEncoder either.

export const webHandler = {
  handle(request) {
    switch (request.path()) {
      case "/":
        return text(200, "Grüße aus JavaScript\n", [["x-name", name(request.query() ?? "")]]);
      case "/echo": {
        const type = request.header("content-type") ?? "application/octet-stream";
        return { status: 200, headers: [["content-type", type]], body: { tag: "buffer", val: request.body() } };
      }
      default:
        return text(404, "nothing here\n", []);
    }
  },
};

function text(status, value, headers) {
  const utf8 = Uint8Array.from(unescape(encodeURIComponent(value)), (octet) => octet.charCodeAt(0));
  return {
    status,
    headers: [["content-type", "text/plain; charset=utf-8"], ...headers],
    body: { tag: "bytes", val: utf8 },
  };
}

function name(query) {
  return query.startsWith("name=") ? decodeURIComponent(query.slice("name=".length)) : "nobody";
}
