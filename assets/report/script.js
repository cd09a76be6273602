"use strict";
// The sheets through time: a slider, a button, thumbnails, keys.
(() => {
  const data = document.getElementById("frames");
  const sheet = document.getElementById("sheet");
  const slider = document.getElementById("at");
  if (!data || !sheet || !slider) return;
  const { iterations, sheets } = JSON.parse(data.textContent);
  sheets.push(sheet.src); // The last one is in the page itself.
  const play = document.getElementById("play");
  const when = document.getElementById("when");
  const strip = document.getElementById("strip");
  const number = (n) => n.toLocaleString("en-US");
  const last = sheets.length - 1;
  let timer = null;

  // At most eight thumbnails, evenly spaced.
  const count = Math.min(8, sheets.length);
  const places = [...new Set(Array.from({ length: count }, (_, i) => Math.round((i * last) / Math.max(1, count - 1))))];
  const thumbnails = places.map((place) => {
    const button = document.createElement("button");
    const image = document.createElement("img");
    button.type = "button";
    button.setAttribute("aria-label", `Sheet of iteration ${number(iterations[place])}`);
    image.src = sheets[place];
    image.alt = "";
    button.append(image, number(iterations[place]));
    button.addEventListener("click", () => { stop(); show(place); });
    strip.append(button);
    return button;
  });

  function show(place) {
    const at = Math.max(0, Math.min(last, place));
    slider.value = at;
    sheet.src = sheets[at];
    sheet.alt = `Samples of the generator after ${number(iterations[at])} iterations`;
    when.value = `iteration ${number(iterations[at])}`;
    slider.setAttribute("aria-valuetext", when.value);
    let nearest = 0;
    places.forEach((p, i) => { if (Math.abs(p - at) < Math.abs(places[nearest] - at)) nearest = i; });
    thumbnails.forEach((thumbnail, i) => i === nearest ? thumbnail.setAttribute("aria-current", "true") : thumbnail.removeAttribute("aria-current"));
  }
  function stop() {
    clearInterval(timer);
    timer = null;
    play.textContent = "▶";
    play.setAttribute("aria-label", "Play");
  }
  function start() {
    if (Number(slider.value) === last) show(0);
    play.textContent = "❚❚";
    play.setAttribute("aria-label", "Pause");
    // The whole way takes about eight seconds, however many sheets there are; the last one stays.
    timer = setInterval(() => { show(Number(slider.value) + 1); if (Number(slider.value) === last) stop(); }, Math.max(80, Math.min(500, 8000 / sheets.length)));
  }
  const toggle = () => (timer === null ? start() : stop());

  slider.addEventListener("input", () => { stop(); show(Number(slider.value)); });
  play.addEventListener("click", toggle);
  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.target.closest("input, summary, pre, button:not(#play)")) return;
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step) { stop(); show(Number(slider.value) + step); event.preventDefault(); }
    if (event.key === " " && event.target.id !== "play") { toggle(); event.preventDefault(); }
  });
  show(last);
})();

// The numbers under the pointer: read back out of the lines.
document.querySelectorAll(".chart svg").forEach((svg) => {
  const [x0, x1, y0, y1] = svg.dataset.limits.split(" ").map(Number);
  const [left, right, bottom, top] = svg.dataset.frame.split(" ").map(Number);
  const lines = [...svg.querySelectorAll("path.line")].map((path) => ({
    label: path.dataset.label || "",
    colour: path.classList[1],
    points: (path.getAttribute("d").match(/-?[\d.]+ -?[\d.]+/g) || []).map((pair) => pair.split(" ").map(Number)),
  })).filter((line) => line.points.length);
  const reading = svg.querySelector(".reading");
  const element = (name, attributes, text) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    if (text !== undefined) made.textContent = text;
    reading.append(made);
  };
  const clear = () => reading.replaceChildren();
  const minus = (text) => text.replace("-", "−");
  function read(event) {
    clear();
    const box = svg.getBoundingClientRect();
    const at = ((event.clientX - box.left) / box.width) * svg.viewBox.baseVal.width;
    if (!lines.length || at < left - 8 || at > right + 8) return;
    const nearest = (line) => line.points.reduce((best, point) => (Math.abs(point[0] - at) < Math.abs(best[0] - at) ? point : best));
    const x = nearest(lines[0])[0];
    const iteration = Math.round(x0 + ((x - left) / (right - left)) * (x1 - x0));
    element("path", { d: `M${x} ${bottom}V${top}` });
    const onLeft = x > (left + right) / 2;
    const place = { x: onLeft ? x - 8 : x + 8, "text-anchor": onLeft ? "end" : "start" };
    element("text", { ...place, y: top + 12 }, iteration.toLocaleString("en-US"));
    lines.forEach((line, i) => {
      const [px, py] = nearest(line);
      const value = y0 + ((bottom - py) / (bottom - top)) * (y1 - y0);
      element("circle", { cx: px, cy: py, r: 4, class: line.colour });
      element("text", { ...place, y: top + 12 + 19 * (i + 1) }, minus(`${line.label} ${Number(value.toPrecision(3))}`.trim()));
    });
  }
  svg.addEventListener("pointermove", read);
  svg.addEventListener("pointerdown", read);
  svg.addEventListener("pointerleave", clear);
});
