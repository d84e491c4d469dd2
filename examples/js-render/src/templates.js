// A catalogue's page. Partials are parsed once, as the page is.

export const page = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{{title}}</title></head>
<body>
<h1>{{title}}</h1>
{{#shelves}}
<section id="{{id}}">
  <h2>{{name}}</h2>
  <ul>
  {{#items}}{{> item}}{{/items}}
  {{^items}}<li>Nothing here yet.</li>{{/items}}
  </ul>
</section>
{{/shelves}}
{{> foot}}
</body>
</html>
`;

export const partials = {
  item: `<li class="{{#sold}}sold{{/sold}}"><b>{{name}}</b>, {{price}} €{{#sold}} (sold){{/sold}}</li>
`,
  foot: `<footer>{{count}} things on {{shelfCount}} shelves</footer>`,
};
