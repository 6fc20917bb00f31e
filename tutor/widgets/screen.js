// Shows a widget's picture with its text alternative, and names the sliders beside it.
//
// The picture comes in two parts. What stands still is put into the page once; what moves comes as
// a frame: the SVG of each moving artist, the sentence, and the values that they belong to.
// A round trip to the kernel takes longer than a frame of the screen. So while a slider has the
// mouse or the keyboard, the page asks for the frames of its other positions, the nearest first,
// some at a time, and keeps them; for a widget that is merely in sight, for those next to each
// slider's position. The slider then moves without waiting. Whatever the kernel sends is newer than
// what was kept, and takes its place.

const AT_ONCE = 12; // frames asked for in one question
const FAR = 100; // positions of a slider to either side that are worth asking for
const NEAR = 2; // the same for a slider that nobody points at
const MEMORY = 16e6; // characters of frames to keep: several sliders' worth of the largest

/** Make the ids of an SVG unique: the page may show the same picture twice. */
function withOwnIds(svg, own) {
  return svg.replaceAll(/( id="|url\(#|href="#)/g, `$1${own}-`);
}

function element(tag, className, parent, attributes = {}) {
  const made = document.createElement(tag);
  made.className = className;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  parent.append(made);
  return made;
}

/** Connect each slider's handle with its label, and let it say the number that is shown. */
function nameSliders(box, own) {
  // ipywidgets gives sliders the right role and keys but no name, so each takes its visible label's.
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

/** A slider as the keeper of frames sees it: a row of positions, counted from its lower end. */
class Track {
  constructor(model) {
    this.model = model;
    this.base = model.get("base"); // of a logarithmic slider, whose ends are exponents
    this.low = model.get("min");
    this.step = model.get("step");
    this.last = Math.round((model.get("max") - this.low) / this.step);
  }

  /** The position of a value; the value itself as text if it was typed in between two. */
  position(value) {
    const along = this.base ? Math.log(value) / Math.log(this.base) : value;
    const position = (along - this.low) / this.step;
    const nearest = Math.round(position);
    return Math.abs(position - nearest) < 1e-6 ? nearest : String(value);
  }

  value(position) {
    const along = this.low + position * this.step;
    return this.base ? this.base ** along : along;
  }

  get here() {
    return this.position(this.model.get("value"));
  }

  /** The other positions, the nearest first. */
  others(far) {
    const here = Number.isInteger(this.here) ? this.here : 0;
    const found = [];
    for (let away = 1; away <= Math.min(this.last, far); away += 1) {
      if (here + away <= this.last) found.push(here + away);
      if (here - away >= 0) found.push(here - away);
    }
    return found;
  }
}

class View {
  constructor(model, root) {
    this.model = model;
    // Each view loads this file anew, so counting wouldn't make ids unique.
    this.own = `fnn-${Math.random().toString(36).slice(2)}`;
    this.tracks = [];
    this.hovered = -1; // index of the slider that has the mouse, and of that with the keyboard
    this.focused = -1;
    this.inSight = false;
    this.awaited = false; // the kernel's picture of where the student has moved a slider to
    this.build(root);
    this.kernel = new Kernel(model, (words) => notify(this.note, words));
    this.listeners = {
      "change:still": () => this.rebuild(),
      "change:frame": () => this.receive(),
      "change:problem": () => this.complain(),
      "msg:custom": (answer) => this.keepAhead(answer),
    };
    for (const [event, listener] of Object.entries(this.listeners)) model.on(event, listener);
    this.rebuild();
    this.complain();
    this.follow();
    // Reports when the widget has been put into the page, now or again after scrolling.
    this.placed = new ResizeObserver(() => this.settle());
    this.placed.observe(root);
    this.sight = new IntersectionObserver(([now]) => this.attend({ inSight: now.isIntersecting }));
    this.sight.observe(root);
  }

  close() {
    this.closed = true;
    this.kernel.close();
    this.placed.disconnect();
    this.sight.disconnect();
    for (const [event, listener] of Object.entries(this.listeners)) this.model.off(event, listener);
    for (const track of this.tracks) track.model.off("change:value", this.moved);
  }

  build(root) {
    this.root = root;
    this.problem = element("p", "fnn-problem", root, { role: "alert" });
    this.note = element("p", "fnn-note", root, { role: "alert", hidden: "" });
    this.picture = element("div", "fnn-picture", root, { role: "img" });
    this.sentence = element("p", "fnn-sentence", root, { id: this.own, "aria-live": "polite" });
    this.picture.setAttribute("aria-labelledby", this.own);
  }

  /** Find the models of the sliders and listen to them. */
  async follow() {
    const manager = this.model.widget_manager;
    const models = await Promise.all(this.model.get("sliders").map((id) => manager.get_model(id)));
    if (this.closed) return;
    this.moved = () => this.move();
    for (const each of models) each.on("change:value", this.moved);
    this.tracks = models.map((each) => new Track(each));
    this.keep(this.model.get("frame"));
  }

  /** Name the sliders once they are in the page, and notice which of them is about to move. */
  settle() {
    const box = this.root.closest(".fnn-widget");
    if (!box) return;
    nameSliders(box, this.own);
    if (box === this.box) return;
    this.box = box;
    const slider = (event) =>
      [...box.querySelectorAll(".widget-slider")].indexOf(event.target.closest?.(".widget-slider"));
    box.addEventListener("pointerover", (event) => this.attend({ hovered: slider(event) }));
    box.addEventListener("pointerleave", () => this.attend({ hovered: -1 }));
    box.addEventListener("focusin", (event) => this.attend({ focused: slider(event) }));
    box.addEventListener("focusout", () => this.attend({ focused: -1 }));
  }

  // Showing ---

  complain() {
    notify(this.problem, this.model.get("problem"));
    this.settled();
  }

  settled() {
    this.awaited = false;
    this.kernel.answered();
  }

  /** Put what stands still into the page, with a place for each artist that moves. */
  rebuild() {
    this.kept = new Map();
    this.size = 0;
    const still = this.model.get("still").join('<g class="fnn-moving"></g>');
    this.picture.innerHTML = withOwnIds(still, this.own);
    this.places = [...this.picture.querySelectorAll(".fnn-moving")];
    this.shown = [];
    this.receive();
  }

  show(frame) {
    frame.moving.forEach((svg, index) => {
      if (svg === this.shown[index]) return;
      this.places[index].innerHTML = withOwnIds(svg, this.own);
      this.shown[index] = svg;
    });
    write(this.sentence, frame.sentence);
  }

  /** Show the kernel's answer, unless it comes late and the slider's present frame is there. */
  receive() {
    const frame = this.model.get("frame");
    if (!frame.moving || frame.moving.length !== this.places.length) return; // of another picture
    this.choices = frame.choices;
    this.keep(frame);
    if (this.key(frame) === this.here()) this.settled();
    else if (!this.awaited) this.adopt(frame.values);
    if (this.key(frame) === this.here() || !this.kept.has(this.here())) this.show(frame);
    this.askAhead();
  }

  /** A slider has moved: show what is known before the kernel answers. */
  move() {
    const frame = this.kept.get(this.here());
    this.awaited = true;
    if (frame?.moving) this.show(frame);
    else if (this.problem.hidden) this.kernel.asked();
    this.askAhead();
  }

  /** Move the sliders after those of another page, which the kernel doesn't pass on. */
  adopt(values) {
    this.tracks.forEach((track, index) => track.model.set_state({ value: values[index] }));
    this.settled();
  }

  // Frames in advance ---

  /** What a frame depends on: the lists' values, and the sliders' positions. */
  key({ choices, values }) {
    const positions = this.tracks.map((track, index) => track.position(values[index]));
    return JSON.stringify([choices, positions]);
  }

  here() {
    return JSON.stringify([this.choices, this.tracks.map((track) => track.here)]);
  }

  keep(frame) {
    const key = this.key(frame);
    const weight = (each) => (each?.moving ?? []).reduce((sum, svg) => sum + svg.length, 100);
    if (this.kept.has(key)) this.size -= weight(this.kept.get(key));
    this.kept.delete(key);
    this.kept.set(key, frame);
    this.size += weight(frame);
    for (const [oldest, former] of this.kept) {
      if (this.size < MEMORY) break;
      this.kept.delete(oldest);
      this.size -= weight(former);
    }
  }

  keepAhead({ ahead, left }) {
    if (!ahead) return;
    this.asked = left > 0;
    for (const frame of ahead) {
      // Without SVG it can't be drawn; with another number of artists it is of a former picture.
      if (!frame.moving || frame.moving.length === this.places.length) this.keep(frame);
    }
    this.askAhead();
  }

  attend(which) {
    Object.assign(this, which);
    this.askAhead();
  }

  /** The sliders' values whose frames may be wanted next, the likeliest first. */
  wanted() {
    const values = this.tracks.map((each) => each.model.get("value"));
    const along = (index, far) =>
      this.tracks[index].others(far).map((to) => values.with(index, this.tracks[index].value(to)));
    const index = this.focused >= 0 ? this.focused : this.hovered;
    const places = [];
    if (this.tracks[index]) places.push(...along(index, FAR));
    else if (this.inSight) this.tracks.forEach((_, each) => places.push(...along(each, NEAR)));
    return places.filter((each) => !this.kept.has(this.key({ choices: this.choices, values: each })));
  }

  askAhead() {
    if (this.asked || this.closed) return;
    const wanted = this.wanted().slice(0, AT_ONCE);
    this.root.dataset.ahead = wanted.length ? "asked" : "complete";
    if (!wanted.length) return;
    this.asked = true;
    this.kernel.send({ ahead: wanted });
  }
}

export default {
  render({ model, el }) {
    const view = new View(model, el);
    return () => view.close();
  },
};
