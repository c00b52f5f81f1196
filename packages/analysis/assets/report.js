// Without this script the report can still be read: every figure has a table.
(() => {
  const tip = document.getElementById("tip");
  const root = document.documentElement;

  // Theme
  const button = document.getElementById("theme");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ?? (dark.matches ? "dark" : "light")) === "dark";
  const label = () => {
    button.textContent = isDark() ? "Light page" : "Dark page";
  };
  button.hidden = false;
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    label();
  });
  dark.addEventListener("change", label);
  label();

  // What a mark says, by pointer and by keyboard
  let current = null;
  const hide = () => {
    current?.classList.remove("on");
    current = null;
    tip.hidden = true;
  };
  const show = (mark) => {
    if (mark === current) return;
    hide();
    current = mark;
    mark.classList.add("on");
    tip.textContent = mark.dataset.t;
    tip.hidden = false;
    const box = mark.getBoundingClientRect();
    const { width, height } = tip.getBoundingClientRect();
    const left = Math.min(Math.max(8, box.left + box.width / 2 - width / 2), innerWidth - width - 8);
    const above = box.top - height - 8;
    tip.style.left = `${left}px`;
    tip.style.top = `${above > 4 ? above : Math.min(box.bottom + 8, innerHeight - height - 4)}px`;
  };
  const follow = (mark) => {
    if (mark?.dataset.to) location.hash = mark.dataset.to;
  };
  document.addEventListener("pointerover", ({ target }) => {
    const mark = target.closest?.("[data-t]");
    if (mark) show(mark);
    else if (current && !current.closest("svg").matches(":focus")) hide();
  });
  document.addEventListener("click", ({ target }) => follow(target.closest?.("[data-to]")));
  addEventListener("scroll", hide, { passive: true, capture: true });

  for (const svg of document.querySelectorAll("figure svg")) {
    const marks = [...svg.querySelectorAll("[data-t]")];
    if (marks.length === 0) continue;
    let at = -1;
    const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, PageDown: 10, PageUp: -10 };
    svg.addEventListener("keydown", (event) => {
      if (event.key === "Escape") return hide();
      if (event.key === "Enter") return follow(marks[at]);
      const step = steps[event.key] ?? (event.key === "Home" ? -marks.length : event.key === "End" ? marks.length : 0);
      if (step === 0) return;
      event.preventDefault();
      at = Math.min(Math.max(0, at + step), marks.length - 1);
      show(marks[at]);
    });
    svg.addEventListener("blur", hide);
  }

  // Sorting: by number where a column has them, what is undefined last; the other way at the second click
  for (const table of document.querySelectorAll("table.sortable")) {
    const heads = [...table.tHead.rows[0].cells];
    for (const [c, head] of heads.entries()) {
      head.addEventListener("click", () => {
        const isNumber = head.classList.contains("n");
        const up = head.getAttribute("aria-sort") === (isNumber ? "descending" : null);
        for (const other of heads) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", up ? "ascending" : "descending");
        const key = (row) => {
          const cell = row.cells[c];
          const text = cell.dataset.v ?? cell.textContent.replaceAll(",", "");
          return isNumber ? (text === "" ? Number.NaN : Number.parseFloat(text)) : text;
        };
        const sign = up ? 1 : -1;
        const keyed = [...table.tBodies[0].rows].map((row) => [key(row), row]);
        const undefinedLast = (a, b) => Number(a !== a) - Number(b !== b);
        keyed.sort(([a], [b]) =>
          isNumber ? undefinedLast(a, b) || sign * (a - b) : sign * (a < b ? -1 : a > b ? 1 : 0),
        );
        table.tBodies[0].append(...keyed.map(([, row]) => row));
      });
    }
  }
})();
