// A page of a catalogue, by a template engine. What every call needs is made by the first one, and by the warm-up for all: the parsed templates, and the
// catalogue with its index.

import Mustache from "mustache";
import { page, partials } from "./templates.js";

const SHELF_COUNT = 40;
const ITEM_COUNT = 250;

let catalogue;

export const webHandler = {
  handle(request) {
    const path = request.path();
    // What the engine only collects some day would be a handle that no restored call knows.
    request[Symbol.dispose]();
    if (path === "/health") {
      return html("ok\n");
    }
    catalogue ??= stock();
    const shelf = path === "/" ? catalogue.shelves[0] : catalogue.byId.get(path.slice(1));
    if (!shelf) {
      return { status: 404, headers: [], body: { tag: "empty" } };
    }
    return html(render("Catalogue", [shelf]));
  },
};

function stock() {
  const shelves = Array.from({ length: SHELF_COUNT }, (_, s) => ({
    id: `shelf-${s}`,
    name: `Shelf ${s}`,
    items: Array.from({ length: ITEM_COUNT }, (_, i) => ({
      name: `Thing ${s}.${i} <${(s * ITEM_COUNT + i).toString(36)}>`,
      price: ((s * 37 + i * 11) % 997) / 10,
      sold: (s + i) % 7 === 0,
    })),
  }));
  // Renders each once: Mustache keeps what it has parsed.
  shelves.forEach((shelf) => render(shelf.name, [shelf]));
  return { shelves, byId: new Map(shelves.map((shelf) => [shelf.id, { ...shelf, items: shelf.items.slice(0, 10) }])) };
}

function render(title, shelves) {
  return Mustache.render(page, { title, shelves, count: SHELF_COUNT * ITEM_COUNT, shelfCount: SHELF_COUNT }, partials);
}

function html(text) {
  return {
    status: 200,
    headers: [["content-type", "text/html; charset=utf-8"]],
    body: { tag: "bytes", val: new TextEncoder().encode(text) },
  };
}
