// Small tools of the Playground's page: elements, numbers as text, colours, canvases.
//
// The page is written in several files for the reader; `playground.py` joins them into one module.

// Colours that no theme changes, from tutor/colours.py; what follows the theme is in theme.css.
const LOW = [245, 147, 34]; // −1
const HIGH = [8, 119, 189]; // 1
const ZERO = [232, 234, 235];
const INK = "#24292f";
const PAPER = "#ffffff";
const GREY = "#808080";

const ICONS = {
  rewind: "M3 3h2v10H3zM13 3v10L6 8z",
  reset: "M8 3a5 5 0 1 0 4.9 6h-2A3 3 0 1 1 8 5v2.5l4-3.5-4-3.5z",
  play: "M4 2.5v11l9-5.5z",
  pause: "M4 3h3v10H4zM9 3h3v10H9z",
  step: "M3 3v10l7-5zM11 3h2v10h-2z",
};

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

/** Set an attribute if it differs. */
function mark(element, attribute, text) {
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
