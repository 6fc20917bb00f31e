// Controls of the Playground's page, each with an `element` to put into it and a `set` to show a value.

/** A list to choose from: `options` are pairs of value and text. */
class Choice {
  constructor(label, options, changed, control = null) {
    this.options = [];
    this.select = make("select", {
      change: () => changed(this.options[this.select.selectedIndex].value),
    });
    this.element = make(
      "label",
      { class: "pg-field", "data-control": control },
      make("span", {}, label),
      this.select,
    );
    for (const [value, text] of options) this.add(value, text);
  }

  add(value, text) {
    this.options.push({ value });
    this.select.append(make("option", {}, text));
  }

  /** Show a value; one that Python set and that isn't on the list is added to it. */
  set(value) {
    let index = this.options.findIndex((option) => option.value === value);
    if (index < 0) {
      this.add(value, String(value));
      index = this.options.length - 1;
    }
    this.select.selectedIndex = index;
  }
}

/** A slider over a list of values. */
class Range {
  constructor(label, values, unit, changed, control) {
    this.values = values;
    this.unit = unit;
    this.output = make("output", {});
    this.input = make("input", {
      type: "range",
      min: 0,
      max: values.length - 1,
      step: 1,
      "aria-label": label,
      input: () => {
        this.say();
        changed(values[this.input.valueAsNumber]);
      },
    });
    this.element = make(
      "label",
      { class: "pg-range", "data-control": control },
      make("span", {}, `${label}: `, this.output),
      this.input,
    );
  }

  say() {
    const text = `${this.values[this.input.valueAsNumber]}${this.unit}`;
    write(this.output, text);
    this.input.setAttribute("aria-valuetext", text);
  }

  set(value) {
    this.input.value = this.values.indexOf(value);
    this.say();
  }
}

function check(label, changed, control = null) {
  const input = make("input", { type: "checkbox", change: () => changed(input.checked) });
  const element = make(
    "label",
    { class: "pg-check", "data-control": control },
    input,
    make("span", {}, label),
  );
  return {
    input,
    element,
    set: (value) => {
      input.checked = value;
    },
  };
}
