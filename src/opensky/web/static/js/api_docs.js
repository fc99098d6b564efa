// Shows the API's own description with the vendored viewer. Nothing is sent to anybody else: no validator badge.
const place = document.getElementById("reference");

// The viewer's own layout puts a second <main> into ours, and offers a choice between one server; its cross has no name.
const ours = (system) => ({
  components: {
    CloseIcon: () => system.React.createElement("span", null, "Close"),
    OurLayout: ({ getComponent }) => {
      const make = system.React.createElement;
      const part = (name, container = false) => make(getComponent(name, container));
      return make(
        "div",
        { className: "swagger-ui" },
        part("SvgAssets"),
        part("errors", true),
        make("div", { className: "about" }, part("InfoContainer", true), part("AuthorizeBtnContainer", true)),
        part("operations", true),
        part("Models", true),
      );
    },
  },
});

// Its dark colours hang on a class, not on what the visitor prefers.
const dark = matchMedia("(prefers-color-scheme: dark)");
const paint = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", paint);
paint();

SwaggerUIBundle({
  domNode: place,
  url: place.dataset.description,
  validatorUrl: null,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  syntaxHighlight: false,
  plugins: [ours],
  layout: "OurLayout",
});
