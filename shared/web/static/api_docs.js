// Draws the OpenAPI document named by data-openapi-url with swagger-ui.

const place = document.querySelector("[data-openapi-url]");

window.SwaggerUIBundle({
  domNode: place,
  url: place.dataset.openapiUrl,
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
});
