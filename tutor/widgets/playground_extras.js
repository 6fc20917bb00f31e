// What is folded away: when to stop, what the loss is, the seed, links, export, the features' meaning.

class Extras {
  constructor(page) {
    this.page = page;
    this.element = this.build();
  }

  build() {
    const { choices, controls } = this.page;
    controls.epoch_limit = new Choice(
      "Epoch limit",
      [[null, "none"], ...choices.epoch_limits.map((n) => [n, String(n)])],
      (value) => this.page.change({ epoch_limit: value }),
    );
    this.metric = new Choice(
      "Stop when",
      [
        [null, "never"],
        ["train_loss", "training loss ≤"],
        ["test_loss", "test loss ≤"],
        ["train_accuracy", "training accuracy ≥"],
        ["test_accuracy", "test accuracy ≥"],
      ],
      (metric) => this.changeTarget(metric, null),
    );
    this.goal = new Choice("Goal", [], (value) =>
      this.changeTarget(this.page.state.config.target.metric, value),
    );
    controls.loss_includes_penalty = check("Add the penalty to the training loss", (value) =>
      this.page.change({ loss_includes_penalty: value }),
    );
    controls.init_zero = check("Start with all weights 0", (value) =>
      this.page.change({ init_zero: value }),
    );
    this.meaning = make("p", {});
    this.seed = make("input", {
      type: "text",
      spellcheck: "false",
      maxlength: 30,
      change: () => this.changeSeed(),
      input: () => this.cleanSeed(),
    });
    this.linkField = make("input", {
      type: "text",
      spellcheck: "false",
      "aria-label": "Link of TensorFlow Playground",
      keydown: (event) => {
        if (event.key === "Enter") this.openLink();
      },
      input: () => (this.linkTyped = true),
    });
    this.linkNote = make("p", { class: "pg-note" });
    this.original = make("a", { target: "_blank", rel: "noopener" }, "Open in the original");
    this.code = make("textarea", {
      readonly: true,
      rows: 3,
      "aria-label": "Python code that repeats this over a hundred seeds",
    });
    return make(
      "div",
      { class: "pg-more" },
      this.fold(
        "Stop, loss, seed",
        make(
          "div",
          { class: "pg-grid" },
          controls.epoch_limit.element,
          this.metric.element,
          this.goal.element,
          make("label", { class: "pg-field" }, make("span", {}, "Seed"), this.seed),
        ),
        make(
          "div",
          { class: "pg-checks" },
          controls.loss_includes_penalty.element,
          controls.init_zero.element,
        ),
        this.meaning,
      ),
      this.fold(
        "Share, export, repeat",
        make(
          "div",
          { class: "pg-row" },
          this.linkField,
          make("button", { class: "pg-plain", click: () => this.openLink() }, "Use this link"),
          this.original,
        ),
        this.linkNote,
        make(
          "div",
          { class: "pg-row" },
          make(
            "button",
            { class: "pg-plain", click: () => this.page.ask("export") },
            "Save the losses as CSV",
          ),
        ),
        make("p", {}, "One run may be luck. Repeat it over a hundred seeds in a cell of your own:"),
        this.code,
      ),
      this.fold(
        "What the features mean",
        make(
          "dl",
          { class: "pg-meanings" },
          ...choices.features.flatMap((each) => [
            make("dt", {}, pretty(each.name)),
            make("dd", {}, each.meaning),
          ]),
        ),
      ),
    );
  }

  fold(title, ...content) {
    return make(
      "details",
      {},
      make("summary", {}, title),
      make("div", { class: "pg-fold" }, ...content),
    );
  }

  show(state) {
    this.showTarget(state.config);
    this.showLink(state);
    const own = state.functions ? " Forward and backward pass are your own functions." : "";
    write(this.meaning, `The training loss is the ${state.loss_meaning}.${own}`);
  }

  showTarget(config) {
    const { target } = config;
    for (const [index, option] of [...this.metric.select.options].entries()) {
      option.disabled = index > 2 && config.problem === "regression";
    }
    this.metric.set(target?.metric ?? null);
    const accuracy = target?.metric.endsWith("accuracy");
    const values = accuracy ? this.page.choices.accuracies : this.page.choices.losses;
    this.goal.options = [];
    this.goal.select.replaceChildren();
    this.goal.select.disabled = !target;
    for (const value of values)
      this.goal.add(value, accuracy ? `${Math.round(value * 100)} %` : String(value));
    this.goal.set(target ? target.value : values[1]);
  }

  changeTarget(metric, value) {
    if (metric === null) this.page.change({ target: null });
    else
      this.page.change({
        target: { metric, value: value ?? (metric.endsWith("loss") ? 0.05 : 0.95) },
      });
  }

  /** A link can carry letters, digits and a few signs. */
  cleanSeed() {
    const clean = this.seed.value.replaceAll(/[^A-Za-z0-9._~-]/g, "");
    if (clean !== this.seed.value) this.seed.value = clean;
  }

  changeSeed() {
    if (this.seed.value) this.page.change({ seed: this.seed.value });
    else this.seed.value = this.page.state.config.seed;
  }

  showLink(state) {
    // An answer to something else may come while a link is being typed.
    if (!this.linkTyped) this.linkField.value = state.link;
    this.original.href = `https://playground.tensorflow.org/${state.link}`;
    const lacking = state.link
      ? "The original's link can't carry all of this: own data, a layer's own activation, and functions beyond its four stay behind."
      : "A link can't carry this seed. Choose one of letters and digits for a link.";
    write(this.linkNote, state.link_complete ? "" : lacking);
    this.seed.value = state.config.seed;
    this.code.value = state.code;
  }

  openLink() {
    this.linkTyped = false;
    if (this.linkField.value.trim()) this.page.ask("link", { link: this.linkField.value });
  }

  download(csv) {
    const address = URL.createObjectURL(new Blob([csv], { type: "text/csv" }));
    make("a", { href: address, download: "playground.csv" }).click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  }
}
