// Shows a widget's picture with its text alternative, and names the sliders beside it.
// ipywidgets gives sliders the right role and keys but no name, so each takes its visible label's.

/** Make the ids of an SVG unique: the page may show the same picture twice. */
function withOwnIds(svg, own) {
  return svg.replaceAll(/( id="|url\(#|href="#)/g, `$1${own}-`);
}

/** Connect each slider's handle with its label, and let it say the number that is shown. */
function nameSliders(box, own) {
  box.querySelectorAll(".widget-slider").forEach((slider, index) => {
    const handle = slider.querySelector("[role=slider]");
    const label = slider.querySelector(".widget-label");
    const readout = slider.querySelector(".widget-readout");
    if (!handle || !label || handle.hasAttribute("aria-labelledby")) return;
    label.id = `${own}-label-${index}`;
    handle.setAttribute("aria-labelledby", label.id);
    if (!readout) return;
    readout.setAttribute("role", "textbox");
    readout.setAttribute("aria-labelledby", label.id);
    // A logarithmic slider would say the exponent, a slider over names the position.
    const say = () => handle.setAttribute("aria-valuetext", readout.textContent);
    const options = { childList: true, characterData: true, subtree: true };
    new MutationObserver(say).observe(readout, options);
    say();
  });
}

function element(tag, className, parent, attributes = {}) {
  const made = document.createElement(tag);
  made.className = className;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  parent.append(made);
  return made;
}

export default {
  render({ model, el }) {
    // Each view loads this file anew, so counting wouldn't make ids unique.
    const own = `fnn-${Math.random().toString(36).slice(2)}`;
    const problem = element("p", "fnn-problem", el, { role: "alert" });
    const picture = element("div", "fnn-picture", el, { role: "img" });
    const sentence = element("p", "fnn-sentence", el, { id: own, "aria-live": "polite" });
    picture.setAttribute("aria-labelledby", own);

    const show = () => {
      picture.innerHTML = withOwnIds(model.get("svg"), own);
      sentence.textContent = model.get("sentence");
    };
    const complain = () => {
      problem.textContent = model.get("problem");
      problem.hidden = !model.get("problem");
    };
    model.on("change:svg change:sentence", show);
    model.on("change:problem", complain);
    show();
    complain();

    // Reports when the widget has been put into the page, now or again after scrolling.
    const placed = new ResizeObserver(() => {
      const box = el.closest(".fnn-widget");
      if (box) nameSliders(box, own);
    });
    placed.observe(el);
    return () => placed.disconnect();
  },
};
