// What tests measure in a page, as a reader's browser draws it.
window.measures = {
  openAll() { document.querySelectorAll("details").forEach(d => { d.open = true; }); },

  // everything that Tab should stop at, in the order of the page
  stops() {
    const all = document.querySelectorAll("a[href], summary, button, input, select, textarea, [tabindex]");
    return [...all].filter(e => e.tabIndex >= 0 && e.checkVisibility());
  },

  // where the focus is: its place among the stops, and whether a sighted reader sees it
  focus() {
    const element = document.activeElement;
    if (!element || element === document.body) return null;
    const style = getComputedStyle(element), box = element.getBoundingClientRect();
    return {
      place: measures.stops().indexOf(element),
      outlined: (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== "none",
      contrast: measures.ratio(measures.rgb(style.outlineColor), measures.behind(element.parentElement)),
      within: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
      what: (element.textContent || "").trim().slice(0, 60),
    };
  },

  // words that a reader sees: outside pictures and closed folds; cells that hold numbers alone do not count
  visibleWords() {
    const main = document.querySelector("main").cloneNode(true);
    main.querySelectorAll("svg, script, style, details:not([open]) > :not(summary), td .numbers").forEach(e => e.remove());
    main.querySelectorAll("td").forEach(cell => { if (!/\p{L}/u.test(cell.textContent)) cell.remove(); });
    let words = 0;
    const walk = document.createTreeWalker(main, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) words += walk.currentNode.data.split(/\s+/).filter(Boolean).length;
    return words;
  },

  rgb(text) {
    const parts = (text.match(/[\d.]+/g) || []).map(Number);
    return parts.length < 3 ? [0, 0, 0, 0] : [parts[0], parts[1], parts[2], parts.length > 3 ? parts[3] : 1];
  },

  over(top, below) { return [0, 1, 2].map(i => top[i] * top[3] + below[i] * (1 - top[3])).concat(1); },

  // colour of the paper that an element stands on
  behind(element) {
    const layers = [];
    for (let e = element; e; e = e.parentElement) layers.push(measures.rgb(getComputedStyle(e).backgroundColor));
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    return layers.reverse().reduce((below, top) => measures.over(top, below), dark ? [18, 18, 18, 1] : [255, 255, 255, 1]);
  },

  luminance(colour) {
    const [r, g, b] = colour.map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  },

  ratio(first, second) {
    const [low, high] = [measures.luminance(first), measures.luminance(second)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  },

  // colour that a text of a picture stands on: the paper, and the shapes drawn before it where its middle is
  under(text, svg) {
    const box = text.getBoundingClientRect(), x = (box.left + box.right) / 2, y = (box.top + box.bottom) / 2;
    const below = [...svg.querySelectorAll("path, rect")].filter(shape => {
      const own = shape.getBoundingClientRect(), before = shape.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING;
      return before && !shape.closest("defs, clipPath") && own.left <= x && x <= own.right && own.top <= y && y <= own.bottom;
    });
    return below.reduce((paper, shape) => {
      const style = getComputedStyle(shape), fill = measures.rgb(style.fill);
      fill[3] *= style.fill === "none" ? 0 : parseFloat(style.opacity) * parseFloat(style.fillOpacity);
      return measures.over(fill, paper);
    }, measures.behind(svg));
  },

  // contrast of every text that is drawn, those within pictures included
  contrasts() {
    const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      const text = walk.currentNode.textContent.trim(), parent = walk.currentNode.parentElement;
      if (!text || ["SCRIPT", "STYLE", "title", "style"].includes(parent.tagName) || !parent.getClientRects().length) continue;
      const style = getComputedStyle(parent), within = parent.closest("svg");
      const ink = measures.rgb(within ? style.fill : style.color);
      const paper = within ? measures.under(parent, within) : measures.behind(parent);
      found.push([measures.ratio(measures.over(ink, paper), paper), text.slice(0, 60)]);
    }
    return found;
  },

  // height of the letters within pictures in points, as drawn
  points() {
    return [...document.querySelectorAll("svg text")].map(text => {
      const scale = text.getScreenCTM().a;
      return [parseFloat(getComputedStyle(text).fontSize) * scale * 0.75, text.textContent];
    });
  },

  // texts that run out of what holds them, or out of the picture
  lost() {
    const cut = [...document.querySelectorAll("main *, nav *")].filter(e => {
      const style = getComputedStyle(e);
      return ["hidden", "clip"].includes(style.overflowX) && e.scrollWidth > e.clientWidth + 1 && !e.closest("svg");
    }).map(e => e.textContent.slice(0, 60));
    const outside = [...document.querySelectorAll("svg text")].filter(text => {
      const own = text.getBoundingClientRect(), frame = text.closest("svg").getBoundingClientRect();
      return own.left < frame.left - 1 || own.right > frame.right + 1 || own.top < frame.top - 1 || own.bottom > frame.bottom + 1;
    }).map(text => text.textContent);
    return cut.concat(outside);
  },

  // pairs of texts of one picture that lie over each other
  overlaps() {
    return [...document.querySelectorAll("svg")].flatMap(svg => {
      const texts = [...svg.querySelectorAll("text")].map(t => [t.textContent, t.getBoundingClientRect()]);
      return texts.flatMap(([one, a], i) => texts.slice(i + 1).filter(([, b]) =>
        Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2
      ).map(([other]) => [one, other]));
    });
  },

  moving() {
    return [...document.querySelectorAll("*")].filter(e => {
      const style = getComputedStyle(e);
      return style.animationName !== "none" || parseFloat(style.transitionDuration) > 0;
    }).map(e => e.tagName);
  },
};
