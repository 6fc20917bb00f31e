// The Playground's page: controls, and questions to Python, which does the arithmetic.
//
// Python's answers hold a `frame` (what training changes: numbers, maps and weights as bytes) and,
// after a control was moved, a `state` (what the controls show). While it plays, a few frames are on
// their way. Each question costs JupyterLab as much as a frame does, so it asks for four at a time.
// A pause stops what is on screen at once. Python answers it without a frame, behind those that were
// on their way: the last of them is where training stands, and is shown then.
//
// The parts (network, large map, loss chart, numbers by hand) have files of their own. Each reads
// `page.frame`, `page.state` and `page.theme`, has an `element`, and `draw`s itself when told to.

const AHEAD = 6; // frames on their way at most, while it plays
const AT_ONCE = 4; // frames asked for in one question at least
const SAY_EVERY = 10000; // milliseconds between two announcements while it plays

class Page {
  constructor(model, root) {
    this.model = model;
    this.root = root;
    this.choices = model.get("choices");
    this.id = `pg-${Math.random().toString(36).slice(2)}`;
    this.playing = false;
    this.waiting = 0; // frames on their way
    this.pausing = 0; // times that it was paused, and Python hasn't answered
    this.late = null; // the newest frame that came after a pause
    this.frames = []; // answers that haven't been drawn
    this.changes = null; // of controls, that wait for the last answer
    this.changing = false;
    this.network = new NetworkView(this);
    this.inspector = new Inspector(this);
    this.chart = new Chart(this);
    this.map = new OutputMap(this);
    this.build();
    this.receive = this.receive.bind(this);
    model.on("msg:custom", this.receive);
    this.sizes = new ResizeObserver(() => this.resized());
    for (const part of [this.network, this.map, this.chart]) this.sizes.observe(part.element);
    this.clock = setInterval(() => this.tick(), 500);
    this.kernel = new Kernel(model, (words, gone) => this.wait(words, gone));
    this.themed();
    this.resized();
    this.ask("hello");
  }

  close() {
    this.playing = false;
    this.closed = true;
    this.kernel.close();
    clearInterval(this.clock);
    cancelAnimationFrame(this.scheduled);
    this.sizes.disconnect();
    this.model.off("msg:custom", this.receive);
  }

  // Questions and answers ---

  ask(what, details = {}) {
    if (this.closed) return;
    this.kernel.asked();
    this.kernel.send({ do: what, view: this.id, look: this.network.look(), ...details });
  }

  /** Ask for frames, as long as it plays and few are on their way. */
  pull() {
    if (!this.playing || this.waiting > AHEAD - AT_ONCE) return;
    this.ask("train", { frames: AHEAD - this.waiting });
    this.waiting = AHEAD;
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
    const inTurn = answer.did === "train" && answer.view === this.id && !this.pausing;
    if (!inTurn) while (this.frames.length) this.take();
    this.schedule();
  }

  take() {
    const [answer, buffers] = this.frames.shift();
    const mine = answer.view === this.id;
    if (mine) this.answered(answer);
    if (answer.csv !== undefined && mine) this.extras.download(answer.csv);
    const points = buffers[buffers.length - 1];
    if (answer.frame) this.takeFrame(new Frame(answer.frame, buffers), mine && answer.did === "train");
    if (answer.state) this.takeState(answer.state, points);
    if (answer.rebuilt) this.pause();
    if (answer.frame?.epoch === 0) this.tell("");
    const complaint = answer.problem || (this.late ?? this.frame)?.explanation || "";
    // A pause follows an error, and a look at another neuron may: neither says anything new of it.
    if (complaint || !["pause", "look"].includes(answer.did)) notify(this.problem, complaint);
    if (answer.problem) this.pause();
    if (mine && answer.stopped) {
      this.pause();
      this.tell(answer.stopped);
    }
    if (mine && answer.did !== "train" && answer.did !== "look" && answer.did !== "hello")
      this.say();
  }

  /** A frame of training that comes after a pause waits: what is on screen has stopped. */
  takeFrame(frame, trained) {
    const late = trained && this.pausing;
    this.late = late ? frame : null;
    if (!late) this.frame = frame;
  }

  answered(answer) {
    if (answer.did === "pause") this.paused();
    if (answer.did === "train" && !this.pausing) this.waiting -= 1;
    this.kernel.answered();
    if (this.waiting > 0) this.kernel.asked();
    if (answer.did !== "set") return;
    this.changing = false;
    if (!this.changes) return;
    const changes = this.changes;
    this.changes = null;
    this.change(changes);
  }

  // Playing ---

  play() {
    this.playing = true;
    this.tell("");
    this.showPlaying();
    this.pull();
    this.say("Training. ");
  }

  /** Stop at the frame on screen. Python drops the frames that are still wanted, and answers. */
  pause() {
    if (!this.playing) return;
    this.playing = false;
    this.showPlaying();
    this.ask("pause");
    this.pausing += 1;
    this.waiting = 0;
    while (this.frames.length) this.take();
    this.schedule();
  }

  /** Python has stopped too: show how far it had come. */
  paused() {
    this.pausing -= 1;
    if (this.pausing || !this.late) return;
    this.frame = this.late;
    this.late = null;
    this.show(); // the next turn of the screen may be half a frame away
  }

  showPlaying() {
    this.playButton.replaceChildren(
      icon(this.playing ? "pause" : "play"),
      this.playing ? "Pause" : "Play",
    );
  }

  /** Twice a second. */
  tick() {
    this.themed();
    if (this.playing && performance.now() - this.said > SAY_EVERY) this.say();
  }

  /** Say that the kernel doesn't answer. */
  wait(words, gone) {
    write(this.busy, words);
    if (!gone) return;
    this.playing = false;
    this.showPlaying();
  }

  /** Tell screen readers where the training is. */
  say(before = "") {
    this.said = performance.now();
    write(
      this.live,
      before + (this.frame ? `${this.status.textContent} ${this.frame.sentence}` : ""),
    );
  }

  tell(text) {
    write(this.status, text);
  }

  // Building ---

  build() {
    this.root.classList.add("fnn-widget", "pg");
    this.problem = make("p", { class: "fnn-problem", role: "alert", hidden: true });
    this.live = make("p", { class: "pg-hidden", role: "status", "aria-live": "polite" });
    const bar = this.buildBar();
    this.data = new DataPanel(this);
    const output = this.buildOutput();
    this.extras = new Extras(this);
    this.root.replaceChildren(
      make("p", { class: "fnn-title" }, this.choices.title),
      make("p", {}, this.choices.question),
      bar,
      this.problem,
      make("div", { class: "pg-body" }, this.data.element, this.buildNetwork(), output),
      this.extras.element,
      this.live,
    );
  }

  button(name, text, clicked, hint, control = null) {
    return make(
      "button",
      { class: `pg-button pg-${name}`, click: clicked, title: hint, "data-control": control },
      icon(name),
      text,
    );
  }

  buildBar() {
    const { choices } = this;
    const numbers = (values) => values.map((value) => [value, String(value)]);
    this.playButton = this.button(
      "play",
      "Play",
      () => (this.playing ? this.pause() : this.play()),
      "Train, or pause",
      "playButton",
    );
    this.epoch = make("span", { class: "pg-epoch" }, "000,000");
    this.status = make("span");
    this.busy = make("span", { role: "alert" });
    const set = (name) => (value) => this.change({ [name]: value });
    this.controls = {
      learning_rate: new Choice(
        "Learning rate",
        numbers(choices.learning_rates),
        set("learning_rate"),
        "learningRate",
      ),
      activation: new Choice(
        "Activation",
        choices.activations.map((name) => [name, words(name)]),
        (value) => this.change({ activation: value, layer_activations: null }),
        "activation",
      ),
      regularization: new Choice(
        "Regularization",
        choices.regularizations.map((name) => [name, name === "none" ? "None" : name]),
        set("regularization"),
        "regularization",
      ),
      regularization_rate: new Choice(
        "Regularization rate",
        numbers(choices.regularization_rates),
        set("regularization_rate"),
        "regularizationRate",
      ),
      problem: new Choice(
        "Problem type",
        choices.problems.map((name) => [name, name]),
        set("problem"),
        "problem",
      ),
    };
    return make(
      "div",
      { class: "pg-bar" },
      make(
        "div",
        { class: "pg-buttons", role: "group", "aria-label": "Training" },
        this.button(
          "rewind",
          "Rewind",
          () => {
            this.pause();
            this.tell("");
            this.ask("rewind");
          },
          "Start again with the same first weights",
        ),
        this.button(
          "reset",
          "Reset",
          () => {
            this.pause();
            this.tell("");
            this.ask("reset");
          },
          "Start again with new first weights",
          "resetButton",
        ),
        this.playButton,
        this.button(
          "step",
          "Step",
          () => {
            this.pause();
            this.tell("");
            this.ask("step");
          },
          "Train for one epoch",
          "stepButton",
        ),
        make(
          "div",
          { class: "pg-counter" },
          make("span", { class: "pg-label" }, "Epoch"),
          this.epoch,
        ),
      ),
      make(
        "div",
        { class: "pg-settings", role: "group", "aria-label": "Settings" },
        ...Object.values(this.controls).map((each) => each.element),
      ),
      make("div", { class: "pg-line" }, this.status, this.busy),
    );
  }

  buildNetwork() {
    this.fewer = make(
      "button",
      {
        class: "pg-small",
        "aria-label": "Remove a hidden layer",
        click: () => this.changeLayers(-1),
      },
      "−",
    );
    this.more = make(
      "button",
      { class: "pg-small", "aria-label": "Add a hidden layer", click: () => this.changeLayers(1) },
      "+",
    );
    this.layerCount = make("span", {});
    return make(
      "section",
      { class: "pg-network", "aria-label": "Network" },
      make(
        "div",
        { class: "pg-titles" },
        make("h4", {}, "Features"),
        make(
          "h4",
          { class: "pg-layers", "data-control": "numHiddenLayers" },
          this.fewer,
          this.more,
          this.layerCount,
        ),
      ),
      this.network.element,
      this.inspector.element,
    );
  }

  buildOutput() {
    const { controls } = this;
    this.trainLoss = make("b", {});
    this.testLoss = make("b", {});
    this.trainAccuracy = make("span", { class: "pg-right" });
    this.testAccuracy = make("span", { class: "pg-right" });
    const legend = make("canvas", {
      class: "pg-legend",
      width: 255,
      height: 1,
      role: "img",
      "aria-label": "Colours: orange is −1, grey is 0, blue is 1",
    });
    paint(
      legend,
      Uint8Array.from({ length: 255 }, (_, i) => i),
      NEURON_COLOURS,
      255,
    );
    const set = (name) => (value) => this.change({ [name]: value });
    controls.show_test_data = check("Show test data", set("show_test_data"), "showTestData");
    controls.discretize = check("Discretize output", set("discretize"), "discretize");
    return make(
      "section",
      { class: "pg-output", "aria-label": "Output" },
      make("h4", {}, "Output"),
      make(
        "div",
        { class: "pg-losses" },
        make("span", { class: "pg-train" }, "Training loss"),
        this.trainLoss,
        this.trainAccuracy,
        make("span", { class: "pg-test" }, "Test loss"),
        this.testLoss,
        this.testAccuracy,
      ),
      this.chart.element,
      this.chart.reading,
      this.map.caption,
      this.map.element,
      make("div", { class: "pg-scale" }, "−1", legend, "1"),
      make(
        "div",
        { class: "pg-checks" },
        controls.show_test_data.element,
        controls.discretize.element,
      ),
    );
  }

  // Controls that need a thought ---

  changeLayers(by) {
    const layers = this.state.config.hidden_layers;
    if (by > 0)
      this.changeShape([...layers, 2], [...this.state.activations, this.state.config.activation]);
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

  // State ---

  takeState(state, points) {
    if (this.changes) return; // a newer one is on its way
    this.state = state;
    this.points = floats(points);
    const { config } = state;
    for (const [name, control] of Object.entries(this.controls)) control.set(config[name]);
    this.data.show(state);
    this.fewer.disabled = config.hidden_layers.length === 0;
    this.more.disabled = config.hidden_layers.length === this.choices.max_layers;
    const count = config.hidden_layers.length;
    write(this.layerCount, `${count} hidden layer${count === 1 ? "" : "s"}`);
    this.extras.show(state);
    for (const element of this.root.querySelectorAll("[data-control]")) {
      element.classList.toggle("pg-gone", config.hidden_controls.includes(element.dataset.control));
    }
    this.network.layout();
    this.stale = true;
  }

  // Drawing ---

  /** Take over the theme's colours. */
  themed() {
    const style = getComputedStyle(this.root);
    const names = ["ink", "grid", "paper", "blue", "orange"];
    const values = names.map((name) => style.getPropertyValue(`--fnn-${name}`).trim());
    if (String(values) === String(this.themeValues)) return;
    this.themeValues = values;
    this.theme = Object.fromEntries(names.map((name, index) => [name, values[index]]));
    // A link of weight 0 is to be faint: close to the background, which may be dark.
    const dark = document.body.dataset.jpThemeLight === "false";
    this.theme.faint = dark ? [78, 84, 90] : [205, 209, 212];
    this.stale = true;
    this.schedule();
  }

  /** Asking for a size in each frame would make the page be laid out each time. */
  resized() {
    for (const part of [this.network, this.map, this.chart]) part.measure();
    this.visible = this.network.element.clientWidth > 0;
    this.stale = true;
    this.schedule();
  }

  schedule() {
    if (this.scheduled) return;
    this.scheduled = requestAnimationFrame(() => {
      this.scheduled = null;
      if (this.frames.length) this.take();
      this.show();
      this.pull();
      if (this.frames.length) this.schedule();
    });
  }

  show() {
    // JupyterLab takes a cell out of the page for a while when it scrolls or changes its theme.
    if (this.frame && this.state && this.visible) this.draw();
  }

  draw() {
    const { frame } = this;
    if (this.stale) this.map.drawPoints();
    this.stale = false;
    write(
      this.epoch,
      String(frame.epoch)
        .padStart(6, "0")
        .replace(/(\d{3})$/, ",$1"),
    );
    write(this.trainLoss, show(frame.loss));
    write(this.testLoss, show(frame.measures.test_loss));
    const share = (value) => (value === null ? "" : `${Math.round(value * 1000) / 10} % right`);
    write(this.trainAccuracy, share(frame.measures.train_accuracy));
    write(this.testAccuracy, share(frame.measures.test_accuracy));
    this.network.draw();
    this.map.draw();
    this.chart.draw();
    this.inspector.show();
  }
}

export default {
  render({ model, el }) {
    const page = new Page(model, el);
    return () => page.close();
  },
};
