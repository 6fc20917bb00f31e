// The large map: the output over the plane, or the neuron or feature that is looked at, with data.

const MAP_MARGIN = { left: 20, bottom: 18, top: 4, right: 4 };
const MAP_COLOURS = palette(0.65); // paler than a neuron's, for the dots on top

class OutputMap {
  constructor(page) {
    this.page = page;
    this.pixels = document.createElement("canvas"); // one pixel a point
    this.caption = make("p", { class: "pg-caption" });
    this.mapCanvas = make("canvas", { "aria-hidden": "true" });
    this.pointCanvas = make("canvas", { "aria-hidden": "true" });
    this.element = make("div", { class: "pg-map", role: "img" }, this.mapCanvas, this.pointCanvas);
  }

  measure() {
    this.space = [this.mapCanvas.clientWidth, this.mapCanvas.clientHeight];
  }

  ready(canvas) {
    const drawing = ready(canvas, this.space);
    const { left, top, right, bottom } = MAP_MARGIN;
    return {
      ...drawing,
      left,
      top,
      side: Math.min(drawing.width - left - right, drawing.height - top - bottom),
    };
  }

  draw() {
    const { context, left, top, side } = this.ready(this.mapCanvas);
    const unit = this.page.network.attended;
    const { choices, frame, playing, state } = this.page;
    const { look } = frame;
    let name = "Output of the network";
    if (unit?.kind === "feature") {
      const index = choices.features.findIndex((each) => each.name === unit.name);
      const all = bytes(this.page.model.get("feature_maps"));
      paint(
        this.pixels,
        all.subarray(index * SIDE * SIDE, (index + 1) * SIDE * SIDE),
        MAP_COLOURS,
        SIDE,
      );
      name = unitName(unit);
    } else {
      paint(this.pixels, frame.map, MAP_COLOURS, SIDE);
      if (look) name = `Layer ${look[0]}, neuron ${look[1] + 1}`;
    }
    context.imageSmoothingEnabled = !state.config.discretize;
    context.drawImage(this.pixels, left, top, side, side);
    write(this.caption, name);
    mark(
      this.element,
      "aria-label",
      `${name} over the plane, x₁ and x₂ from −6 to 6. ${playing ? "" : frame.sentence}`,
    );
  }

  /** Draw data and axes: they stay while training goes on. */
  drawPoints() {
    const { points, state } = this.page;
    const { context, left, top, side } = this.ready(this.pointCanvas);
    const place = (x, y) => [
      left + ((x + EXTENT) / (2 * EXTENT)) * side,
      top + ((EXTENT - y) / (2 * EXTENT)) * side,
    ];
    context.fillStyle = this.page.theme.ink;
    context.font = "10px sans-serif";
    context.textAlign = "center";
    for (const tick of [-6, -3, 0, 3, 6]) {
      const text = String(tick).replace("-", "−");
      const shift = tick === -6 ? 5 : tick === 6 ? -3 : 0;
      context.fillText(text, place(tick, 0)[0] + shift, top + side + 12);
      context.textAlign = "right";
      context.fillText(
        text,
        left - 4,
        place(0, tick)[1] + 3.5 + (tick === 6 ? 4 : tick === -6 ? -3 : 0),
      );
      context.textAlign = "center";
    }
    context.save();
    context.beginPath();
    context.rect(left, top, side, side);
    context.clip();
    const train = state.train_count;
    const count = points.length / 3;
    context.lineWidth = 1;
    // Test points have a dark rim, and lie below: they are what the network doesn't see.
    const draw = (from, to, rim) => {
      for (let i = from; i < to; i += 1) {
        dot(context, ...place(points[3 * i], points[3 * i + 1]), 3.2, points[3 * i + 2], rim);
      }
    };
    if (state.config.show_test_data) draw(train, count, INK);
    draw(0, train, PAPER);
    context.restore();
  }
}
