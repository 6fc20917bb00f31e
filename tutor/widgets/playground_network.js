// The network: units and links on a canvas, with a button over each unit for mouse and keyboard.

const ROW = 40; // pixels from neuron to neuron
const HEADER = 64; // pixels above the first neuron
const LINKS_EVERY = 100; // milliseconds from one drawing of the links to the next, while it plays
const TIGHT = 62; // pixels from layer to layer, below which the layers' controls are stacked

/** What a unit is called: a feature, a neuron of a layer, or the output. */
function unitName(unit) {
  if (unit.kind === "feature") return `Feature ${pretty(unit.name)}`;
  return unit.kind === "output" ? "Output" : `Layer ${unit.layer}, neuron ${unit.index + 1}`;
}

/** Point of a link's course; t goes from 0 to 1. */
function along(link, t) {
  const u = 1 - t;
  const [a, b, c, d] = [u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t];
  return [a * link.x0 + (b + c) * link.middle + d * link.x1, (a + b) * link.y0 + (c + d) * link.y1];
}

/** How far a point is from the line between two others. */
function distance(x, y, x0, y0, x1, y1) {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const t = Math.max(0, Math.min(1, ((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy || 1)));
  return Math.hypot(x - x0 - t * dx, y - y0 - t * dy);
}

class NetworkView {
  constructor(page) {
    this.page = page;
    this.units = [];
    this.links = [];
    this.hovered = null; // a unit under the mouse
    this.focused = null; // a unit with the keyboard's focus
    this.link = null; // under the mouse
    this.small = document.createElement("canvas"); // the neurons' maps, one pixel a point
    this.featureMaps = document.createElement("canvas");
    this.below = document.createElement("canvas"); // links and features
    this.drawn = {}; // what `below` shows
    paint(this.featureMaps, bytes(page.model.get("feature_maps")), NEURON_COLOURS, SIDE);
    this.build();
  }

  build() {
    this.canvas = make("canvas", { class: "pg-canvas", "aria-hidden": "true" });
    this.overlay = make("div", {
      class: "pg-overlay",
      role: "group",
      "aria-label": "Network",
      "aria-description":
        "Arrow keys move between the units. Enter on a feature switches it on or off, on a neuron opens its weights.",
      keydown: (event) => this.moveFocus(event),
      focusin: (event) => this.focusUnit(event.target),
      focusout: () => this.focusUnit(null),
    });
    this.heads = make("div");
    this.tip = make("div", { class: "pg-tip", "aria-hidden": "true", hidden: true });
    this.element = make(
      "div",
      {
        class: "pg-stage",
        mousemove: (event) => this.hoverLink(event),
        mouseleave: () => this.leaveLink(),
        click: (event) => this.clickLink(event),
      },
      this.canvas,
      this.heads,
      this.overlay,
      this.tip,
    );
  }

  measure() {
    this.layout();
    this.space = [this.canvas.clientWidth, this.canvas.clientHeight];
    this.drawn = {};
  }

  /** The unit that has the mouse or the keyboard. */
  get attended() {
    return this.hovered ?? this.focused;
  }

  /** Put a unit's button and a layer's controls where they belong. */
  layout() {
    if (!this.page.state || !this.element.clientWidth) return;
    const { config } = this.page.state;
    const shape = JSON.stringify([
      config.features,
      config.hidden_layers,
      this.page.state.activations,
      config.hidden_controls,
      this.element.clientWidth,
    ]);
    if (shape === this.shape) return;
    this.shape = shape;
    const had = this.page.root.getRootNode().activeElement;
    this.place(config);
    this.overlay.replaceChildren(
      ...this.units.flatMap((unit) => (unit.label ? [unit.label, unit.button] : [unit.button])),
    );
    this.heads.replaceChildren(
      ...config.hidden_layers.map((size, index) => this.layerHead(index + 1, size)),
    );
    this.connect();
    this.setTabStop(this.units[0]);
    this.refocus(had);
    this.page.inspector.build();
  }

  /** Give the keyboard's focus to what has taken the place of an element that had it. */
  refocus(had) {
    if (!had || had.isConnected || !had.dataset.place) return;
    const [place, name] = [had.dataset.place, had.getAttribute("aria-label")];
    const there = [...this.page.root.querySelectorAll("[data-place]")].filter(
      (each) => each.dataset.place === place,
    );
    const same = there.find((each) => each.getAttribute("aria-label") === name && !each.disabled);
    (same ?? there.find((each) => !each.disabled) ?? this.units[0].button).focus();
  }

  place(config) {
    const narrow = this.element.clientWidth < 520;
    this.size = narrow ? 28 : 32;
    const labels = narrow ? 48 : 56;
    const width = this.element.clientWidth;
    const first = labels + this.size / 2;
    const last = width - 12;
    const layers = config.hidden_layers.length;
    const x = (layer) =>
      first +
      ((last - first) * layer) / (layers + 1) +
      (layer > 0 && layer <= layers ? (narrow ? 8 : 0) : 0);
    this.room = layers > 1 ? x(2) - x(1) : 120;
    const header = this.room < TIGHT ? HEADER + 18 : HEADER;
    const y = (row) => header + this.size / 2 + row * ROW;
    const names = this.page.choices.features.filter(
      (each) => !config.hidden_controls.includes(each.key),
    );
    this.units = names.map((each, row) =>
      this.unit("feature", 0, config.features.indexOf(each.name), first, y(row), each.name),
    );
    config.hidden_layers.forEach((size, index) => {
      for (let neuron = 0; neuron < size; neuron += 1) {
        this.units.push(this.unit("neuron", index + 1, neuron, x(index + 1), y(neuron)));
      }
    });
    this.units.push(this.unit("output", layers + 1, 0, last, y(1.5)));
    const rows = Math.max(names.length, ...config.hidden_layers);
    this.element.style.height = `${header + rows * ROW}px`;
    this.columns = config.hidden_layers.map((_, index) => x(index + 1));
  }

  unit(kind, layer, index, x, y, name = "") {
    const unit = { kind, layer, index, x, y, name };
    const size = kind === "output" ? 24 : this.size;
    unit.button = make("button", {
      class: `pg-unit pg-unit-${kind}`,
      tabindex: -1,
      "data-place": `column ${layer}`,
      "aria-label": unitName(unit),
      "aria-pressed": kind === "feature" ? String(index >= 0) : null,
      style: `left: ${x - size / 2}px; top: ${y - size / 2}px; width: ${size}px; height: ${size}px`,
      mouseenter: () => this.hover(unit),
      mouseleave: () => this.hover(null),
      click: (event) => this.press(unit, event.detail === 0),
    });
    unit.button.unit = unit;
    if (kind === "feature") {
      const right = this.element.clientWidth - x + size / 2 + 5;
      unit.label = make(
        "span",
        {
          class: "pg-feature-name",
          "aria-hidden": "true",
          style: `right: ${right}px; top: ${y}px`,
        },
        pretty(name),
      );
      unit.button.title = this.page.choices.features.find((each) => each.name === name).meaning;
    }
    return unit;
  }

  layerHead(layer, size) {
    const choice = new Choice(
      "",
      this.page.choices.activations.map((name) => [name, words(name)]),
      (name) => this.page.changeActivation(layer, name),
    );
    choice.select.setAttribute("aria-label", `Activation of layer ${layer}`);
    choice.select.dataset.place = `head ${layer}`;
    choice.set(this.page.state.activations[layer - 1]);
    const small = (by, sign, name) =>
      make(
        "button",
        {
          class: "pg-small",
          "aria-label": `${name} layer ${layer}`,
          "data-place": `head ${layer}`,
          disabled: by < 0 ? size === 1 : size === this.page.choices.max_neurons,
          click: () => this.page.changeNeurons(layer, by),
        },
        sign,
      );
    const width = Math.min(96, this.room - 4);
    return make(
      "div",
      {
        class: this.room < TIGHT ? "pg-head pg-tight" : "pg-head",
        role: "group",
        "aria-label": `Layer ${layer}`,
        style: `left: ${this.columns[layer - 1]}px; width: ${width}px`,
      },
      make(
        "div",
        {},
        small(-1, "−", "Remove a neuron from"),
        make("span", {}, String(size)),
        small(1, "+", "Add a neuron to"),
      ),
      choice.select,
    );
  }

  /** Note each link with its course, for drawing and for the mouse. */
  connect() {
    this.links = [];
    const inputs = this.units
      .filter((unit) => unit.kind === "feature" && unit.index >= 0)
      .sort((a, b) => a.index - b.index);
    const layers = [
      inputs,
      ...this.page.state.config.hidden_layers.map((_, index) =>
        this.units.filter((unit) => unit.kind === "neuron" && unit.layer === index + 1),
      ),
      this.units.slice(-1),
    ];
    for (let layer = 1; layer < layers.length; layer += 1) {
      layers[layer - 1].forEach((from, source) => {
        for (const to of layers[layer]) {
          const [x0, x1] = [
            from.x + this.size / 2,
            to.x - (to.kind === "output" ? 8 : this.size / 2),
          ];
          const middle = (x0 + x1) / 2;
          this.links.push({
            layer,
            source,
            neuron: to.index,
            from,
            to,
            x0,
            y0: from.y,
            x1,
            y1: to.y,
            middle,
          });
        }
      });
    }
  }

  unitAt(layer, neuron) {
    return this.units.find(
      (unit) => unit.kind !== "feature" && unit.layer === layer && unit.index === neuron,
    );
  }

  sourceName(layer, source) {
    return layer === 1
      ? pretty(this.page.state.config.features[source] ?? "")
      : `neuron ${source + 1}`;
  }

  // Mouse and keyboard ---

  /** The unit whose map is shown large: [layer, neuron], or null for the output. */
  look() {
    const unit = this.attended;
    return unit?.kind === "neuron" ? [unit.layer, unit.index] : null;
  }

  hover(unit) {
    this.hovered = unit;
    this.looked();
  }

  focusUnit(element) {
    const unit = element?.unit ?? null;
    // A click focuses too, but only the keyboard's focus enlarges for long.
    this.focused = unit && unit.button.matches(":focus-visible") ? unit : null;
    if (unit) this.setTabStop(unit);
    this.looked();
  }

  looked() {
    if (this.page.frame && String(this.look()) !== String(this.page.frame.look))
      this.page.ask("look");
    this.page.schedule();
  }

  setTabStop(chosen) {
    for (const unit of this.units) unit.button.tabIndex = unit === chosen ? 0 : -1;
  }

  moveFocus(event) {
    const unit = event.target.unit;
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[
      event.key
    ];
    if (!unit || !step) return;
    event.preventDefault();
    const column = this.units.filter((each) => each.layer === unit.layer + step[0]);
    if (!column.length) return;
    const near = column.reduce((best, each) =>
      Math.abs(each.y - unit.y) < Math.abs(best.y - unit.y) ? each : best,
    );
    const next = step[0] ? near : column[column.indexOf(unit) + step[1]];
    next?.button.focus();
  }

  press(unit, byKeyboard) {
    if (unit.kind !== "feature") {
      this.page.inspector.open(unit.layer, unit.index, byKeyboard ? null : undefined);
      return;
    }
    const chosen = new Set(this.page.state.config.features);
    if (!chosen.delete(unit.name)) chosen.add(unit.name);
    const features = [...chosen];
    this.page.state.config.features = features;
    this.page.change({ features });
  }

  nearestLink(x, y) {
    let [best, least] = [null, 6];
    for (const link of this.links) {
      if (x < link.x0 - 4 || x > link.x1 + 4) continue;
      for (let step = 0; step <= 16; step += 1) {
        const [px, py] = along(link, step / 16);
        const [nx, ny] = along(link, Math.min(1, (step + 1) / 16));
        const away = distance(x, y, px, py, nx, ny);
        if (away < least) [best, least] = [link, away];
      }
    }
    return best;
  }

  hoverLink(event) {
    const overStage =
      event.target === this.canvas ||
      event.target === this.overlay ||
      event.target === this.element;
    const box = this.element.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    this.link = overStage ? this.nearestLink(x, y) : null;
    this.element.style.cursor = this.link ? "pointer" : "";
    this.tip.style.left = `${Math.min(x + 12, this.element.clientWidth - 170)}px`;
    this.tip.style.top = `${y + 14}px`;
    this.page.schedule();
  }

  leaveLink() {
    this.link = null;
    this.page.schedule();
  }

  clickLink(event) {
    if (event.target.closest("button, select")) return;
    this.hoverLink(event);
    if (!this.link) return;
    this.page.inspector.open(this.link.layer, this.link.neuron, this.link.source);
  }

  // Drawing ---

  draw() {
    const { frame } = this.page;
    // While controls are being answered, the places may belong to another network.
    if (this.links.length !== frame.linkCount) return;
    if (!this.space[0] || !this.space[1]) return; // it has just been laid out, and isn't measured yet
    this.drawBelow();
    const { context, width, height } = ready(this.canvas, this.space);
    context.drawImage(this.below, 0, 0, width, height);
    if (frame.small.length) paint(this.small, frame.small, NEURON_COLOURS, SMALL);
    if (this.link) this.drawLink(context, this.link, true);
    this.showTip();
    let row = 0;
    for (const unit of this.units) {
      if (unit.kind === "neuron") this.drawNeuron(context, unit, row++);
      else if (unit.kind === "output") this.drawPort(context, unit);
    }
  }

  /** Draw links and features. Hundreds of curves take longer than all else, so not in each frame. */
  drawBelow() {
    const { frame, playing, theme } = this.page;
    const { links, drawn } = this;
    const now = performance.now();
    if (drawn.links === links && drawn.theme === theme) {
      if (drawn.frame === frame || (playing && now - drawn.at < LINKS_EVERY)) return;
    }
    this.drawn = { links, theme, frame, at: now };
    const { context } = ready(this.below, this.space);
    context.lineCap = "butt";
    for (const link of links) this.drawLink(context, link);
    for (const unit of this.units) if (unit.kind === "feature") this.drawFeature(context, unit);
  }

  drawLink(context, link, marked = false) {
    const w = this.page.frame.weight(link.layer, link.source, link.neuron);
    const dead = this.page.frame.isDead(link.layer, link.source, link.neuron);
    context.beginPath();
    context.moveTo(link.x0, link.y0);
    context.bezierCurveTo(link.middle, link.y0, link.middle, link.y1, link.x1, link.y1);
    context.setLineDash(dead ? [2, 5] : []);
    context.lineWidth = 1 + 1.6 * Math.min(Math.abs(w) || 0, 5);
    if (marked) {
      context.strokeStyle = this.page.theme.ink;
      context.lineWidth += 4;
      context.stroke();
      context.lineWidth -= 4;
    }
    context.strokeStyle = colour(w, this.page.theme.faint);
    context.stroke();
    context.setLineDash([]);
  }

  showTip() {
    this.tip.hidden = !this.link;
    if (!this.link) return;
    const { layer, source, neuron, to } = this.link;
    const dead = this.page.frame.isDead(layer, source, neuron) ? " (dead: L1 set it to 0)" : "";
    const target = to.kind === "output" ? "output" : `neuron ${neuron + 1}`;
    write(
      this.tip,
      `${this.sourceName(layer, source)} → ${target}: weight ${show(this.page.frame.weight(layer, source, neuron))}${dead}`,
    );
  }

  frameUnit(context, unit, active) {
    const half = this.size / 2;
    context.strokeStyle = this.page.theme.ink;
    context.lineWidth = active ? 1.5 : 1;
    context.strokeRect(unit.x - half, unit.y - half, this.size, this.size);
  }

  drawFeature(context, unit) {
    const half = this.size / 2;
    const index = this.page.choices.features.findIndex((each) => each.name === unit.name);
    context.globalAlpha = unit.index >= 0 ? 1 : 0.3;
    context.imageSmoothingEnabled = true;
    context.drawImage(
      this.featureMaps,
      0,
      index * SIDE,
      SIDE,
      SIDE,
      unit.x - half,
      unit.y - half,
      this.size,
      this.size,
    );
    this.frameUnit(context, unit, unit.index >= 0);
    context.globalAlpha = 1;
  }

  drawNeuron(context, unit, row) {
    const half = this.size / 2;
    context.imageSmoothingEnabled = false;
    context.drawImage(
      this.small,
      0,
      row * SMALL,
      SMALL,
      SMALL,
      unit.x - half,
      unit.y - half,
      this.size,
      this.size,
    );
    this.frameUnit(context, unit, true);
    // The bias, as in the original: a small square at the corner.
    context.fillStyle = colour(this.page.frame.bias(unit.layer, unit.index), this.page.theme.faint);
    context.strokeStyle = this.page.theme.paper;
    context.lineWidth = 1;
    context.fillRect(unit.x - half - 3, unit.y + half - 5, 8, 8);
    context.strokeRect(unit.x - half - 3, unit.y + half - 5, 8, 8);
  }

  drawPort(context, unit) {
    context.beginPath();
    context.arc(unit.x, unit.y, 8, 0, 2 * Math.PI);
    context.fillStyle = colour(this.page.frame.bias(unit.layer, 0), this.page.theme.faint);
    context.fill();
    context.strokeStyle = this.page.theme.ink;
    context.lineWidth = 1.5;
    context.stroke();
  }
}
