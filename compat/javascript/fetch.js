// A function in the style of service workers, which is what componentize-js makes of the standard Fetch API.

addEventListener("fetch", (event) => event.respondWith(answer(event.request)));

async function answer(request) {
  const { pathname, searchParams } = new URL(request.url);
  switch (pathname) {
    case "/":
      return new Response("Grüße aus JavaScript\n", {
        headers: { "content-type": "text/plain; charset=utf-8", "x-name": searchParams.get("name") ?? "nobody" },
      });
    case "/echo":
      return new Response(await request.arrayBuffer(), {
        headers: { "content-type": request.headers.get("content-type") ?? "application/octet-stream" },
      });
    default:
      return new Response("nothing here\n", { status: 404 });
  }
}
