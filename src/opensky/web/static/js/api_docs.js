// Shows the API's own description with the vendored viewer. Nothing is sent to anybody else: no validator badge.
const place = document.getElementById("reference");
SwaggerUIBundle({
  domNode: place,
  url: place.dataset.description,
  validatorUrl: null,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  syntaxHighlight: false,
});
