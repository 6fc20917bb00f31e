// The loss chart: two curves, read with the mouse or with the arrow keys.

class Chart {
  constructor(page) {
    this.page = page;
    this.cursor = null; // the row that is read
    this.canvas = make("canvas", { class: "pg-chart", "aria-hidden": "true" });
    this.reading = make("p", { class: "pg-reading" });
    this.element = make(
      "div",
      {
        class: "pg-chart-box",
        tabindex: 0,
        role: "slider",
        "aria-label": "Loss chart: epoch to read",
        "aria-valuemin": 0,
        mousemove: (event) => this.readAt(event),
        mouseleave: () => this.read(null),
        keydown: (event) => this.readNext(event),
        blur: () => this.read(null),
      },
      this.canvas,
    );
  }

  measure() {
    this.space = [this.canvas.clientWidth, this.canvas.clientHeight];
  }

  places(width, height) {
    const { rows: count, chart } = this.page.frame;
    const [epochs, losses] = [chart.subarray(0, count), chart.subarray(count)];
    const last = Math.max(1, epochs[count - 1]);
    let most = 0;
    for (const value of losses) if (Number.isFinite(value)) most = Math.max(most, value);
    most ||= 1;
    return {
      count,
      epochs,
      losses,
      most,
      x: (row) => 2 + (epochs[row] / last) * (width - 4),
      y: (value) => height - 3 - (value / most) * (height - 16),
    };
  }

  draw() {
    const { context, width, height } = ready(this.canvas, this.space);
    const { count, epochs, losses, most, x, y } = this.places(width, height);
    context.strokeStyle = this.page.theme.grid;
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
    line(0, this.page.theme.blue, []);
    line(count, this.page.theme.orange, [5, 3]);
    context.fillStyle = this.page.theme.ink;
    context.font = "10px sans-serif";
    context.textAlign = "left";
    context.fillText(show(most, 2), 4, 11);
    context.textAlign = "right";
    context.fillText(`epoch ${epochs[count - 1]}`, width - 4, 11);
    this.drawCursor(context, height, x);
  }

  drawCursor(context, height, x) {
    const { rows: count, chart } = this.page.frame;
    const row = this.cursor === null ? count - 1 : Math.min(this.cursor, count - 1);
    const [epoch, train, test] = [0, 1, 2].map((part) => chart[part * count + row]);
    const text = `Epoch ${epoch}: training ${show(train, 4)}, test ${show(test, 4)}`;
    write(this.reading, this.cursor === null ? "" : text);
    if (!this.page.playing || this.cursor !== null) {
      mark(this.element, "aria-valuemax", String(chart[count - 1]));
      mark(this.element, "aria-valuenow", String(epoch));
      mark(this.element, "aria-valuetext", text);
    }
    if (this.cursor === null) return;
    context.strokeStyle = this.page.theme.ink;
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(x(row), 0);
    context.lineTo(x(row), height);
    context.stroke();
  }

  read(row) {
    this.cursor = row;
    this.page.schedule();
  }

  readAt(event) {
    if (!this.page.frame) return;
    const box = this.canvas.getBoundingClientRect();
    const { rows: count, chart } = this.page.frame;
    const epoch = ((event.clientX - box.left - 2) / (box.width - 4)) * chart[count - 1];
    let row = 0;
    while (row < count - 1 && Math.abs(chart[row + 1] - epoch) <= Math.abs(chart[row] - epoch))
      row += 1;
    this.read(row);
  }

  readNext(event) {
    if (!this.page.frame) return;
    const last = this.page.frame.rows - 1;
    const now = this.cursor ?? last;
    const to = {
      ArrowLeft: now - 1,
      ArrowDown: now - 1,
      ArrowRight: now + 1,
      ArrowUp: now + 1,
      Home: 0,
      End: last,
      PageDown: now - 10,
      PageUp: now + 10,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.read(Math.max(0, Math.min(last, to)));
  }
}
