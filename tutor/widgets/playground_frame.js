// One answer of Python's: what training changes. Numbers come as JSON, arrays as bytes.

const SIDE = 100; // points along the large map
const SMALL = 10; // along a neuron's
const EXTENT = 6; // both maps reach from −6 to 6

class Frame {
  /**
   * `numbers` are epoch, sizes, look, loss, measures, explanation, sentence; the buffers are the
   * large map, the small maps, weights and biases, dead links, the loss chart.
   */
  constructor(numbers, [map, small, parameters, dead, chart]) {
    Object.assign(this, numbers);
    this.map = bytes(map);
    this.small = bytes(small);
    this.parameters = floats(parameters);
    this.dead = bytes(dead);
    this.chart = floats(chart); // epochs, training losses, test losses, one behind the other
    this.rows = this.chart.length / 3;
    this.findLayers();
  }

  /** Note where each layer's numbers begin; its weights stand by source, then by neuron. */
  findLayers() {
    this.offsets = [];
    this.parameterCount = 0;
    this.linkCount = 0;
    for (let layer = 1; layer < this.sizes.length; layer += 1) {
      const [d, m] = [this.sizes[layer - 1], this.sizes[layer]];
      const weights = this.parameterCount;
      this.offsets[layer] = { weights, biases: weights + d * m, links: this.linkCount };
      this.parameterCount += d * m + m;
      this.linkCount += d * m;
    }
  }

  weight(layer, source, neuron) {
    return this.parameters[this.offsets[layer].weights + source * this.sizes[layer] + neuron];
  }

  bias(layer, neuron) {
    return this.parameters[this.offsets[layer].biases + neuron];
  }

  /** Whether L1 has set a weight to 0 for good. */
  isDead(layer, source, neuron) {
    return this.dead[this.offsets[layer].links + source * this.sizes[layer] + neuron] === 1;
  }
}
