// Texts in a page that change: written only when they differ, so that nothing is laid out in vain.

/** Write into the same piece of text: a new one makes styles be computed. */
function write(element, text) {
  const piece = element.firstChild;
  if (piece && piece.data !== text) piece.data = text;
  else if (!piece && text) element.textContent = text;
}

/** Show a message, or with "" none. */
function notify(place, words) {
  write(place, words);
  if (place.hidden !== !words) place.hidden = !words;
}
