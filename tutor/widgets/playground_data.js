// The data: a picture to choose each data set by, the sliders beside them, and new points.

class DataPanel {
  constructor(page) {
    this.page = page;
    this.element = this.build();
  }

  build() {
    const { choices, controls } = this.page;
    this.datasets = make("div", {
      class: "pg-datasets",
      role: "radiogroup",
      "aria-label": "Data set",
      "data-control": "dataset",
    });
    const set = (name) => (value) => this.page.change({ [name]: value });
    controls.train_percent = new Range(
      "Training",
      choices.train_percents,
      " %",
      set("train_percent"),
      "percTrainData",
    );
    controls.noise = new Range("Noise", choices.noises, "", set("noise"), "noise");
    controls.batch_size = new Range(
      "Batch size",
      choices.batch_sizes,
      "",
      set("batch_size"),
      "batchSize",
    );
    return make(
      "section",
      { class: "pg-data", "aria-label": "Data" },
      make("h4", {}, "Data"),
      this.datasets,
      make(
        "div",
        { class: "pg-ranges" },
        controls.train_percent.element,
        controls.noise.element,
        controls.batch_size.element,
      ),
      make(
        "button",
        {
          class: "pg-plain",
          click: () => this.page.ask("regenerate"),
          title: "Draw new data, keep the network",
        },
        "Regenerate",
      ),
    );
  }

  /** One picture for each data set of this kind of problem, and one for own data. */
  show(state) {
    const { problem } = state.config;
    const names = [...this.page.choices.datasets[problem], ...(state.has_own ? ["own"] : [])];
    const key = names.join();
    if (this.datasets.dataset.names !== key) {
      this.datasets.dataset.names = key;
      this.datasets.replaceChildren(...names.map((name) => this.datasetPicture(name, problem)));
    }
    for (const input of this.datasets.querySelectorAll("input"))
      input.checked = input.value === state.data;
    this.page.controls.noise.input.disabled = state.data === "own";
  }

  datasetPicture(name, problem) {
    const canvas = make("canvas", { width: 88, height: 88, "aria-hidden": "true" });
    const field = problem === "classification" ? "dataset" : "reg_dataset";
    const changes = name === "own" ? { use_own_data: true } : { [field]: name, own_data: null };
    const label = name === "own" ? "own data" : name;
    const input = make("input", {
      type: "radio",
      name: `${this.page.id}-data`,
      value: name,
      "aria-label": label,
      change: () => this.page.change(changes),
    });
    const context = canvas.getContext("2d");
    if (name === "own") {
      context.font = "bold 24px sans-serif";
      context.fillStyle = GREY;
      context.textAlign = "center";
      context.fillText("own", 44, 52);
    } else {
      const order = Object.values(this.page.choices.datasets).flat();
      const all = floats(this.page.model.get("samples"));
      const count = all.length / order.length;
      const points = all.subarray(order.indexOf(name) * count, (order.indexOf(name) + 1) * count);
      for (let i = 0; i < count; i += 3) {
        dot(context, 44 + points[i] * 6.6, 44 - points[i + 1] * 6.6, 3.4, points[i + 2]);
      }
    }
    return make("label", { class: "pg-dataset", title: label }, input, canvas);
  }
}
