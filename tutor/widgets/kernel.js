// Asks the kernel, and tells the student when it doesn't answer or has forgotten the widget.

const IMPATIENT = 2000; // milliseconds without an answer before the page says so
const BUSY = "Waiting for the kernel … If it was restarted or shut down, run this cell again.";
const GONE =
  "The kernel was restarted or shut down, and has forgotten this widget. Run this cell again.";

class Kernel {
  /** `tell` is called with the words to show or "", and whether the kernel has forgotten all. */
  constructor(model, tell) {
    this.model = model;
    this.tell = tell;
    this.gone = false;
    // anywidget doesn't say whether the kernel still knows a widget; the widget's layout does.
    this.layout = model.get("layout");
    this.looked = () => this.lost(this.layout.comm_live === false);
    this.layout?.on("comm_live_update", this.looked);
    if (this.layout) this.looked();
  }

  close() {
    clearTimeout(this.timer);
    this.layout?.off("comm_live_update", this.looked);
  }

  lost(gone) {
    clearTimeout(this.timer);
    this.timer = null;
    this.gone = gone;
    this.tell(gone ? GONE : "", gone);
  }

  send(message) {
    if (this.gone) return;
    try {
      this.model.send(message);
    } catch {
      this.lost(true); // it was shut down
    }
  }

  /** From now on an answer is waited for. */
  asked() {
    if (!this.gone) this.timer ??= setTimeout(() => this.tell(BUSY, false), IMPATIENT);
  }

  /** Everything that was asked has been answered. */
  answered() {
    if (!this.gone) this.lost(false);
  }
}
