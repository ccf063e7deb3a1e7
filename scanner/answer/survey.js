// Look through one document, its open shadow roots included, for layers that could be a consent
// banner, and for what can be pressed in them. Changes nothing.
//
// words: {subject, talk, revisit, door, age}: sources of patterns.
// rules: [{name, host, banner, revisit, globals, <meaning>: selector}]: what is known of platforms.
// top: whether this is the page itself, not a frame in it.
// Returns {report, elements}: the report names each element by its place in `elements`.
({ words, rules, top }) => {
  const MOST_ELEMENTS = 20000; // of a document; beyond that only its beginning and its end
  const MOST_LAYERS = 24;
  const MOST_CONTROLS = 300; // of a layer
  const LONGEST_LABEL = 120; // characters
  const LONGEST_TEXT = 6000; // characters of a layer's text that are read
  const LONGEST_EDGE = 1500; // characters of a banner in the flow of the page
  const EDGE = 160; // CSS pixels from the top or bottom of a page that count as its edge
  const FLOATING = 140; // CSS pixels: a floating button is no larger
  const FORM_REACH = 4; // ancestors of a form that are asked what it is about: its heading stands apart
  const LEAST_SWITCHES = 2; // of a layer that lets one choose between categories
  const ENOUGH_TALK = 3; // turns of speech that stand in for the word "cookie"
  const PRESSABLE =
    "button, a, summary, input[type=button], input[type=submit], input[type=image], input[type=reset]," +
    " [role=button], [role=link], [role=menuitem], [role=tab], [onclick]";
  const SWITCH =
    "input[type=checkbox], input[type=radio], [role=switch], [role=checkbox], [role=radio]," +
    " [role=menuitemcheckbox], button[aria-pressed], button[aria-checked]";
  const PRESSED = "button[aria-pressed]"; // a switch, or one of two buttons: "allow", "deny"
  const BUTTON = "button, input[type=submit], input[type=button], [role=button]";
  const HEADING = "legend, h1, h2, h3, h4, h5, h6, [role=heading], dt, th, strong";
  const OPENER = "summary, [aria-expanded], [aria-haspopup]"; // unfolds what stands below it
  const CHOICE = "button, [role=button], input[type=button]"; // may be one of "allow" and "deny"
  const MENU = // what a visitor can unfold
    "details:not([open]), nav, [role=navigation], [role=menu], [class*=menu i], [id*=menu i], [class*=drawer i]";
  const MEANINGS = ["accept", "reject", "necessary", "settings", "save", "acknowledge", "withdraw"];
  const SILENT = new Set(["SCRIPT", "STYLE", "NOSCRIPT", "TEMPLATE", "HEAD", "OPTION"]);
  const HINT = /cookie|consent|gdpr|cmp-|cmp_|privacy|samtyk|samtyck|ccpa|dsgvo|rgpd/i;

  const LETTER = /\p{L}/u;
  const MOST_STYLED = 8; // elements of a control whose labels may come from a style sheet
  const LONGEST_DOOR = 1500; // characters on a door for grown-ups that lies over the page
  const SHORT_PAGE = 500; // characters of a page that is such a door and nothing else
  const MOST_WAYS = 12; // through such a door: what has more is a page
  const LEAST_COVERED = 0.2; // of the window, by such a door
  const MOST_COVERED = 0.6; // of the window, by one that moves with the page
  const WIDEST = 0.9; // of the window: what is painted over all of it is the page itself
  const LOWEST = 30; // CSS pixels of a painted banner
  const LONGEST_PAINTED = 20; // characters beside what is painted
  const NARROWEST = 0.3; // of the window: the width of a painted banner

  const FAINT = 0.1; // opacity below which nobody sees a control
  const ALIKE = 12; // sum of the differences of two colours that nobody tells apart

  const COOKIE = "🍪"; // all that some floating buttons say

  const subject = new RegExp(words.subject, "iu");
  const talk = new RegExp(words.talk, "giu");
  const revisit = new RegExp(words.revisit, "iu");
  const door = new RegExp(words.door, "iu");
  const age = new RegExp(`(?<![\\p{L}\\p{N}])(?:${words.age})(?![\\p{L}\\p{N}])`, "iu");
  const elements = [];
  const places = new Map();
  const styles = new Map();

  const place = (element) => {
    if (!places.has(element)) places.set(element, elements.push(element) - 1);
    return places.get(element);
  };
  const style = (element) => {
    if (!styles.has(element)) styles.set(element, getComputedStyle(element));
    return styles.get(element);
  };
  const closed = globalThis[Symbol.for("kapsel.closed")]; // noted by closed.js
  const shadow = (element) => element.shadowRoot ?? closed?.get(element) ?? null;
  const parent = (node) =>
    node.assignedSlot || node.parentElement || (node.getRootNode().host ?? null);
  const within = (node, root) => {
    for (let at = node; at; at = parent(at)) if (at === root) return true;
    return false;
  };
  const shown = (element) =>
    element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) &&
    !element.closest("[inert]");
  const tidy = (text) => text.replace(/\u00ad/g, "").replace(/\s+/g, " ").trim();

  function* trees(root) {
    yield root;
    for (const element of root.querySelectorAll("*"))
      if (shadow(element)) yield* trees(shadow(element));
  }

  function* deep(root) {
    const assigned = root.tagName === "SLOT" ? root.assignedElements() : [];
    const children = assigned.length ? assigned : (shadow(root) ?? root).children;
    for (const child of children) yield* withChildren(child);
  }
  function* withChildren(element) {
    if (SILENT.has(element.tagName)) return;
    yield element;
    yield* deep(element);
  }

  /** The text that a person sees in `node`, as far as `limit` characters. */
  const textOf = (node, limit, onlyShown) => {
    let text = "";
    const read = (at) => {
      if (text.length > limit) return;
      if (at.nodeType === Node.TEXT_NODE) {
        text += at.data;
      } else if (at.nodeType === Node.ELEMENT_NODE) {
        if (SILENT.has(at.tagName)) return;
        const { display, fontSize } = style(at);
        if (onlyShown && display !== "contents" && !at.checkVisibility()) return;
        if (onlyShown && fontSize === "0px" && !at.childElementCount) return;
        const inline = display === "inline" || display === "contents";
        if (!inline) text += " ";
        if (shadow(at)) shadow(at).childNodes.forEach(read);
        else if (at.tagName === "SLOT" && at.assignedNodes().length) at.assignedNodes().forEach(read);
        else at.childNodes.forEach(read);
        if (!inline) text += " ";
      }
    };
    read(node);
    return tidy(text).slice(0, limit);
  };

  const speaks = (text) =>
    subject.test(text) ||
    new Set((text.match(talk) ?? []).map((word) => word.toLowerCase())).size >= ENOUGH_TALK;

  /** What is read aloud in `root` beside its text: "Accept all cookies" on a button "Accept". */
  const aloud = (root) =>
    tidy(
      [root, ...root.querySelectorAll("[aria-label], [title]")]
        .map((element) => element.getAttribute("aria-label") ?? element.title ?? "")
        .join(" "),
    ).slice(0, LONGEST_TEXT);

  const named = (element) =>
    HINT.test(element.id) ||
    HINT.test(element.getAttribute("class") ?? "") ||
    HINT.test(element.getAttribute("aria-label") ?? "") ||
    (element.tagName.includes("-") && HINT.test(element.tagName));

  const isDialog = (element) =>
    (element.tagName === "DIALOG" && element.open) ||
    /^(alert)?dialog$/.test(element.getAttribute("role") ?? "") ||
    element.getAttribute("aria-modal") === "true";

  const overlays = (element) => {
    if (isDialog(element) || (element.popover && element.matches(":popover-open"))) return true;
    const { position, zIndex } = style(element);
    return (
      position === "fixed" || position === "sticky" || (position === "absolute" && Number(zIndex) > 0)
    );
  };

  const inWindow = (box) =>
    box.width > 1 &&
    box.height > 1 &&
    box.bottom > 1 &&
    box.right > 1 &&
    box.top < innerHeight - 1 &&
    box.left < innerWidth - 1;

  /** Whether `element` stays in the window while the page is scrolled. */
  const stays = (element) => {
    for (let at = element; at; at = parent(at)) if (style(at).position === "fixed") return true;
    return false;
  };

  /** Whether a person can see `root`; a layer without extent is seen by what it holds. */
  const seen = (root, moving) => {
    if (!shown(root)) return false;
    const box = root.getBoundingClientRect();
    if (box.width > 1 && box.height > 1) return !moving || inWindow(box);
    for (const element of deep(root))
      if (element.matches(PRESSABLE) && shown(element) && inWindow(element.getBoundingClientRect()))
        return true;
    return false;
  };

  const leads = (element) => {
    const link = element.closest("a[href]");
    if (!link) return "here";
    const raw = link.getAttribute("href").trim();
    if (raw === "" || raw.startsWith("#") || /^javascript:/i.test(raw)) return "here";
    let url;
    try {
      url = new URL(raw, document.baseURI);
    } catch {
      return "away";
    }
    if (url.href.split("#")[0] === location.href.split("#")[0]) return "here";
    const own = location.hostname.replace(/^www\./, "");
    const near = url.hostname === own || url.hostname.endsWith(`.${own}`); // consent.example.org
    return link.target !== "_blank" && near ? "site" : "away";
  };

  /** What style sheets write into `element`: `content: "Accept all"`. */
  const styled = (element) => {
    let text = "";
    for (const each of [element, ...deep(element)].slice(0, MOST_STYLED))
      for (const pseudo of ["::before", "::after"])
        for (const [, part] of getComputedStyle(each, pseudo).content.matchAll(/"((?:[^"\\]|\\.)*)"/g))
          text += part.replace(/\\(.)/g, "$1");
    return tidy(text);
  };

  /** The `label` of `element` with the words that a style sheet puts before and behind it. */
  const joined = (element, label) => {
    const [before, after] = ["::before", "::after"].map((pseudo) => {
      const text = getComputedStyle(element, pseudo).content.match(/^"((?:[^"\\]|\\.)*)"$/)?.[1] ?? "";
      return LETTER.test(text) && !label.includes(text.trim()) ? text : "";
    });
    return tidy(before + label + after).slice(0, LONGEST_LABEL);
  };

  const labelOf = (element) => {
    let own = textOf(element, LONGEST_LABEL + 1, true) || tidy(element.value ?? "");
    if (!LETTER.test(own)) own = [styled(element)].find((text) => LETTER.test(text)) ?? own;
    const described = (element.getAttribute("aria-labelledby") ?? "")
      .split(/\s+/)
      .map((id) => (id && element.getRootNode().getElementById?.(id)?.textContent) || "")
      .join(" ");
    const name =
      element.getAttribute("aria-label") ||
      tidy(described) ||
      element.title ||
      element.alt ||
      element.querySelector?.("img[alt]")?.alt ||
      element.querySelector?.("svg > title")?.textContent ||
      "";
    return { label: own.slice(0, LONGEST_LABEL), name: tidy(name).slice(0, LONGEST_LABEL) };
  };

  const besides = new Map(); // texts of elements, without what can be pressed or turned in them

  /** The text in `element` that stands on nothing that can be pressed. */
  const said = (element) => {
    if (!besides.has(element)) {
      let text = "";
      for (const child of (shadow(element) ?? element).childNodes) {
        if (text.length > LONGEST_LABEL) break;
        if (child.nodeType === Node.TEXT_NODE) text += ` ${child.data}`;
        else if (child.nodeType !== Node.ELEMENT_NODE || SILENT.has(child.tagName)) continue;
        else if (!child.matches(`${PRESSABLE}, ${SWITCH}, label`)) text += ` ${said(child)}`;
      }
      besides.set(element, tidy(text));
    }
    return besides.get(element);
  };

  /** The last heading before `inner` in `outer` that heads more than a choice of its own. */
  const headingOf = (inner, outer, nearest, kind) => {
    const headings = [...outer.querySelectorAll(kind)].filter((h) => !within(h, inner));
    let found = nearest && headings.length === 1 ? headings[0] : null;
    for (const heading of headings) {
      if (!(heading.compareDocumentPosition(inner) & Node.DOCUMENT_POSITION_FOLLOWING)) break;
      let part = heading;
      for (let at = parent(heading); at && at !== outer && !within(inner, at); at = parent(at))
        part = at;
      if (part.querySelector(SWITCH) || part.querySelectorAll(PRESSABLE).length > 1) continue;
      found = heading;
    }
    return tidy(found?.textContent ?? "");
  };

  /** What a choice in `root` is about: the words beside `element`, and the headings above it. */
  const aboutOf = (element, root) => {
    const subjects = [];
    let group = null;
    let inner = element;
    for (let at = parent(element); at && at !== root && subjects.length < 3; at = parent(at)) {
      if (at.matches("label") || !(said(at) || at.tagName === "DETAILS")) continue;
      const nearest = group === null;
      group ??= at;
      const alone = nearest && at.querySelectorAll(SWITCH).length <= 2;
      const text =
        headingOf(inner, at, nearest, HEADING) ||
        (alone ? said(at) : "") ||
        headingOf(inner, at, nearest, OPENER);
      if (text && !subjects.includes(text)) subjects.push(text.slice(0, LONGEST_LABEL));
      inner = at;
    }
    return { group: group && place(group), subjects };
  };

  const whole = (length) => Math.round(length) + 0; // a box at -0.4 begins at 0, not at -0

  const boxOf = (element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    return [x, y, width, height].map(whole);
  };

  const channels = (colour) => (colour.match(/^rgba?\(([^)]*)\)$/)?.[1] ?? "").split(",").map(Number);

  /** Whether what stands on `element` has the colour of its ground, as far as `root` tells it. */
  const blends = (element, root) => {
    let text = element;
    while (text.childElementCount === 1 && text.childNodes.length === 1) text = text.firstElementChild;
    if (text.childElementCount || shadow(text) || styled(text)) return false;
    const [red, green, blue, alpha = 1] = channels(style(text).color);
    if (blue === undefined) return false;
    for (let at = text; at; at = at === root ? null : parent(at)) {
      const { backgroundImage, backgroundColor } = style(at);
      if (backgroundImage !== "none") return false;
      if (alpha < FAINT) continue;
      const [r, g, b, opaque = 1] = channels(backgroundColor);
      if (opaque === 1 && b !== undefined)
        return Math.abs(r - red) + Math.abs(g - green) + Math.abs(b - blue) < ALIKE;
      if (opaque !== 0) return false;
    }
    return alpha < FAINT;
  };

  /** Whether nobody can see `element` in `root`: out of the page, cut off, faint, or blended in. */
  const unseen = (element, root, box) => {
    if (box.right + scrollX <= 0 || box.bottom + scrollY <= 0) return true;
    let opacity = 1;
    for (let at = element; at; at = parent(at)) {
      const { opacity: own, clip, clipPath, position } = style(at);
      const around = at === element ? box : at.getBoundingClientRect();
      if (at === element && position === "fixed" && !inWindow(around)) return true;
      if (/^(inset\((50|100)%\)|circle\(0)/.test(clipPath)) return true;
      if (/^(absolute|fixed)$/.test(position) && /^rect\(([01]px,? ?){4}\)$/.test(clip)) return true;
      opacity *= Number(own);
    }
    return opacity < FAINT || blends(element, root);
  };

  const ruledMeaning = (element, rule) =>
    rule ? (MEANINGS.find((m) => rule[m] && element.matches(rule[m])) ?? null) : null;

  const control = (element, weight, rule) => ({
    element: place(element),
    ...labelOf(element),
    ruled: ruledMeaning(element, rule),
    leads: leads(element),
    weight,
    tab: element.getAttribute("role") === "tab",
    opens: element.matches(OPENER),
    disabled: element.disabled === true || element.getAttribute("aria-disabled") === "true",
    box: boxOf(element),
  });

  /** What can be pressed in `root`; elements that only look pressable count for less. */
  const controlsOf = (root, rule) => {
    const found = [];
    const taken = new Set();
    for (const element of deep(root)) {
      if (found.length >= MOST_CONTROLS) break;
      if ((element.matches(SWITCH) && !element.matches(PRESSED)) || !shown(element)) continue;
      const turned = element.closest("label")?.control;
      const far = turned?.matches(SWITCH) && !within(turned, root); // a style sheet listens to it
      if (turned?.matches(SWITCH) && !far) continue; // turns a switch over
      const up = parent(element);
      const ruled = ruledMeaning(element, rule) !== null;
      if (!ruled && rule?.revisit && element.matches(rule.revisit)) continue; // a door, no answer
      if (!ruled && [...taken].some((outer) => outer !== element && within(element, outer))) continue;
      const box = element.getBoundingClientRect();
      if (box.width < 2 || box.height < 2 || (!ruled && unseen(element, root, box))) continue;
      let weight = null;
      if (ruled || element.matches(PRESSABLE) || (far && element.matches("label"))) weight = "strong";
      else if (style(element).cursor === "pointer" && up && style(up).cursor !== "pointer")
        weight = element.querySelector(PRESSABLE) ? null : "pointer";
      else if (!element.childElementCount && !shadow(element) && element.textContent.trim().length <= 40)
        weight = element.matches("label, legend, option, h1, h2, h3, h4, [role=heading], p, strong, b, em, li, dt, td, th") ? null : "leaf";
      if (weight === null) continue;
      const entry = control(element, weight, rule);
      entry.label = joined(element, entry.label);
      if (!entry.label && !entry.name && !ruled) continue;
      if (!ruled && element.matches(CHOICE)) Object.assign(entry, aboutOf(element, root));
      taken.add(element);
      found.push(entry);
    }
    return found;
  };

  /** What a label says that has a switch to itself, but points at nothing: `for` names no id. */
  const neighbourOf = (element) => {
    for (let at = parent(element); at?.querySelectorAll && at.querySelectorAll(SWITCH).length === 1; at = parent(at)) {
      const label = [...at.querySelectorAll("label")].find((label) => !label.control);
      if (label) return label.textContent;
    }
    return "";
  };

  const switchesOf = (root) => {
    const found = [];
    for (const element of deep(root)) {
      if (!element.matches(SWITCH) || found.length >= MOST_CONTROLS) continue;
      const described = labelOf(element);
      const labels = [...(element.labels ?? [])].map((label) => label.textContent).join(" ");
      const unsaid = element.type && element.value === "on"; // what a box without a value sends
      const own = labels || described.name || tidy(neighbourOf(element)) || (unsaid ? "" : described.label);
      const radio = element.type === "radio" || element.getAttribute("role") === "radio";
      found.push({
        element: place(element),
        label: tidy(own).slice(0, LONGEST_LABEL),
        on:
          typeof element.checked === "boolean"
            ? element.checked
            : ["aria-checked", "aria-pressed"].some((a) => element.getAttribute(a) === "true"),
        disabled:
          element.disabled === true ||
          element.readOnly === true ||
          element.getAttribute("aria-disabled") === "true",
        pressable: element.matches(PRESSED),
        radio: radio ? element.name || "radio" : null,
        ...aboutOf(element, root),
        box: boxOf(element),
      });
    }
    return found;
  };

  const forest = [...trees(document)];
  const ruleOf = (root) =>
    rules.find((rule) => rule.banner && belongs(root.getRootNode(), rule) && root.closest(rule.banner)) ?? null;

  const belongs = (tree, rule) => !rule.host || Boolean(tree.host?.matches(rule.host));

  const findRoots = () => {
    const roots = new Map();
    for (const rule of rules)
      for (const tree of rule.banner ? forest.filter((tree) => belongs(tree, rule)) : [])
        for (const root of tree.querySelectorAll(rule.banner))
          if (seen(root, stays(root))) roots.set(root, { kind: "rule", rule });

    const all = forest.flatMap((tree) => [...tree.querySelectorAll("*")]);
    const read =
      all.length <= MOST_ELEMENTS
        ? all
        : [...all.slice(0, MOST_ELEMENTS / 4), ...all.slice((-3 * MOST_ELEMENTS) / 4)];
    for (const element of read) {
      if (SILENT.has(element.tagName) || element === document.body || roots.has(element)) continue;
      if (element.matches("button, a, label, input")) continue; // a control is no layer
      const over = overlays(element);
      if (!over && !named(element)) continue;
      if ([...roots].some(([root, { kind }]) => kind === "rule" && within(element, root))) continue;
      const called = over && (named(element) || chooses(element));
      if (!called && !speaks(`${textOf(element, LONGEST_TEXT, false)} ${aloud(element)}`)) continue;
      if (seen(element, stays(element)))
        roots.set(element, { kind: over ? "overlay" : "named", rule: null });
    }
    if (roots.size === 0) findAtEdges(read, roots);
    if (roots.size === 0) findForms(read, roots);
    if (roots.size === 0 && !top && document.body && innerWidth > 100 && innerHeight > 40)
      if (speaks(textOf(document.body, LONGEST_TEXT, true)))
        roots.set(document.body, { kind: "frame", rule: null });
    return roots;
  };

  /** Whether switches in `element` are those of a consent: such a layer need not say "cookie". */
  const chooses = (element) => {
    const switches = element.querySelectorAll(SWITCH).length;
    if (!switches) return false;
    const text = textOf(element, LONGEST_TEXT, true);
    const told = new Set((text.match(talk) ?? []).map((word) => word.toLowerCase())).size;
    return revisit.test(text) || (switches >= LEAST_SWITCHES && told >= LEAST_SWITCHES);
  };

  /** Banners in the flow of the page: the nearest block at its top or bottom that speaks so. */
  const findAtEdges = (read, roots) => {
    const height = document.documentElement.scrollHeight;
    for (const element of read) {
      if (!element.matches(PRESSABLE) && style(element).cursor !== "pointer") continue;
      if (!shown(element)) continue;
      for (let at = parent(element); at && at !== document.body; at = parent(at)) {
        const box = at.getBoundingClientRect();
        if (style(at).position === "fixed" || box.height > innerHeight) break;
        const text = textOf(at, LONGEST_EDGE + 1, true);
        if (text.length > LONGEST_EDGE) break;
        if (!speaks(text)) continue;
        const from = box.top + scrollY;
        const atEdge = from < EDGE || height - (from + box.height) < EDGE;
        if (atEdge && box.width >= innerWidth / 2) roots.set(at, { kind: "edge", rule: null });
        break;
      }
    }
  };

  /** Settings of consent in the flow of the page: switches and what saves them, with their words. */
  const findForms = (read, roots) => {
    const seenBefore = new Set();
    for (const element of read) {
      if (!element.matches(SWITCH)) continue;
      let further = FORM_REACH;
      for (let at = parent(element); at && at !== document.body && further; at = parent(at)) {
        if (at.querySelectorAll(SWITCH).length < LEAST_SWITCHES || !at.querySelector(BUTTON)) continue;
        if (seenBefore.has(at)) break;
        seenBefore.add(at);
        further -= 1;
        const text = textOf(at, LONGEST_TEXT + 1, true);
        if (text.length > LONGEST_TEXT) break;
        if (!speaks(text) || !shown(at)) continue;
        roots.set(at, { kind: "form", rule: null });
        break;
      }
    }
  };

  /** The layers with their texts, and which of them they lie in; those of known platforms rule. */
  const described = (roots) => {
    const ruled = [...roots].filter(([, { kind }]) => kind === "rule").map(([root]) => root);
    const apart = [...roots].filter(
      ([root, { kind }]) =>
        kind === "rule"
          ? !ruled.some((outer) => outer !== root && within(root, outer))
          : !ruled.some((inner) => within(inner, root)),
    );
    const kept = apart.slice(0, MOST_LAYERS).map(([root]) => root);
    return apart.slice(0, MOST_LAYERS).map(([root, facts]) => ({
      root,
      ...facts,
      text: textOf(root, LONGEST_TEXT, true),
      inside: kept.filter((outer) => outer !== root && within(root, outer)).map(place),
    }));
  };

  const small = ({ width, height }) => width <= FLOATING && height <= FLOATING;

  /** Whether `element` is small and where the mouse becomes a hand: a picture, with a listener. */
  const handy = (element) =>
    style(element).cursor === "pointer" &&
    parent(element) !== null &&
    style(parent(element)).cursor !== "pointer" &&
    small(element.getBoundingClientRect());

  const doors = () => {
    const found = [];
    for (const tree of forest)
      for (const element of tree.querySelectorAll("*")) {
        const rule = rules.find((r) => r.revisit && belongs(tree, r) && element.matches(r.revisit));
        if (!rule && !element.matches(PRESSABLE) && element.getAttribute("tabindex") !== "0")
          if ((element.childElementCount || element.textContent.trim() !== COOKIE) && !handy(element))
            continue;
        const tucked = !shown(element) && element.closest(MENU) !== null;
        if (!shown(element) && !tucked) continue;
        const entry = control(element, "strong", null);
        if (tucked) entry.label = tidy(element.textContent).slice(0, LONGEST_LABEL);
        const box = element.getBoundingClientRect();
        const floating = small(box) && inWindow(box) && stays(element);
        const told = `${entry.label} ${entry.name}`;
        const hint = told.includes(COOKIE) || subject.test(told) || HINT.test(told);
        const hinted = floating && (hint || named(element));
        const short = tidy(told).length <= LONGEST_LABEL / 3;
        if (rule || hinted || revisit.test(told) || (short && (subject.test(told) || door.test(told))))
          found.push({ ...entry, platform: rule?.name ?? null, floating, tucked });
        if (found.length >= MOST_CONTROLS) return found;
      }
    return found;
  };

  /** What may hide a banner, or be one that nobody can read but with the eyes. */
  const screens = () => {
    const found = new Set();
    const doorway = (element, longest) => {
      const text = textOf(element, longest + 1, true);
      const ways = element.querySelectorAll(`${PRESSABLE}, select, input`).length;
      return text.length <= longest && age.test(text) && ways > 0 && ways <= MOST_WAYS;
    };
    const painted = (element, area) =>
      [...element.querySelectorAll("canvas")].some((canvas) => {
        const { width, height } = canvas.getBoundingClientRect();
        return width * height > area / 3 && textOf(element, LONGEST_PAINTED + 1, true).length <= LONGEST_PAINTED;
      });
    for (const tree of forest)
      for (const element of tree.querySelectorAll("*")) {
        if (SILENT.has(element.tagName) || !overlays(element) || !seen(element, stays(element))) continue;
        const { width, height, x, y } = element.getBoundingClientRect();
        if (element.tagName === "CANVAS" || painted(element, width * height)) {
          const bar = width >= NARROWEST * innerWidth && height >= LOWEST && width * height < WIDEST * innerWidth * innerHeight;
          const top = bar && element.getRootNode().elementFromPoint?.(x + width / 2, y + height / 2);
          if (top && (within(top, element) || within(element, top))) found.add("picture");
        } else {
          const covered = (width * height) / (innerWidth * innerHeight);
          const over = isDialog(element) || covered >= (stays(element) ? LEAST_COVERED : MOST_COVERED);
          if (over && doorway(element, LONGEST_DOOR)) found.add("age");
        }
      }
    if (top && document.body && doorway(document.body, SHORT_PAGE)) found.add("age");
    return [...found];
  };

  /** Whether a script has set the global `name`: an element with that id goes by it as well. */
  const isSet = (name) => {
    const value = window[name];
    return value !== undefined && !(value instanceof Element || value instanceof HTMLCollection);
  };

  const layers = described(findRoots());
  const report = {
    platforms: rules
      .filter(
        (rule) =>
          (rule.globals ?? []).some(isSet) ||
          (rule.banner && forest.some((tree) => belongs(tree, rule) && tree.querySelector(rule.banner))),
      )
      .map((rule) => rule.name),
    layers: layers.map(({ root, kind, rule, text, inside }) => {
      const known = rule ?? ruleOf(root);
      const outline = root.getBoundingClientRect();
      return {
        root: place(root),
        inside,
        kind,
        platform: known?.name ?? null,
        hint: named(root) || (root.getRootNode().host ? named(root.getRootNode().host) : false),
        dialog: isDialog(root) || Boolean(root.querySelector("dialog[open],[role=dialog],[role=alertdialog]")),
        stays: isDialog(root) || stays(root),
        text: `${text} ${aloud(root)}`,
        fields: [...deep(root)].filter((e) => e.matches("input[type=email],input[type=password],input[type=tel]")).length,
        controls: controlsOf(root, known),
        switches: switchesOf(root),
        box: [outline.x, outline.y, outline.width, outline.height].map(whole),
      };
    }),
    screens: screens(),
    doors: doors(),
  };
  return { report, elements };
}
