// Fields with the bias and the weights of one unit, to read and to change.

class Inspector {
  constructor(page) {
    this.page = page;
    this.unit = null; // [layer, neuron]
    this.fields = [];
    this.element = make("div", {
      class: "pg-inspector",
      role: "group",
      "aria-label": "Numbers of the chosen unit",
      keydown: (event) => this.leave(event),
    });
  }

  /** Show a unit's fields, and go to the bias (source null), to a weight, or nowhere. */
  open(layer, neuron, source) {
    this.unit = [layer, neuron];
    this.build();
    const field = this.fields.find((each) => each.source === source)?.input;
    field?.focus();
    if (source !== null) field?.select();
  }

  /** Build a field for each number of the unit, unless it is gone. Fields that are there stay, with
   * what is half typed: the network is laid out anew whenever the page's width changes. */
  build() {
    const { frame, network } = this.page;
    const unit = this.unit && network.unitAt(...this.unit);
    if (!unit || !frame) {
      this.unit = null;
      this.element.replaceChildren(
        make(
          "p",
          { class: "pg-note" },
          "Click a neuron or a link, or press Enter on a neuron, to read and change its numbers.",
        ),
      );
      this.fields = [];
      return;
    }
    const [layer] = this.unit;
    const name = unitName(unit);
    const wanted = [["bias", `Bias of ${name}`, null]];
    for (let source = 0; source < frame.sizes[layer - 1]; source += 1) {
      const from = network.sourceName(layer, source);
      wanted.push([from, `Weight from ${from} to ${name}`, source]);
    }
    const names = wanted.map(([, field]) => field);
    if (String(names) !== String(this.fields.map((each) => each.name))) {
      this.fields = wanted.map((each) => this.field(...each));
      this.element.replaceChildren(
        make("p", {}, `${name}: bias and weights`),
        make("div", { class: "pg-fields" }, ...this.fields.map((each) => each.element)),
      );
    }
    this.show();
  }

  field(text, name, source) {
    const input = make("input", {
      type: "number",
      step: 0.1,
      "aria-label": name,
      input: () => this.edit(source, input),
      blur: () => this.show(),
    });
    return {
      input,
      name,
      source,
      element: make("label", { class: "pg-number" }, make("span", {}, text), input),
    };
  }

  edit(source, input) {
    const value = input.valueAsNumber;
    if (!Number.isFinite(value)) return; // half typed
    const [layer, neuron] = this.unit;
    if (source === null) this.page.ask("bias", { layer, neuron, value });
    else this.page.ask("weight", { layer, neuron, source, value });
  }

  /** Keep the fields up to date, except the one that is being edited. */
  show() {
    const { frame, root } = this.page;
    if (!this.unit || !frame.offsets[this.unit[0]]) return;
    const [layer, neuron] = this.unit;
    const busy = root.getRootNode().activeElement;
    for (const { input, source } of this.fields) {
      const value =
        source === null ? frame.bias(layer, neuron) : frame.weight(layer, source, neuron);
      const text = Number.isFinite(value) ? String(Number(value.toFixed(3))) : "";
      if (input !== busy && input.value !== text) input.value = text;
    }
  }

  leave(event) {
    if (event.key !== "Escape" || !this.unit) return;
    const unit = this.page.network.unitAt(...this.unit);
    this.unit = null;
    this.build();
    unit?.button.focus();
  }
}
