// The Playground's page: controls, drawing, and questions to Python, which does the arithmetic.
//
// Python's answers hold a `frame` (what training changes: numbers, maps and weights as bytes) and,
// after a control was moved, a `state` (what the controls show). While it plays, two questions are
// on their way; the next one is asked when an answer has been drawn.

const IN_FLIGHT = 2;
const LOW = [245, 147, 34]; // −1
const HIGH = [8, 119, 189]; // 1
const ZERO = [232, 234, 235];
const SIDE = 100; // points along the large map
const SMALL = 10; // along a neuron's
const EXTENT = 6;
const ROW = 40; // pixels from neuron to neuron
const HEADER = 64; // pixels above the first neuron
const TIGHT = 62; // pixels from layer to layer, below which the layers' controls are stacked
const SAY_EVERY = 10000; // milliseconds between two announcements while it plays
const IMPATIENT = 2000; // milliseconds without an answer before the page says so
const MAP_MARGIN = { left: 20, bottom: 18, top: 4, right: 4 };

const ICONS = {
  rewind: "M3 3h2v10H3zM13 3v10L6 8z",
  reset: "M8 3a5 5 0 1 0 4.9 6h-2A3 3 0 1 1 8 5v2.5l4-3.5-4-3.5z",
  play: "M4 2.5v11l9-5.5z",
  pause: "M4 3h3v10H4zM9 3h3v10H9z",
  step: "M3 3v10l7-5zM11 3h2v10h-2z",
};

// Small helpers ---------------------------------------------------------------------------------

/** Make an element. Attributes with functions are listeners, null and false are left out. */
function make(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  // Without this, JupyterLab takes arrow keys and Enter for itself.
  if (/^(button|input|select|summary|textarea|a)$/.test(tag) || "tabindex" in attributes) {
    made.setAttribute("data-lm-suppress-shortcuts", "true");
  }
  if (tag === "button") made.type = "button";
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== null && value !== false) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/** Write only what differs, and into the same piece of text: a new one makes styles be computed. */
function write(element, text) {
  const piece = element.firstChild;
  if (piece && piece.data !== text) piece.data = text;
  else if (!piece && text) element.textContent = text;
}

function tell(element, attribute, text) {
  if (element.getAttribute(attribute) !== text) element.setAttribute(attribute, text);
}

function show(number, digits = 3) {
  if (number === null || !Number.isFinite(number)) return "not a number";
  const size = Math.abs(number);
  let text = number.toFixed(digits);
  if (size > 0 && size < 10 ** -digits) text = number.toPrecision(2);
  if (size >= 1e5) text = number.toExponential(1);
  return text.replace("e+", "e").replaceAll("-", "−");
}

/** Write x1^2 as x₁². */
function pretty(name) {
  return name.replaceAll("x1", "x₁").replaceAll("x2", "x₂").replace("^2", "²");
}

function words(name) {
  return name.replaceAll("_", " ");
}

function mix(from, to, part) {
  return from.map((value, i) => Math.round(value + (to[i] - value) * part));
}

/** Colour of a number, from −1 to 1; `zero` depends on the theme. */
function colour(value, zero = ZERO) {
  const clipped = Math.max(-1, Math.min(1, value || 0));
  return `rgb(${mix(zero, clipped < 0 ? LOW : HIGH, Math.abs(clipped)).join(",")})`;
}

/** Colours of the bytes 0 to 254, as pixels; `strength` below 1 makes room for dots on top. */
function palette(strength) {
  const pixels = new Uint32Array(256);
  for (let byte = 0; byte < 255; byte += 1) {
    const value = (byte - 127) / 127;
    const full = mix(ZERO, value < 0 ? LOW : HIGH, Math.abs(value));
    const [r, g, b] = mix([255, 255, 255], full, strength);
    pixels[byte] = 0xff000000 | (b << 16) | (g << 8) | r;
  }
  return pixels;
}

const NEURON_COLOURS = palette(1);
const MAP_COLOURS = palette(0.65);

/** Paint bytes into a canvas of their own, one pixel a byte. */
function paint(canvas, bytes, colours, width) {
  const height = bytes.length / width;
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  const context = canvas.getContext("2d");
  const image = context.createImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  for (let i = 0; i < bytes.length; i += 1) pixels[i] = colours[bytes[i]];
  context.putImageData(image, 0, 0);
}

/** Give a canvas as many pixels as the screen has there; return its context in CSS pixels. */
function ready(canvas, [width, height]) {
  const ratio = window.devicePixelRatio || 1;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return { context, width, height };
}

/** Bytes of a message, as numbers of four bytes each. */
function floats(view) {
  return new Float32Array(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
}

function bytes(view) {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

function dot(context, x, y, radius, value, rim) {
  context.beginPath();
  // Two shapes, for those who can't tell the colours apart.
  if (value < 0) {
    const r = radius * 1.15;
    context.moveTo(x, y - r);
    context.lineTo(x + r, y);
    context.lineTo(x, y + r);
    context.lineTo(x - r, y);
    context.closePath();
  } else {
    context.arc(x, y, radius, 0, 2 * Math.PI);
  }
  context.fillStyle = colour(value);
  context.fill();
  if (!rim) return;
  context.strokeStyle = rim;
  context.stroke();
}

// Controls --------------------------------------------------------------------------------------

/** A list to choose from: `options` are pairs of value and text. */
class Choice {
  constructor(label, options, changed, control = null) {
    this.options = [];
    this.select = make("select", {
      change: () => changed(this.options[this.select.selectedIndex].value),
    });
    this.element = make("label", { class: "pg-field", "data-control": control }, make("span", {}, label), this.select);
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
      type: "range", min: 0, max: values.length - 1, step: 1, "aria-label": label,
      input: () => {
        this.say();
        changed(values[this.input.valueAsNumber]);
      },
    });
    this.element = make(
      "label", { class: "pg-range", "data-control": control },
      make("span", {}, `${label}: `, this.output), this.input,
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
  const element = make("label", { class: "pg-check", "data-control": control }, input, make("span", {}, label));
  return { input, element, set: (value) => { input.checked = value; } };
}

// The widget ------------------------------------------------------------------------------------

class View {
  constructor(model, root) {
    this.model = model;
    this.root = root;
    this.choices = model.get("choices");
    this.id = `pg-${Math.random().toString(36).slice(2)}`;
    this.playing = false;
    this.waiting = 0; // questions on their way
    this.frames = []; // answers that haven't been drawn
    this.changes = null; // of controls, that wait for the last answer
    this.changing = false;
    this.hovered = null; // a unit under the mouse
    this.focused = null; // a unit with the keyboard's focus
    this.link = null; // under the mouse
    this.inspected = null; // [layer, neuron] whose numbers can be edited
    this.cursor = null; // row of the chart that is read
    this.units = [];
    this.links = [];
    this.small = document.createElement("canvas");
    this.large = document.createElement("canvas");
    this.build();
    this.paintLegend();
    this.receive = this.receive.bind(this);
    model.on("msg:custom", this.receive);
    this.sizes = new ResizeObserver(() => this.resized());
    for (const each of [this.stage, this.mapBox, this.chart]) this.sizes.observe(each);
    this.clock = setInterval(() => this.tick(), 500);
    this.themed();
    this.resized();
    this.ask("hello");
  }

  close() {
    this.playing = false;
    this.closed = true;
    clearInterval(this.clock);
    cancelAnimationFrame(this.scheduled);
    this.sizes.disconnect();
    this.model.off("msg:custom", this.receive);
  }

  // Questions and answers ---

  ask(what, details = {}) {
    if (this.closed) return;
    this.asked ??= performance.now();
    this.model.send({ do: what, view: this.id, look: this.look(), ...details });
  }

  /** Ask for frames, as long as it plays and no more than a few are on their way. */
  pull() {
    while (this.playing && this.waiting < IN_FLIGHT) {
      this.waiting += 1;
      this.ask("train");
    }
  }

  /** Change controls. What comes before the answer is sent together, afterwards. */
  change(changes) {
    if (this.changing) {
      this.changes = { ...this.changes, ...changes };
      return;
    }
    this.changing = true;
    this.ask("set", { changes });
  }

  /** Frames often arrive in pairs: each gets its turn on the screen. All else counts at once. */
  receive(answer, buffers) {
    this.frames.push([answer, buffers]);
    if (answer.did !== "train" || answer.view !== this.id) while (this.frames.length) this.take();
    this.schedule();
  }

  take() {
    const [answer, buffers] = this.frames.shift();
    const mine = answer.view === this.id;
    if (mine) this.answered(answer);
    if (answer.csv !== undefined && mine) this.download(answer.csv);
    const points = buffers[buffers.length - 1];
    if (answer.frame) this.takeFrame(answer.frame, buffers);
    if (answer.state) this.takeState(answer.state, points);
    if (answer.rebuilt) this.pause();
    if (answer.frame?.epoch === 0) this.tell("");
    this.complain(answer.problem || this.frame?.explanation || "");
    if (answer.problem) this.pause();
    if (mine && answer.stopped) {
      this.pause();
      this.tell(answer.stopped);
    }
    if (mine && answer.did !== "train" && answer.did !== "look" && answer.did !== "hello") this.say();
  }

  answered(answer) {
    this.asked = null;
    if (answer.did === "train") this.waiting -= 1;
    if (this.waiting > 0) this.asked = performance.now();
    if (answer.did !== "set") return;
    this.changing = false;
    if (!this.changes) return;
    const changes = this.changes;
    this.changes = null;
    this.change(changes);
  }

  takeFrame(frame, buffers) {
    const [map, small, parameters, dead, chart] = buffers;
    this.frame = frame;
    this.map = bytes(map);
    this.parameters = floats(parameters);
    this.dead = bytes(dead);
    this.history = floats(chart);
    if (small.byteLength) paint(this.small, bytes(small), NEURON_COLOURS, SMALL);
    this.offsets = [];
    let offset = 0;
    let links = 0;
    for (let layer = 1; layer < frame.sizes.length; layer += 1) {
      const [d, m] = [frame.sizes[layer - 1], frame.sizes[layer]];
      this.offsets[layer] = { weights: offset, biases: offset + d * m, links };
      offset += d * m + m;
      links += d * m;
    }
  }

  weight(layer, source, neuron) {
    return this.parameters[this.offsets[layer].weights + source * this.frame.sizes[layer] + neuron];
  }

  bias(layer, neuron) {
    return this.parameters[this.offsets[layer].biases + neuron];
  }

  isDead(layer, source, neuron) {
    return this.dead[this.offsets[layer].links + source * this.frame.sizes[layer] + neuron] === 1;
  }

  // Playing ---

  play() {
    this.playing = true;
    this.tell("");
    this.showPlaying();
    this.pull();
    this.say("Training. ");
  }

  pause() {
    if (!this.playing) return;
    this.playing = false;
    this.showPlaying();
    this.sayWhenStill = true;
    while (this.frames.length) this.take();
    this.schedule();
  }

  showPlaying() {
    this.playButton.replaceChildren(icon(this.playing ? "pause" : "play"), this.playing ? "Pause" : "Play");
    this.root.classList.toggle("pg-playing", this.playing);
  }

  /** Twice a second: announcements, and patience with a kernel that is busy. */
  tick() {
    this.themed();
    const now = performance.now();
    const busy = this.asked && now - this.asked > IMPATIENT;
    this.root.classList.toggle("pg-waiting", Boolean(busy));
    this.busy.hidden = !busy;
    if (this.playing && now - this.said > SAY_EVERY) this.say();
    if (!this.playing && this.sayWhenStill && this.waiting === 0) this.say();
  }

  /** Tell screen readers where the training is. */
  say(before = "") {
    this.said = performance.now();
    this.sayWhenStill = false;
    write(this.live, before + (this.frame ? `${this.status.textContent} ${this.frame.sentence}` : ""));
  }

  tell(text) {
    write(this.status, text);
  }

  complain(text) {
    write(this.problem, text);
    if (this.problem.hidden !== !text) this.problem.hidden = !text;
  }

  // Building ---

  build() {
    this.root.classList.add("fnn-widget", "pg");
    this.problem = make("p", { class: "fnn-problem", role: "alert", hidden: true });
    this.live = make("p", { class: "pg-hidden", role: "status", "aria-live": "polite" });
    this.root.replaceChildren(
      make("p", { class: "fnn-title" }, this.choices.title),
      make("p", {}, this.choices.question),
      this.buildBar(),
      this.problem,
      make("div", { class: "pg-body" }, this.buildData(), this.buildNetwork(), this.buildOutput()),
      this.buildMore(),
      this.live,
    );
  }

  button(name, text, clicked, hint, control = null) {
    return make("button", { class: `pg-button pg-${name}`, click: clicked, title: hint, "data-control": control }, icon(name), text);
  }

  buildBar() {
    const { choices } = this;
    const numbers = (values) => values.map((value) => [value, String(value)]);
    this.playButton = this.button("play", "Play", () => (this.playing ? this.pause() : this.play()), "Train, or pause", "playButton");
    this.epoch = make("span", { class: "pg-epoch" }, "000,000");
    this.status = make("span", { class: "pg-status" });
    this.busy = make("span", { class: "pg-status", hidden: true }, "Waiting for the kernel …");
    const set = (name) => (value) => this.change({ [name]: value });
    this.controls = {
      learning_rate: new Choice("Learning rate", numbers(choices.learning_rates), set("learning_rate"), "learningRate"),
      activation: new Choice(
        "Activation", choices.activations.map((name) => [name, words(name)]),
        (value) => this.change({ activation: value, layer_activations: null }), "activation",
      ),
      regularization: new Choice("Regularization", choices.regularizations.map((name) => [name, name === "none" ? "None" : name]), set("regularization"), "regularization"),
      regularization_rate: new Choice("Regularization rate", numbers(choices.regularization_rates), set("regularization_rate"), "regularizationRate"),
      problem: new Choice("Problem type", choices.problems.map((name) => [name, name]), set("problem"), "problem"),
    };
    return make(
      "div", { class: "pg-bar" },
      make(
        "div", { class: "pg-buttons", role: "group", "aria-label": "Training" },
        this.button("rewind", "Rewind", () => { this.pause(); this.tell(""); this.ask("rewind"); }, "Start again with the same first weights"),
        this.button("reset", "Reset", () => { this.pause(); this.tell(""); this.ask("reset"); }, "Start again with new first weights", "resetButton"),
        this.playButton,
        this.button("step", "Step", () => { this.pause(); this.tell(""); this.ask("step"); }, "Train for one epoch", "stepButton"),
        make("div", { class: "pg-counter" }, make("span", { class: "pg-label" }, "Epoch"), this.epoch),
      ),
      make("div", { class: "pg-settings", role: "group", "aria-label": "Settings" }, ...Object.values(this.controls).map((each) => each.element)),
      make("div", { class: "pg-line" }, this.status, this.busy),
    );
  }

  buildData() {
    const { choices, controls } = this;
    this.datasets = make("div", { class: "pg-datasets", role: "radiogroup", "aria-label": "Data set", "data-control": "dataset" });
    const set = (name) => (value) => this.change({ [name]: value });
    controls.train_percent = new Range("Training", choices.train_percents, " %", set("train_percent"), "percTrainData");
    controls.noise = new Range("Noise", choices.noises, "", set("noise"), "noise");
    controls.batch_size = new Range("Batch size", choices.batch_sizes, "", set("batch_size"), "batchSize");
    return make(
      "section", { class: "pg-data", "aria-label": "Data" },
      make("h4", {}, "Data"),
      this.datasets,
      make("div", { class: "pg-ranges" }, controls.train_percent.element, controls.noise.element, controls.batch_size.element),
      make("button", { class: "pg-plain", click: () => this.ask("regenerate"), title: "Draw new data, keep the network" }, "Regenerate"),
    );
  }

  /** One picture for each data set of this kind of problem, and one for own data. */
  showDatasets(state) {
    const { problem } = state.config;
    const names = [...this.choices.datasets[problem], ...(state.has_own ? ["own"] : [])];
    const key = names.join();
    if (this.datasets.dataset.names !== key) {
      this.datasets.dataset.names = key;
      this.datasets.replaceChildren(...names.map((name) => this.datasetPicture(name, problem)));
    }
    for (const input of this.datasets.querySelectorAll("input")) input.checked = input.value === state.data;
  }

  datasetPicture(name, problem) {
    const canvas = make("canvas", { width: 88, height: 88, "aria-hidden": "true" });
    const field = problem === "classification" ? "dataset" : "reg_dataset";
    const changes = name === "own" ? { use_own_data: true } : { [field]: name, own_data: null };
    const label = name === "own" ? "own data" : name;
    const input = make("input", {
      type: "radio", name: `${this.id}-data`, value: name, "aria-label": label,
      change: () => this.change(changes),
    });
    const context = canvas.getContext("2d");
    if (name === "own") {
      context.font = "bold 24px sans-serif";
      context.fillStyle = "#5a6066";
      context.textAlign = "center";
      context.fillText("own", 44, 52);
    } else {
      const order = Object.values(this.choices.datasets).flat();
      const all = floats(this.model.get("samples"));
      const count = all.length / order.length;
      const points = all.subarray(order.indexOf(name) * count, (order.indexOf(name) + 1) * count);
      for (let i = 0; i < count; i += 3) {
        dot(context, 44 + points[i] * 6.6, 44 - points[i + 1] * 6.6, 3.4, points[i + 2]);
      }
    }
    return make("label", { class: "pg-dataset", title: label }, input, canvas);
  }

  buildNetwork() {
    this.canvas = make("canvas", { class: "pg-canvas", "aria-hidden": "true" });
    this.overlay = make("div", {
      class: "pg-overlay", role: "group", "aria-label": "Network",
      "aria-description": "Arrow keys move between the units. Enter on a feature switches it on or off, on a neuron opens its weights.",
      keydown: (event) => this.moveFocus(event),
      focusin: (event) => this.focusUnit(event.target),
      focusout: () => this.focusUnit(null),
    });
    this.heads = make("div", { class: "pg-heads" });
    this.tip = make("div", { class: "pg-tip", "aria-hidden": "true", hidden: true });
    this.stage = make(
      "div", {
        class: "pg-stage",
        mousemove: (event) => this.hoverLink(event),
        mouseleave: () => this.leaveLink(),
        click: (event) => this.clickLink(event),
      },
      this.canvas, this.heads, this.overlay, this.tip,
    );
    this.fewer = make("button", { class: "pg-small", "aria-label": "Remove a hidden layer", click: () => this.changeLayers(-1) }, "−");
    this.more = make("button", { class: "pg-small", "aria-label": "Add a hidden layer", click: () => this.changeLayers(1) }, "+");
    this.layerCount = make("span", {});
    this.inspector = make("div", { class: "pg-inspector", role: "group", "aria-label": "Numbers of the chosen unit", keydown: (event) => this.leaveInspector(event) });
    return make(
      "section", { class: "pg-network", "aria-label": "Network" },
      make(
        "div", { class: "pg-titles" },
        make("h4", {}, "Features"),
        make("h4", { class: "pg-layers", "data-control": "numHiddenLayers" }, this.fewer, this.more, this.layerCount),
      ),
      this.stage,
      this.inspector,
    );
  }

  buildOutput() {
    const { controls } = this;
    this.trainLoss = make("b", {});
    this.testLoss = make("b", {});
    this.trainAccuracy = make("span", { class: "pg-right" });
    this.testAccuracy = make("span", { class: "pg-right" });
    this.chart = make("canvas", { class: "pg-chart", "aria-hidden": "true" });
    this.reading = make("p", { class: "pg-reading" });
    this.chartBox = make(
      "div", {
        class: "pg-chart-box", tabindex: 0, role: "slider", "aria-label": "Loss chart: epoch to read",
        "aria-valuemin": 0,
        mousemove: (event) => this.readAt(event), mouseleave: () => this.read(null),
        keydown: (event) => this.readNext(event), blur: () => this.read(null),
      },
      this.chart,
    );
    this.caption = make("p", { class: "pg-caption" });
    this.mapCanvas = make("canvas", { "aria-hidden": "true" });
    this.pointCanvas = make("canvas", { "aria-hidden": "true" });
    this.mapBox = make("div", { class: "pg-map", role: "img" }, this.mapCanvas, this.pointCanvas);
    this.legend = make("canvas", { class: "pg-legend", width: 255, height: 1, role: "img", "aria-label": "Colours: orange is −1, grey is 0, blue is 1" });
    const set = (name) => (value) => this.change({ [name]: value });
    controls.show_test_data = check("Show test data", set("show_test_data"), "showTestData");
    controls.discretize = check("Discretize output", set("discretize"), "discretize");
    return make(
      "section", { class: "pg-output", "aria-label": "Output" },
      make("h4", {}, "Output"),
      make(
        "div", { class: "pg-losses" },
        make("span", { class: "pg-train" }, "Training loss"), this.trainLoss, this.trainAccuracy,
        make("span", { class: "pg-test" }, "Test loss"), this.testLoss, this.testAccuracy,
      ),
      this.chartBox, this.reading,
      this.caption, this.mapBox,
      make("div", { class: "pg-scale" }, "−1", this.legend, "1"),
      make("div", { class: "pg-checks" }, controls.show_test_data.element, controls.discretize.element),
    );
  }

  buildMore() {
    const { choices, controls } = this;
    controls.epoch_limit = new Choice(
      "Epoch limit", [[null, "none"], ...choices.epoch_limits.map((n) => [n, String(n)])],
      (value) => this.change({ epoch_limit: value }),
    );
    this.metric = new Choice(
      "Stop when", [[null, "never"], ["train_loss", "training loss ≤"], ["test_loss", "test loss ≤"], ["train_accuracy", "training accuracy ≥"], ["test_accuracy", "test accuracy ≥"]],
      (metric) => this.changeTarget(metric, null),
    );
    this.goal = new Choice("Goal", [], (value) => this.changeTarget(this.state.config.target.metric, value));
    controls.loss_includes_penalty = check("Add the penalty to the training loss", (value) => this.change({ loss_includes_penalty: value }));
    controls.init_zero = check("Start with all weights 0", (value) => this.change({ init_zero: value }));
    this.meaning = make("p", {});
    this.seed = make("input", { type: "text", spellcheck: "false", maxlength: 30, change: () => this.changeSeed(), input: () => this.cleanSeed() });
    this.linkField = make("input", { type: "text", spellcheck: "false", "aria-label": "Link of TensorFlow Playground", keydown: (event) => { if (event.key === "Enter") this.openLink(); } });
    this.linkNote = make("p", { class: "pg-note" });
    this.original = make("a", { target: "_blank", rel: "noopener" }, "Open in the original");
    this.code = make("textarea", { readonly: true, rows: 3, "aria-label": "Python code that repeats this over a hundred seeds" });
    return make(
      "div", { class: "pg-more" },
      this.fold("Stop, loss, seed", make(
        "div", { class: "pg-grid" }, controls.epoch_limit.element, this.metric.element, this.goal.element,
        make("label", { class: "pg-field" }, make("span", {}, "Seed"), this.seed),
      ), make("div", { class: "pg-checks" }, controls.loss_includes_penalty.element, controls.init_zero.element), this.meaning),
      this.fold("Share, export, repeat", make(
        "div", { class: "pg-row" }, this.linkField,
        make("button", { class: "pg-plain", click: () => this.openLink() }, "Use this link"), this.original,
      ), this.linkNote, make(
        "div", { class: "pg-row" }, make("button", { class: "pg-plain", click: () => this.ask("export") }, "Save the losses as CSV"),
      ), make("p", {}, "One run may be luck. Repeat it over a hundred seeds in a cell of your own:"), this.code),
      this.fold("What the features mean", make("dl", { class: "pg-meanings" }, ...choices.features.flatMap((each) => [make("dt", {}, pretty(each.name)), make("dd", {}, each.meaning)]))),
    );
  }

  fold(title, ...content) {
    return make("details", {}, make("summary", {}, title), make("div", { class: "pg-fold" }, ...content));
  }

  // Controls that need a thought ---

  changeLayers(by) {
    const layers = this.state.config.hidden_layers;
    if (by > 0) this.changeShape([...layers, 2], [...this.state.activations, this.state.config.activation]);
    else this.changeShape(layers.slice(0, -1), this.state.activations.slice(0, -1));
  }

  changeNeurons(layer, by) {
    const layers = [...this.state.config.hidden_layers];
    layers[layer - 1] += by;
    this.changeShape(layers, this.state.activations);
  }

  changeActivation(layer, name) {
    const activations = [...this.state.activations];
    activations[layer - 1] = name;
    this.changeShape(this.state.config.hidden_layers, activations);
  }

  /** Keep each layer's own activation, unless all are the common one. */
  changeShape(layers, activations) {
    const same = activations.every((name) => name === this.state.config.activation);
    this.change({ hidden_layers: layers, layer_activations: same ? null : activations });
    // A second click before the answer goes on from here.
    this.state.config.hidden_layers = layers;
    this.state.activations = activations;
  }

  changeTarget(metric, value) {
    if (metric === null) this.change({ target: null });
    else this.change({ target: { metric, value: value ?? (metric.endsWith("loss") ? 0.05 : 0.95) } });
  }

  /** A link can carry letters, digits and a few signs. */
  cleanSeed() {
    const clean = this.seed.value.replaceAll(/[^A-Za-z0-9._~-]/g, "");
    if (clean !== this.seed.value) this.seed.value = clean;
  }

  changeSeed() {
    if (this.seed.value) this.change({ seed: this.seed.value });
    else this.seed.value = this.state.config.seed;
  }

  openLink() {
    if (this.linkField.value.trim()) this.ask("link", { link: this.linkField.value });
  }

  download(csv) {
    const address = URL.createObjectURL(new Blob([csv], { type: "text/csv" }));
    make("a", { href: address, download: "playground.csv" }).click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  }

  // State ---

  takeState(state, points) {
    if (this.changes) return; // a newer one is on its way
    this.state = state;
    this.points = floats(points);
    const { config } = state;
    for (const [name, control] of Object.entries(this.controls)) control.set(config[name]);
    this.showDatasets(state);
    this.controls.noise.input.disabled = state.data === "own";
    this.fewer.disabled = config.hidden_layers.length === 0;
    this.more.disabled = config.hidden_layers.length === this.choices.max_layers;
    const count = config.hidden_layers.length;
    write(this.layerCount, `${count} hidden layer${count === 1 ? "" : "s"}`);
    this.showTarget(config);
    this.showLink(state);
    write(this.meaning, `The training loss is the ${state.loss_meaning}.${state.functions ? " Forward and backward pass are your own functions." : ""}`);
    for (const element of this.root.querySelectorAll("[data-control]")) {
      element.classList.toggle("pg-gone", config.hidden_controls.includes(element.dataset.control));
    }
    this.layout();
    this.stale = true;
  }

  showTarget(config) {
    const { target } = config;
    for (const [index, option] of [...this.metric.select.options].entries()) {
      option.disabled = index > 2 && config.problem === "regression";
    }
    this.metric.set(target?.metric ?? null);
    const accuracy = target?.metric.endsWith("accuracy");
    const values = accuracy ? this.choices.accuracies : this.choices.losses;
    this.goal.options = [];
    this.goal.select.replaceChildren();
    this.goal.select.disabled = !target;
    for (const value of values) this.goal.add(value, accuracy ? `${Math.round(value * 100)} %` : String(value));
    this.goal.set(target ? target.value : values[1]);
  }

  showLink(state) {
    this.linkField.value = state.link;
    this.original.href = `https://playground.tensorflow.org/${state.link}`;
    write(this.linkNote, state.link_complete ? "" : "The original's link can't carry all of this: own data, a layer's own activation, and functions beyond its four stay behind.");
    this.seed.value = state.config.seed;
    this.code.value = `from tutor import playground\nplayground.experiment(${state.code}, seeds=100)`;
  }

  // The network: places ---

  /** Put a unit's button and a layer's controls where they belong. */
  layout() {
    if (!this.state || !this.stage.clientWidth) return;
    const { config } = this.state;
    const shape = JSON.stringify([config.features, config.hidden_layers, this.state.activations, config.hidden_controls, this.stage.clientWidth]);
    if (shape === this.shape) return;
    this.shape = shape;
    const had = this.root.getRootNode().activeElement;
    this.place(config);
    this.overlay.replaceChildren(...this.units.flatMap((unit) => (unit.label ? [unit.label, unit.button] : [unit.button])));
    this.heads.replaceChildren(...config.hidden_layers.map((size, index) => this.layerHead(index + 1, size)));
    this.connect();
    this.setTabStop(this.units[0]);
    this.refocus(had);
    if (this.inspected && !this.unitAt(...this.inspected)) this.inspected = null;
    this.inspect();
  }

  /** Give the keyboard's focus to what has taken the place of an element that had it. */
  refocus(had) {
    if (!had || had.isConnected || !had.dataset.place) return;
    const [place, name] = [had.dataset.place, had.getAttribute("aria-label")];
    const there = [...this.root.querySelectorAll("[data-place]")].filter((each) => each.dataset.place === place);
    const same = there.find((each) => each.getAttribute("aria-label") === name && !each.disabled);
    (same ?? there.find((each) => !each.disabled) ?? this.units[0].button).focus();
  }

  place(config) {
    const narrow = this.stage.clientWidth < 520;
    this.size = narrow ? 28 : 32;
    const labels = narrow ? 48 : 56;
    const width = this.stage.clientWidth;
    const first = labels + this.size / 2;
    const last = width - 12;
    const layers = config.hidden_layers.length;
    const x = (layer) => first + ((last - first) * layer) / (layers + 1) + (layer > 0 && layer <= layers ? (narrow ? 8 : 0) : 0);
    this.room = layers > 1 ? x(2) - x(1) : 120;
    const header = this.room < TIGHT ? HEADER + 18 : HEADER;
    const y = (row) => header + this.size / 2 + row * ROW;
    const names = this.choices.features.filter((each) => !config.hidden_controls.includes(each.key));
    this.units = names.map((each, row) => this.unit("feature", 0, config.features.indexOf(each.name), first, y(row), each.name));
    config.hidden_layers.forEach((size, index) => {
      for (let neuron = 0; neuron < size; neuron += 1) {
        this.units.push(this.unit("neuron", index + 1, neuron, x(index + 1), y(neuron)));
      }
    });
    this.units.push(this.unit("output", layers + 1, 0, last, y(1.5)));
    const rows = Math.max(names.length, ...config.hidden_layers);
    this.stage.style.height = `${header + rows * ROW}px`;
    this.columns = config.hidden_layers.map((_, index) => x(index + 1));
  }

  unit(kind, layer, index, x, y, name = "") {
    const unit = { kind, layer, index, x, y, name };
    const size = kind === "output" ? 24 : this.size;
    unit.button = make("button", {
      class: `pg-unit pg-${kind}`, tabindex: -1, "data-place": `column ${layer}`, "aria-label": this.unitName(unit),
      "aria-pressed": kind === "feature" ? String(index >= 0) : null,
      style: `left: ${x - size / 2}px; top: ${y - size / 2}px; width: ${size}px; height: ${size}px`,
      mouseenter: () => this.hover(unit), mouseleave: () => this.hover(null),
      click: (event) => this.press(unit, event.detail === 0),
    });
    unit.button.unit = unit;
    if (kind === "feature") {
      const right = this.stage.clientWidth - x + size / 2 + 5;
      unit.label = make("span", { class: "pg-feature-name", "aria-hidden": "true", style: `right: ${right}px; top: ${y}px` }, pretty(name));
      unit.button.title = this.choices.features.find((each) => each.name === name).meaning;
    }
    return unit;
  }

  unitName(unit) {
    if (unit.kind === "feature") return `Feature ${pretty(unit.name)}`;
    return unit.kind === "output" ? "Output" : `Layer ${unit.layer}, neuron ${unit.index + 1}`;
  }

  layerHead(layer, size) {
    const choice = new Choice("", this.choices.activations.map((name) => [name, words(name)]), (name) => this.changeActivation(layer, name));
    choice.select.setAttribute("aria-label", `Activation of layer ${layer}`);
    choice.select.dataset.place = `head ${layer}`;
    choice.set(this.state.activations[layer - 1]);
    const small = (by, sign, name) => make("button", {
      class: "pg-small", "aria-label": `${name} layer ${layer}`, "data-place": `head ${layer}`, disabled: by < 0 ? size === 1 : size === this.choices.max_neurons,
      click: () => this.changeNeurons(layer, by),
    }, sign);
    const width = Math.min(96, this.room - 4);
    return make(
      "div", { class: this.room < TIGHT ? "pg-head pg-tight" : "pg-head", role: "group", "aria-label": `Layer ${layer}`, style: `left: ${this.columns[layer - 1]}px; width: ${width}px` },
      make("div", {}, small(-1, "−", "Remove a neuron from"), make("span", {}, String(size)), small(1, "+", "Add a neuron to")),
      choice.select,
    );
  }

  /** Note each link with its course, for drawing and for the mouse. */
  connect() {
    this.links = [];
    const inputs = this.units.filter((unit) => unit.kind === "feature" && unit.index >= 0).sort((a, b) => a.index - b.index);
    const layers = [inputs, ...this.state.config.hidden_layers.map((_, index) => this.units.filter((unit) => unit.kind === "neuron" && unit.layer === index + 1)), this.units.slice(-1)];
    for (let layer = 1; layer < layers.length; layer += 1) {
      layers[layer - 1].forEach((from, source) => {
        for (const to of layers[layer]) {
          const [x0, x1] = [from.x + this.size / 2, to.x - (to.kind === "output" ? 8 : this.size / 2)];
          const middle = (x0 + x1) / 2;
          this.links.push({ layer, source, neuron: to.index, from, to, x0, y0: from.y, x1, y1: to.y, middle });
        }
      });
    }
  }

  unitAt(layer, neuron) {
    return this.units.find((unit) => unit.kind !== "feature" && unit.layer === layer && unit.index === neuron);
  }

  // The network: mouse and keyboard ---

  /** The unit whose map is shown large: [layer, neuron], or null for the output. */
  look() {
    const unit = this.hovered ?? this.focused;
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
    if (!this.playing && this.frame && String(this.look()) !== String(this.frame.look)) this.ask("look");
    this.schedule();
  }

  setTabStop(chosen) {
    for (const unit of this.units) unit.button.tabIndex = unit === chosen ? 0 : -1;
  }

  moveFocus(event) {
    const unit = event.target.unit;
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!unit || !step) return;
    event.preventDefault();
    const column = this.units.filter((each) => each.layer === unit.layer + step[0]);
    if (!column.length) return;
    const near = column.reduce((best, each) => (Math.abs(each.y - unit.y) < Math.abs(best.y - unit.y) ? each : best));
    const next = step[0] ? near : column[column.indexOf(unit) + step[1]];
    next?.button.focus();
  }

  press(unit, byKeyboard) {
    if (unit.kind !== "feature") {
      this.inspected = [unit.layer, unit.index];
      this.inspect();
      if (byKeyboard) this.inspector.querySelector("input").focus();
      return;
    }
    const chosen = new Set(this.state.config.features);
    if (!chosen.delete(unit.name)) chosen.add(unit.name);
    const features = [...chosen];
    this.state.config.features = features;
    this.change({ features });
  }

  nearestLink(x, y) {
    let [best, least] = [null, 6];
    for (const link of this.links) {
      if (x < link.x0 - 4 || x > link.x1 + 4) continue;
      for (let step = 0; step <= 16; step += 1) {
        const [px, py] = this.along(link, step / 16);
        const [nx, ny] = this.along(link, Math.min(1, (step + 1) / 16));
        const distance = this.distance(x, y, px, py, nx, ny);
        if (distance < least) [best, least] = [link, distance];
      }
    }
    return best;
  }

  along(link, t) {
    const u = 1 - t;
    const [a, b, c, d] = [u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t];
    return [a * link.x0 + (b + c) * link.middle + d * link.x1, (a + b) * link.y0 + (c + d) * link.y1];
  }

  distance(x, y, x0, y0, x1, y1) {
    const [dx, dy] = [x1 - x0, y1 - y0];
    const t = Math.max(0, Math.min(1, ((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy || 1)));
    return Math.hypot(x - x0 - t * dx, y - y0 - t * dy);
  }

  hoverLink(event) {
    const overStage = event.target === this.canvas || event.target === this.overlay || event.target === this.stage;
    const box = this.stage.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    this.link = overStage ? this.nearestLink(x, y) : null;
    this.stage.style.cursor = this.link ? "pointer" : "";
    this.tip.style.left = `${Math.min(x + 12, this.stage.clientWidth - 170)}px`;
    this.tip.style.top = `${y + 14}px`;
    this.schedule();
  }

  leaveLink() {
    this.link = null;
    this.schedule();
  }

  clickLink(event) {
    if (event.target.closest("button, select")) return;
    this.hoverLink(event);
    if (!this.link) return;
    this.inspected = [this.link.layer, this.link.neuron];
    this.inspect();
    const field = this.inspector.querySelectorAll("input")[1 + this.link.source];
    field.focus();
    field.select();
  }

  // Numbers by hand ---

  sourceName(layer, source) {
    return layer === 1 ? pretty(this.state.config.features[source] ?? "") : `neuron ${source + 1}`;
  }

  /** Build a field for each number of the inspected unit. */
  inspect() {
    if (!this.inspected || !this.frame) {
      this.inspector.replaceChildren(make("p", { class: "pg-note" }, "Click a neuron or a link, or press Enter on a neuron, to read and change its numbers."));
      this.fields = [];
      return;
    }
    const [layer, neuron] = this.inspected;
    const unit = this.unitAt(layer, neuron);
    const name = this.unitName(unit);
    this.fields = [this.field("bias", `Bias of ${name}`, null)];
    for (let source = 0; source < this.frame.sizes[layer - 1]; source += 1) {
      const from = this.sourceName(layer, source);
      this.fields.push(this.field(from, `Weight from ${from} to ${name}`, source));
    }
    this.inspector.replaceChildren(make("p", {}, `${name}: bias and weights`), make("div", { class: "pg-fields" }, ...this.fields.map((each) => each.element)));
    this.showNumbers();
  }

  field(text, name, source) {
    const input = make("input", {
      type: "number", step: 0.1, "aria-label": name,
      input: () => this.edit(source, input), blur: () => this.showNumbers(),
    });
    return { input, source, element: make("label", { class: "pg-number" }, make("span", {}, text), input) };
  }

  edit(source, input) {
    const value = input.valueAsNumber;
    if (!Number.isFinite(value)) return; // half typed
    const [layer, neuron] = this.inspected;
    if (source === null) this.ask("bias", { layer, neuron, value });
    else this.ask("weight", { layer, neuron, source, value });
  }

  /** Keep the fields up to date, except the one that is being edited. */
  showNumbers() {
    if (!this.inspected || !this.offsets[this.inspected[0]]) return;
    const [layer, neuron] = this.inspected;
    const busy = this.root.getRootNode().activeElement;
    for (const { input, source } of this.fields) {
      const value = source === null ? this.bias(layer, neuron) : this.weight(layer, source, neuron);
      const text = Number.isFinite(value) ? String(Number(value.toFixed(3))) : "";
      if (input !== busy && input.value !== text) input.value = text;
    }
  }

  leaveInspector(event) {
    if (event.key !== "Escape" || !this.inspected) return;
    const unit = this.unitAt(...this.inspected);
    this.inspected = null;
    this.inspect();
    unit?.button.focus();
  }

  // Drawing ---

  /** Take over the theme's colours. */
  themed() {
    const style = getComputedStyle(this.root);
    const names = ["ink", "grid", "paper", "blue", "orange"];
    const values = names.map((name) => style.getPropertyValue(`--fnn-${name}`).trim());
    if (String(values) === this.theme) return;
    this.theme = String(values);
    [this.ink, this.grid, this.paper, this.blue, this.orange] = values;
    // A link of weight 0 is to be faint: close to the background, which may be dark.
    this.faint = document.body.dataset.jpThemeLight === "false" ? [78, 84, 90] : [205, 209, 212];
    this.stale = true;
    this.schedule();
  }

  resized() {
    this.layout();
    // Asking for a size in each frame would make the page be laid out each time.
    this.spaces = new Map([this.canvas, this.mapCanvas, this.pointCanvas, this.chart].map((each) => [each, [each.clientWidth, each.clientHeight]]));
    this.visible = this.stage.clientWidth > 0;
    this.stale = true;
    this.schedule();
  }

  schedule() {
    if (this.scheduled) return;
    this.scheduled = requestAnimationFrame(() => {
      this.scheduled = null;
      if (this.frames.length) this.take();
      // JupyterLab takes a cell out of the page for a while when it scrolls or changes its theme.
      if (this.frame && this.state && this.visible) this.draw();
      this.pull();
      if (this.frames.length) this.schedule();
    });
  }

  draw() {
    const { frame } = this;
    if (this.stale) this.drawPoints();
    write(this.epoch, String(frame.epoch).padStart(6, "0").replace(/(\d{3})$/, ",$1"));
    write(this.trainLoss, show(frame.loss));
    write(this.testLoss, show(frame.measures.test_loss));
    const share = (value) => (value === null ? "" : `${Math.round(value * 1000) / 10} % right`);
    write(this.trainAccuracy, share(frame.measures.train_accuracy));
    write(this.testAccuracy, share(frame.measures.test_accuracy));
    // While controls are being answered, the places may belong to another network.
    if (this.links.length === this.linkCount()) this.drawNetwork();
    this.drawMap();
    this.drawChart();
    this.showNumbers();
  }

  linkCount() {
    return this.frame.sizes.slice(1).reduce((sum, m, i) => sum + m * this.frame.sizes[i], 0);
  }

  drawNetwork() {
    const { context } = ready(this.canvas, this.spaces.get(this.canvas));
    context.lineCap = "butt";
    for (const link of this.links) this.drawLink(context, link);
    if (this.link) this.drawLink(context, this.link, true);
    this.showTip();
    let row = 0;
    for (const unit of this.units) {
      if (unit.kind === "feature") this.drawFeature(context, unit);
      else if (unit.kind === "neuron") this.drawNeuron(context, unit, row++);
      else this.drawPort(context, unit);
    }
  }

  drawLink(context, link, marked = false) {
    const w = this.weight(link.layer, link.source, link.neuron);
    const dead = this.isDead(link.layer, link.source, link.neuron);
    context.beginPath();
    context.moveTo(link.x0, link.y0);
    context.bezierCurveTo(link.middle, link.y0, link.middle, link.y1, link.x1, link.y1);
    context.setLineDash(dead ? [2, 5] : []);
    context.lineWidth = 1 + 1.6 * Math.min(Math.abs(w) || 0, 5);
    if (marked) {
      context.strokeStyle = this.ink;
      context.lineWidth += 4;
      context.stroke();
      context.lineWidth -= 4;
    }
    context.strokeStyle = colour(w, this.faint);
    context.stroke();
    context.setLineDash([]);
  }

  showTip() {
    this.tip.hidden = !this.link;
    if (!this.link) return;
    const { layer, source, neuron, to } = this.link;
    const dead = this.isDead(layer, source, neuron) ? " (dead: L1 set it to 0)" : "";
    const target = to.kind === "output" ? "output" : `neuron ${neuron + 1}`;
    write(this.tip, `${this.sourceName(layer, source)} → ${target}: weight ${show(this.weight(layer, source, neuron))}${dead}`);
  }

  frameUnit(context, unit, active) {
    const half = this.size / 2;
    context.strokeStyle = this.ink;
    context.lineWidth = active ? 1.5 : 1;
    context.strokeRect(unit.x - half, unit.y - half, this.size, this.size);
  }

  drawFeature(context, unit) {
    const half = this.size / 2;
    const index = this.choices.features.findIndex((each) => each.name === unit.name);
    context.globalAlpha = unit.index >= 0 ? 1 : 0.3;
    context.imageSmoothingEnabled = true;
    context.drawImage(this.featureCanvas, 0, index * SIDE, SIDE, SIDE, unit.x - half, unit.y - half, this.size, this.size);
    this.frameUnit(context, unit, unit.index >= 0);
    context.globalAlpha = 1;
  }

  drawNeuron(context, unit, row) {
    const half = this.size / 2;
    context.imageSmoothingEnabled = false;
    context.drawImage(this.small, 0, row * SMALL, SMALL, SMALL, unit.x - half, unit.y - half, this.size, this.size);
    this.frameUnit(context, unit, true);
    // The bias, as in the original: a small square at the corner.
    context.fillStyle = colour(this.bias(unit.layer, unit.index), this.faint);
    context.strokeStyle = this.paper;
    context.lineWidth = 1;
    context.fillRect(unit.x - half - 3, unit.y + half - 5, 8, 8);
    context.strokeRect(unit.x - half - 3, unit.y + half - 5, 8, 8);
  }

  drawPort(context, unit) {
    context.beginPath();
    context.arc(unit.x, unit.y, 8, 0, 2 * Math.PI);
    context.fillStyle = colour(this.bias(unit.layer, 0), this.faint);
    context.fill();
    context.strokeStyle = this.ink;
    context.lineWidth = 1.5;
    context.stroke();
  }

  paintLegend() {
    this.featureCanvas = document.createElement("canvas");
    paint(this.featureCanvas, bytes(this.model.get("feature_maps")), NEURON_COLOURS, SIDE);
    paint(this.legend, Uint8Array.from({ length: 255 }, (_, i) => i), NEURON_COLOURS, 255);
  }

  mapFrame(canvas) {
    const drawing = ready(canvas, this.spaces.get(canvas));
    const { left, top, right, bottom } = MAP_MARGIN;
    return { ...drawing, left, top, side: Math.min(drawing.width - left - right, drawing.height - top - bottom) };
  }

  drawMap() {
    const { context, left, top, side } = this.mapFrame(this.mapCanvas);
    const unit = this.hovered ?? this.focused;
    const { look } = this.frame;
    let name = "Output of the network";
    if (unit?.kind === "feature") {
      const index = this.choices.features.findIndex((each) => each.name === unit.name);
      const all = bytes(this.model.get("feature_maps"));
      paint(this.large, all.subarray(index * SIDE * SIDE, (index + 1) * SIDE * SIDE), MAP_COLOURS, SIDE);
      name = this.unitName(unit);
    } else {
      paint(this.large, this.map, MAP_COLOURS, SIDE);
      if (look) name = `Layer ${look[0]}, neuron ${look[1] + 1}`;
    }
    context.imageSmoothingEnabled = !this.state.config.discretize;
    context.drawImage(this.large, left, top, side, side);
    write(this.caption, name);
    tell(this.mapBox, "aria-label", `${name} over the plane, x₁ and x₂ from −6 to 6. ${this.playing ? "" : this.frame.sentence}`);
  }

  /** Data, and the map's axes: they stay while training goes on. */
  drawPoints() {
    this.stale = false;
    const { context, left, top, side } = this.mapFrame(this.pointCanvas);
    const place = (x, y) => [left + ((x + EXTENT) / (2 * EXTENT)) * side, top + ((EXTENT - y) / (2 * EXTENT)) * side];
    context.fillStyle = this.ink;
    context.font = "10px sans-serif";
    context.textAlign = "center";
    for (const tick of [-6, -3, 0, 3, 6]) {
      const text = String(tick).replace("-", "−");
      const shift = tick === -6 ? 5 : tick === 6 ? -3 : 0;
      context.fillText(text, place(tick, 0)[0] + shift, top + side + 12);
      context.textAlign = "right";
      context.fillText(text, left - 4, place(0, tick)[1] + 3.5 + (tick === 6 ? 4 : tick === -6 ? -3 : 0));
      context.textAlign = "center";
    }
    context.save();
    context.beginPath();
    context.rect(left, top, side, side);
    context.clip();
    const train = this.state.train_count;
    const count = this.points.length / 3;
    context.lineWidth = 1;
    // Test points have a dark rim, and lie below: they are what the network doesn't see.
    const draw = (from, to, rim) => {
      for (let i = from; i < to; i += 1) {
        dot(context, ...place(this.points[3 * i], this.points[3 * i + 1]), 3.2, this.points[3 * i + 2], rim);
      }
    };
    if (this.state.config.show_test_data) draw(train, count, "#24292f");
    draw(0, train, "#ffffff");
    context.restore();
  }

  // The loss chart ---

  rows() {
    return this.history.length / 3;
  }

  chartPlaces(width, height) {
    const count = this.rows();
    const [epochs, losses] = [this.history.subarray(0, count), this.history.subarray(count)];
    const last = Math.max(1, epochs[count - 1]);
    let most = 0;
    for (const value of losses) if (Number.isFinite(value)) most = Math.max(most, value);
    most ||= 1;
    return {
      count, epochs, losses, most,
      x: (row) => 2 + (epochs[row] / last) * (width - 4),
      y: (value) => height - 3 - (value / most) * (height - 16),
    };
  }

  drawChart() {
    const { context, width, height } = ready(this.chart, this.spaces.get(this.chart));
    const { count, epochs, losses, most, x, y } = this.chartPlaces(width, height);
    context.strokeStyle = this.grid;
    context.lineWidth = 1;
    context.strokeRect(0.5, 0.5, width - 1, height - 1);
    const line = (from, style, dash) => {
      context.beginPath();
      for (let row = 0; row < count; row += 1) context.lineTo(x(row), y(losses[from + row]));
      context.strokeStyle = style;
      context.lineWidth = 1.8;
      context.setLineDash(dash);
      context.stroke();
      context.setLineDash([]);
    };
    line(0, this.blue, []);
    line(count, this.orange, [5, 3]);
    context.fillStyle = this.ink;
    context.font = "10px sans-serif";
    context.textAlign = "left";
    context.fillText(show(most, 2), 4, 11);
    context.textAlign = "right";
    context.fillText(`epoch ${epochs[count - 1]}`, width - 4, 11);
    this.drawCursor(context, height, x);
  }

  drawCursor(context, height, x) {
    const count = this.rows();
    const row = this.cursor === null ? count - 1 : Math.min(this.cursor, count - 1);
    const [epoch, train, test] = [0, 1, 2].map((part) => this.history[part * count + row]);
    const text = `Epoch ${epoch}: training ${show(train, 4)}, test ${show(test, 4)}`;
    write(this.reading, this.cursor === null ? "" : text);
    if (!this.playing || this.cursor !== null) {
      tell(this.chartBox, "aria-valuemax", String(this.history[count - 1]));
      tell(this.chartBox, "aria-valuenow", String(epoch));
      tell(this.chartBox, "aria-valuetext", text);
    }
    if (this.cursor === null) return;
    context.strokeStyle = this.ink;
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(x(row), 0);
    context.lineTo(x(row), height);
    context.stroke();
  }

  read(row) {
    this.cursor = row;
    this.schedule();
  }

  readAt(event) {
    if (!this.history) return;
    const box = this.chart.getBoundingClientRect();
    const count = this.rows();
    const epoch = ((event.clientX - box.left - 2) / (box.width - 4)) * this.history[count - 1];
    let row = 0;
    while (row < count - 1 && Math.abs(this.history[row + 1] - epoch) <= Math.abs(this.history[row] - epoch)) row += 1;
    this.read(row);
  }

  readNext(event) {
    const last = this.rows() - 1;
    const now = this.cursor ?? last;
    const to = { ArrowLeft: now - 1, ArrowDown: now - 1, ArrowRight: now + 1, ArrowUp: now + 1, Home: 0, End: last, PageDown: now - 10, PageUp: now + 10 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.read(Math.max(0, Math.min(last, to)));
  }
}

export default {
  render({ model, el }) {
    const view = new View(model, el);
    return () => view.close();
  },
};
