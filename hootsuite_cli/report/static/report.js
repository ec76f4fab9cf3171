// Computes every figure from the packed columns and draws it, again whenever a filter changes.
(async () => {
  "use strict";
  const data = JSON.parse(document.getElementById("data").textContent);
  const NOBODY = 0xffff, UNKNOWN = 0xffffffff;
  const S = Object.fromEntries(data.statuses.map((name, place) => [name, place]));
  const column = async (text, type) => {
    const bytes = Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
    const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new type(await new Response(unpacked).arrayBuffer());
  };
  const P = {
    profile: await column(data.posts.profile, Uint16Array), day: await column(data.posts.day, Int16Array),
    hour: await column(data.posts.hour, Uint8Array), status: await column(data.posts.status, Uint8Array),
    flags: await column(data.posts.flags, Uint8Array), author: await column(data.posts.author, Uint16Array),
    content: await column(data.posts.content, Uint32Array), length: await column(data.posts.length, Uint16Array),
  };
  const R = {
    post: await column(data.reviews.post, Uint32Array), reviewer: await column(data.reviews.reviewer, Uint16Array),
    approved: await column(data.reviews.approved, Uint8Array), minutes: await column(data.reviews.minutes, Uint32Array),
  };
  const H = { tag: await column(data.hashtags.tag, Uint16Array), post: await column(data.hashtags.post, Uint32Array) };
  const F = {
    profile: await column(data.performance.posts.profile, Uint16Array), day: await column(data.performance.posts.day, Int16Array),
    hour: await column(data.performance.posts.hour, Uint8Array), match: await column(data.performance.posts.match, Uint8Array),
    engagement: await column(data.performance.posts.engagement, Uint32Array), followers: await column(data.performance.followers, Uint32Array),
  };
  const M = Object.fromEntries(data.performance.matches.map((name, place) => [name, place]));
  const first = Date.parse(data.first_day + "T00:00:00Z"), DAY = 86400000;
  const date = (day) => new Date(first + day * DAY);
  const short = (day) => date(day).toLocaleDateString("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
  const weekday = (day) => (date(day).getUTCDay() + 6) % 7; // 0 is Monday
  const number = (value) => value.toLocaleString("en");
  const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
  const COLOURS = { facebook: "#3b6fd4", instagram: "#e07b39", linkedin: "#1f8f5f", pinterest: "#b0408f", threads: "#8b6fd0",
    tiktok: "#c59a26", x: "#3aa6b9", youtube: "#c4342d", whatsapp: "#4caf50", googleplus: "#8d6e63", unknown: "#7b8794" };
  const $ = (id) => document.getElementById(id);
  const element = (tag, text, attributes = {}) => {
    const made = document.createElement(tag);
    if (text !== undefined) made.textContent = text;
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  };

  function table(heads, rows, options = {}) {
    const made = element("table", undefined, options.class ? { class: options.class } : {});
    const numeric = options.numeric || [];
    const head = element("tr");
    heads.forEach((name, place) => head.append(element("th", name, { scope: "col", ...(numeric.includes(place) ? { class: "number" } : {}) })));
    made.append(element("thead"));
    made.tHead.append(head);
    const body = element("tbody");
    for (const row of rows) {
      const line = element("tr");
      row.forEach((cell, place) => {
        if (cell instanceof Node) line.append(cell);
        else line.append(element("td", cell === null ? "unknown" : String(cell), numeric.includes(place) ? { class: "number" } : {}));
      });
      body.append(line);
    }
    made.append(body);
    return made;
  }
  const put = (id, ...nodes) => $(id).replaceChildren(...nodes);
  const quiet = (text) => element("p", text, { class: "quiet" });
  const nameOf = (place) => (place === NOBODY ? "unknown" : data.profiles[place].label);
  const memberOf = (place) => (place === NOBODY ? "unknown" : data.members[place]);
  const median = (values) => {
    if (!values.length) return null;
    const sorted = [...values].sort((a, b) => a - b), middle = sorted.length >> 1;
    return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  };
  const duration = (minutes) => minutes === null ? "unknown" : minutes < 90 ? `${Math.round(minutes)} min`
    : minutes < 48 * 60 ? `${(minutes / 60).toFixed(1)} h` : `${(minutes / 1440).toFixed(1)} d`;
  const percent = (part, whole) => (whole ? `${Math.round((100 * part) / whole)} %` : "–");

  // ------------------------------------------------------------------ filters

  const filters = { period: data.choices.period, network: data.choices.network, profile: data.choices.profile };
  const option = (value, text) => element("option", text, { value });
  function fillFilters() {
    put("period", ...data.periods.map((days) => option(days, `Last ${days} days`)));
    const networks = new Map(data.profiles.map((one) => [one.network, one.network_label]));
    put("network", option("", "All networks"), ...[...networks].sort().map(([id, label]) => option(id, label)));
    put("profile", option("", "All profiles"), ...data.profiles.map((one) => option(one.id, one.label)));
    for (const name of Object.keys(filters)) {
      $(name).value = filters[name];
      $(name).addEventListener("change", () => { filters[name] = $(name).value; draw(); });
    }
  }
  function chosen() {
    return data.profiles.map((one) => (!filters.network || one.network === filters.network) && (!filters.profile || one.id === filters.profile));
  }

  // ------------------------------------------------------------------ figures

  function gather() {
    const wanted = chosen(), period = Number(filters.period), today = data.today;
    const from = today - period + 1, before = from - period, until = today + data.upcoming_days;
    const found = { from, today, until, wanted, sent: [], before: 0, failed: 0, deleted: 0, rejected: 0, expired: 0, upcoming: [], due: 0,
      complete: before >= 0 };
    for (let i = 0; i < P.profile.length; i++) {
      if (!wanted[P.profile[i]]) continue;
      const day = P.day[i], status = P.status[i];
      if (day > today - 1 && day < until && (status === S.scheduled || status === S.pending_approval)) found.upcoming.push(i);
      if (day >= before && day < from && status === S.sent) found.before++;
      if (day < from || day > today) continue;
      if (status === S.sent) found.sent.push(i);
      else if (status === S.failed) found.failed++;
      else if (status === S.deleted) found.deleted++;
      else if (status === S.rejected) found.rejected++;
      else if (status === S.expired) found.expired++;
    }
    const within = (place) => wanted[P.profile[place]] && P.day[place] >= from && P.day[place] <= today;
    found.reviews = [...R.post.keys()].filter((i) => within(R.post[i]));
    found.within = within;
    return found;
  }

  function keyFigures(found) {
    const sent = found.sent.length, due = sent + found.failed;
    $("figure-sent").textContent = number(sent);
    const change = found.before ? Math.round((100 * (sent - found.before)) / found.before) : null;
    $("note-sent").textContent = !found.complete ? "the period before is not on this page"
      : change === null ? "none in the period before" : `${change > 0 ? "+" : ""}${change} % against the period before`;
    $("figure-content").textContent = number(new Set(found.sent.map((i) => P.content[i])).size);
    const active = new Set(found.sent.map((i) => P.profile[i])).size;
    $("note-content").textContent = `${active} of ${found.wanted.filter(Boolean).length} profiles posted`;
    $("figure-failed").textContent = number(found.failed);
    $("note-failed").textContent = `${percent(found.failed, due)} of those that were due`;
    const minutes = found.reviews.map((i) => R.minutes[i]).filter((one) => one !== UNKNOWN);
    $("figure-approve").textContent = minutes.length ? duration(median(minutes)) : "–";
    const sorted = minutes.sort((a, b) => a - b);
    $("note-approve").textContent = minutes.length ? `9 of 10 within ${duration(sorted[Math.ceil(0.9 * sorted.length) - 1])}` : "no decisions";
    $("figure-upcoming").textContent = number(found.upcoming.length);
    const risk = found.upcoming.filter((i) => P.status[i] === S.pending_approval || data.profiles[P.profile[i]].reconnect).length;
    $("note-upcoming").textContent = `${number(risk)} at risk`;
    $("figure-deleted").textContent = number(found.deleted);
    $("note-deleted").textContent = `${number(found.rejected)} rejected, ${number(found.expired)} expired`;
    $("empty").hidden = due + found.upcoming.length + found.deleted > 0;
  }

  // ------------------------------------------------------------------ weeks

  const charts = new Map();
  function drawChart(id, labels, series, options = {}) {
    const style = getComputedStyle(document.documentElement), ink = style.getPropertyValue("--quiet").trim(), line = style.getPropertyValue("--line").trim();
    if (!charts.has(id)) charts.set(id, echarts.init($(id), null, { renderer: "svg" }));
    const axis = { type: "value", axisLabel: { color: ink }, nameTextStyle: { color: ink }, splitLine: { lineStyle: { color: line } } };
    charts.get(id).setOption({
      animation: false, textStyle: { fontFamily: "system-ui, sans-serif", color: ink },
      grid: { left: 52, right: options.right ? 40 : 8, top: options.right ? 26 : 10, bottom: 62 },
      legend: { bottom: 0, type: "plain", itemWidth: 12, itemHeight: 12, textStyle: { color: ink } },
      tooltip: { trigger: "axis", renderMode: "richText" },
      xAxis: { type: "category", data: labels, axisLabel: { color: ink }, axisLine: { lineStyle: { color: line } }, axisTick: { show: false } },
      yAxis: [{ ...axis, ...options.left }, ...(options.right ? [{ ...axis, ...options.right, splitLine: { show: false } }] : [])],
      series,
    }, true);
    charts.get(id).resize();
  }

  function weeks(found) {
    const start = found.from - weekday(found.from), counts = new Map(), labels = [];
    for (let day = start; day <= found.today; day += 7) labels.push(short(day));
    for (const i of found.sent) {
      const profile = data.profiles[P.profile[i]];
      if (!counts.has(profile.network)) counts.set(profile.network, { label: profile.network_label, values: new Array(labels.length).fill(0) });
      counts.get(profile.network).values[Math.floor((P.day[i] - start) / 7)]++;
    }
    const series = [...counts].sort((a, b) => a[1].label.localeCompare(b[1].label));
    put("weeks-table", table(["Week of", ...series.map(([, one]) => one.label)],
      labels.map((label, week) => [label, ...series.map(([, one]) => one.values[week])]), { numeric: series.map((_, place) => place + 1) }));
    drawChart("weeks", labels, series.map(([network, one]) => ({ type: "bar", stack: "all", name: one.label, data: one.values,
      color: COLOURS[network] || COLOURS.unknown })), { left: { minInterval: 1 } });
  }

  // ------------------------------------------------------------------ attention and calendar

  function attention(found) {
    const items = [];
    const item = (badge, head, text) => {
      const made = element("div", undefined, { class: "item" });
      made.append(element("span", badge, { class: "badge" }), " ", element("b", head));
      if (text) made.append(element("p", text, { class: "quiet" }));
      items.push(made);
    };
    data.profiles.forEach((one, place) => {
      if (!one.reconnect || !found.wanted[place]) return;
      const waiting = found.upcoming.filter((i) => P.profile[i] === place).length;
      item("reconnect", one.label, `Nothing goes out before a person connects it again; ${waiting} posts wait.`);
    });
    const pending = data.upcoming.filter(([profile, , , risk]) => risk === "not_approved" && profile !== NOBODY && found.wanted[profile]);
    for (const [profile, , moment, , text] of pending.slice(0, 4)) item(`due ${moment}`, `${nameOf(profile)} is not approved`, text);
    if (pending.length > 4) item(`${pending.length - 4} more`, "wait for approval", `until ${pending[pending.length - 1][2]}`);
    put("attention", ...(items.length ? items : [quiet("Nothing.")]));
  }

  function calendar(found) {
    const days = data.upcoming_days, rows = new Map();
    for (const i of found.upcoming) {
      const place = P.profile[i];
      if (!rows.has(place)) rows.set(place, Array.from({ length: days }, () => [0, 0]));
      const cell = rows.get(place)[P.day[i] - found.today];
      cell[P.status[i] === S.pending_approval ? 1 : 0]++;
    }
    const made = element("table", undefined, { class: "matrix" }), head = element("tr");
    head.append(element("th", "Profile", { scope: "col" }));
    for (let n = 0; n < days; n++) head.append(element("th", `${WEEKDAYS[weekday(found.today + n)][0]} ${date(found.today + n).getUTCDate()}`, { scope: "col" }));
    made.append(head);
    const most = 100, places = data.profiles.map((_, place) => place).filter((place) => found.wanted[place]);
    for (const place of places.slice(0, most)) {
      const line = element("tr"), row = rows.get(place);
      line.append(element("th", nameOf(place), { scope: "row", title: nameOf(place) }));
      for (let n = 0; n < days; n++) {
        const [planned, waiting] = row ? row[n] : [0, 0], total = planned + waiting;
        const kind = !total ? "" : data.profiles[place].reconnect ? "risk" : waiting ? "waiting" : "planned";
        const weekend = weekday(found.today + n) > 4 ? "weekend" : "";
        line.append(element("td", total ? String(total) : "", { class: `cell ${kind} ${weekend}` }));
      }
      made.append(line);
    }
    const rest = places.length - most;
    put("calendar", made, ...(rest > 0 ? [quiet(`${number(rest)} more profiles: choose a network or a profile above.`)] : []));
  }

  // ------------------------------------------------------------------ tables

  const bar = (value, most) => {
    const make = (tag, attributes) => {
      const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
      for (const [name, given] of Object.entries(attributes)) made.setAttribute(name, given);
      return made;
    };
    const cell = element("td"), picture = make("svg", { class: "meter", viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" });
    picture.append(make("rect", { width: (100 * value) / Math.max(most, 1), height: 10, rx: 2 }));
    cell.append(picture);
    return cell;
  };
  const nameCell = (text) => element("td", text, { class: "name" });

  function profiles(found) {
    const stats = data.profiles.map(() => ({ sent: 0, media: 0, failed: 0, last: null, next: null }));
    for (let i = 0; i < P.profile.length; i++) {
      const one = stats[P.profile[i]], day = P.day[i], status = P.status[i];
      if (status === S.sent && day <= found.today && (one.last === null || day > one.last)) one.last = day;
      if ((status === S.scheduled || status === S.pending_approval) && day >= found.today && (one.next === null || day < one.next)) one.next = day;
      if (day < found.from || day > found.today) continue;
      if (status === S.sent) { one.sent++; if (P.flags[i] & 1) one.media++; } else if (status === S.failed) one.failed++;
    }
    const places = stats.map((_, place) => place).filter((place) => found.wanted[place]).sort((a, b) => stats[b].sent - stats[a].sent);
    const most = places.length ? stats[places[0]].sent : 0, weeksOf = (found.today - found.from + 1) / 7;
    const rows = places.slice(0, 200).map((place) => {
      const one = stats[place], profile = data.profiles[place], name = nameCell(profile.label);
      if (profile.reconnect) name.prepend(element("span", "reconnect", { class: "badge" }), " ");
      return [name, one.sent, bar(one.sent, most), (one.sent / weeksOf).toFixed(1), percent(one.media, one.sent), one.failed,
        one.last === null ? "none" : short(one.last), one.next === null ? "nothing planned" : short(one.next)];
    });
    const rest = places.length - rows.length;
    put("profiles", table(["Profile", "Sent", "", "A week", "With media", "Failed", "Last post", "Next post"], rows, { numeric: [1, 3, 4, 5] }),
      ...(rest > 0 ? [quiet(`${number(rest)} more profiles posted less.`)] : []));
  }

  function hours(found) {
    const counts = Array.from({ length: 7 }, () => new Array(24).fill(0));
    for (const i of found.sent) counts[weekday(P.day[i])][P.hour[i]]++;
    const most = Math.max(...counts.flat(), 1);
    const made = element("table", undefined, { class: "matrix" }), head = element("tr");
    head.append(element("th", "", { scope: "col" }), ...[...Array(24).keys()].map((hour) => element("th", String(hour), { scope: "col" })));
    made.append(head);
    counts.forEach((row, place) => {
      const line = element("tr");
      line.append(element("th", WEEKDAYS[place], { scope: "row" }));
      row.forEach((count) => line.append(element("td", count ? String(count) : "", { class: count ? `heat${Math.ceil((4 * count) / most)}` : "cell" })));
      made.append(line);
    });
    put("hours", made);
  }

  function tally(pairs) {
    const found = new Map();
    for (const [key, add] of pairs) {
      if (!found.has(key)) found.set(key, {});
      add(found.get(key));
    }
    return [...found];
  }
  const plus = (one, name) => { one[name] = (one[name] || 0) + 1; };

  const PEOPLE = 12; // rows that a card shows
  const othersIn = (rows) => rows.length > PEOPLE ? [quiet(`The first ${PEOPLE} of ${number(rows.length)} people.`)] : [];

  function approvals(found) {
    const rows = tally(found.reviews.map((i) => [R.reviewer[i], (one) => {
      plus(one, R.approved[i] ? "yes" : "no");
      if (R.minutes[i] !== UNKNOWN) (one.minutes = one.minutes || []).push(R.minutes[i]);
    }])).sort((a, b) => (b[1].yes || 0) + (b[1].no || 0) - (a[1].yes || 0) - (a[1].no || 0));
    put("approvals", table(["Who decides", "Yes", "No", "Median time"], rows.slice(0, PEOPLE).map(([place, one]) =>
      [nameCell(memberOf(place)), one.yes || 0, one.no || 0, duration(median(one.minutes || []))]), { numeric: [1, 2, 3] }),
    ...othersIn(rows), quiet(`${number(found.expired)} posts expired, since nobody decided in time.`));
  }

  function people(found) {
    const pairs = [];
    for (let i = 0; i < P.profile.length; i++) {
      if (!found.within(i)) continue;
      const name = { [S.sent]: "sent", [S.failed]: "failed", [S.rejected]: "rejected" }[P.status[i]];
      if (name) pairs.push([P.author[i], (one) => plus(one, name)]);
    }
    const rows = tally(pairs).sort((a, b) => (b[1].sent || 0) - (a[1].sent || 0)), most = rows.length ? rows[0][1].sent || 0 : 0;
    put("people", table(["Who writes", "Sent", "", "Failed", "Turned down"], rows.slice(0, PEOPLE).map(([place, one]) =>
      [nameCell(memberOf(place)), one.sent || 0, bar(one.sent || 0, most), one.failed || 0, one.rejected || 0]), { numeric: [1, 3, 4] }), ...othersIn(rows));
  }

  function content(found) {
    const sent = found.sent, share = (flag) => percent(sent.filter((i) => P.flags[i] & flag).length, sent.length);
    const characters = median(sent.map((i) => P.length[i]));
    $("content-note").textContent = sent.length ? `${share(1)} with media, ${share(2)} with a link, median ${characters} characters.` : "What are our posts made of?";
    const counts = new Map();
    for (let n = 0; n < H.tag.length; n++) {
      const i = H.post[n];
      if (P.status[i] === S.sent && found.within(i)) counts.set(H.tag[n], (counts.get(H.tag[n]) || 0) + 1);
    }
    const rows = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 12), most = rows.length ? rows[0][1] : 0;
    put("hashtags", table(["Hashtag", "Posts", ""], rows.map(([tag, count]) => [nameCell(data.hashtags.names[tag]), count, bar(count, most)]), { numeric: [1] }));
  }

  function failed(found) {
    const rows = data.failed.filter(([profile, day]) => profile !== NOBODY && found.wanted[profile] && day >= found.from).slice(0, 20);
    put("failed", rows.length ? table(["When", "Profile", "Text", "By"], rows.map(([profile, , moment, text, author]) =>
      [moment, nameCell(nameOf(profile)), element("td", text, { class: "text" }), nameCell(memberOf(author))])) : quiet("None."));
  }

  // ------------------------------------------------------------------ performance

  const LEAST = 3; // fewer posts say nothing about an hour
  const days = data.performance.follower_days;
  const measured = F.engagement.some((one) => one !== UNKNOWN) || F.followers.some((one) => one !== UNKNOWN);
  const bestOf = new Map(data.performance.best.map(([place, ...rest]) => [place, rest]));
  const known = (value) => (value === null ? null : number(value));
  const times = (value) => (value === null ? null : `${value.toFixed(1)}×`);
  const signed = (value) => (value === null ? null : `${value > 0 ? "+" : ""}${number(value)}`);
  const sum = (values) => (values.length ? values.reduce((all, one) => all + one, 0) : null);
  const ratio = (i) => {
    const usual = data.performance.usual[F.profile[i]];
    return usual ? F.engagement[i] / usual : null;
  };
  const followersOn = (profile, place) => {
    const value = place < 0 ? UNKNOWN : F.followers[profile * days.length + place];
    return value === UNKNOWN ? null : value;
  };

  function performance(found) {
    $("performance").hidden = !measured;
    $("unmeasured").hidden = measured;
    if (!measured) return;
    const posts = [...F.profile.keys()].filter((i) => found.wanted[F.profile[i]] && F.day[i] >= found.from && F.day[i] <= found.today);
    const told = posts.filter((i) => F.engagement[i] !== UNKNOWN), values = told.map((i) => F.engagement[i]);
    const having = (...names) => posts.filter((i) => names.some((name) => F.match[i] === M[name])).length;
    const text = (value) => (value === null ? "unknown" : number(value));
    $("figure-engagement").textContent = text(sum(values));
    $("note-engagement").textContent = `known for ${number(told.length)} of ${number(posts.length)} posts`;
    $("figure-typical").textContent = text(median(values));
    $("figure-matched").textContent = number(having("post_id", "permalink"));
    $("note-matched").textContent = `${number(having("unmatched"))} more are not in analytics, or not yet`;
    $("figure-native").textContent = number(having("native"));
    $("figure-unmeasured").textContent = number(having("not_measured"));
    followers(found);
    best(told);
    bestHours(posts, told);
    byNetwork(posts);
  }

  function followers(found) {
    const now = days.indexOf(found.today), before = days.indexOf(found.from - 1);
    const rows = [...data.profiles.keys()].filter((place) => found.wanted[place]).map((place) => {
      const count = followersOn(place, now), earlier = followersOn(place, before);
      return { place, count, change: count === null || earlier === null ? null : count - earlier, earlier };
    }).filter((one) => one.count !== null).sort((a, b) => b.count - a.count);
    const changed = rows.filter((one) => one.change !== null), total = sum(rows.map((one) => one.count));
    $("figure-followers").textContent = total === null ? "unknown" : number(total);
    $("note-followers").textContent = changed.length
      ? `${signed(sum(changed.map((one) => one.change)))} in the period, ${rows.length} of ${found.wanted.filter(Boolean).length} profiles` : "change unknown";
    const shown = days.map((day, place) => place).filter((place) => days[place] >= found.from - 1 && (found.today - days[place]) % 7 === 0);
    const networks = new Map();
    for (const { place } of rows) {
      const profile = data.profiles[place];
      if (!networks.has(profile.network)) networks.set(profile.network, { label: profile.network_label, places: [] });
      networks.get(profile.network).places.push(place);
    }
    // A day counts only when all profiles of the network have a figure: else it would look like a loss.
    const series = [...networks].sort((a, b) => a[1].label.localeCompare(b[1].label)).map(([network, one]) => ({
      network, label: one.label, values: shown.map((at) => {
        const counts = one.places.map((place) => followersOn(place, at));
        return counts.includes(null) ? null : sum(counts);
      }) }));
    const labels = shown.map((at) => short(days[at]));
    put("followers-table", table(["Day", ...series.map((one) => one.label)],
      labels.map((label, row) => [label, ...series.map((one) => known(one.values[row]))]), { numeric: series.map((_, place) => place + 1) }));
    drawChart("followers", labels, series.map((one) => ({ type: "line", name: one.label, data: one.values, showSymbol: false,
      color: COLOURS[one.network] || COLOURS.unknown })), { left: { scale: true } });
    put("growth", table(["Profile", "Followers", "Change", ""], rows.slice(0, 20).map((one) => [nameCell(nameOf(one.place)), number(one.count),
      signed(one.change), one.earlier ? percent(one.change, one.earlier) : "–"]), { numeric: [1, 2, 3] }),
    ...(rows.length > 20 ? [quiet(`${number(rows.length - 20)} more profiles have fewer.`)] : []));
  }

  function best(told) {
    const rows = [...told].sort((a, b) => F.engagement[b] - F.engagement[a]).slice(0, 10).map((i) => {
      const [moment, text, address, views] = bestOf.get(i) || [short(F.day[i]), "", "", null];
      const cell = element("td", address ? undefined : text, { class: "text" });
      if (address) cell.append(element("a", text || "the post", { href: address, rel: "noreferrer" }));
      return [moment, nameCell(nameOf(F.profile[i])), cell, number(F.engagement[i]), times(ratio(i)), known(views)];
    });
    put("best", rows.length ? table(["When", "Profile", "Text", "Engagement", "Usual", "Views"], rows, { numeric: [3, 4, 5] }) : quiet("Unknown."));
  }

  function bestHours(posts, told) {
    const count = new Array(24).fill(0), ratios = Array.from({ length: 24 }, () => []);
    for (const i of posts) count[F.hour[i]]++;
    for (const i of told) if (ratio(i) !== null) ratios[F.hour[i]].push(ratio(i));
    const typical = ratios.map(median), sure = typical.map((one, hour) => (ratios[hour].length >= LEAST ? one : null));
    const hours = [...count.keys()], top = (values) => hours.filter((hour) => values[hour]).sort((a, b) => values[b] - values[a]).slice(0, 3)
      .sort((a, b) => a - b).map((hour) => `${hour}:00`).join(", ") || "unknown";
    $("hours-note").textContent = `Most engagement: ${top(sure)}. Most posts: ${top(count)}.`;
    put("performing-table", table(["Hour", "Posts", "With figures", "Engagement"], hours.filter((hour) => count[hour]).map((hour) =>
      [`${hour}:00`, count[hour], ratios[hour].length, times(typical[hour])]), { numeric: [1, 2, 3] }));
    drawChart("performing", hours.map(String), [
      { type: "bar", name: "Posts", data: count, color: COLOURS.unknown },
      { type: "line", name: "Engagement, 1 is usual for the profile", data: sure.map((one) => (one === null ? null : Number(one.toFixed(2)))),
        yAxisIndex: 1, color: COLOURS.instagram },
    ], { left: { minInterval: 1, name: "posts" }, right: { name: "× usual" } });
  }

  function byNetwork(posts) {
    const groups = new Map();
    for (const i of posts) {
      const profile = data.profiles[F.profile[i]];
      if (!groups.has(profile.network)) groups.set(profile.network, { label: profile.network_label, posts: 0, values: [] });
      const one = groups.get(profile.network);
      one.posts++;
      if (F.engagement[i] !== UNKNOWN) one.values.push(F.engagement[i]);
    }
    put("by-network", table(["Network", "Posts", "With figures", "Engagement", "A post"], [...groups.values()].sort((a, b) => a.label.localeCompare(b.label))
      .map((one) => [nameCell(one.label), number(one.posts), number(one.values.length), known(sum(one.values)), known(median(one.values))]), { numeric: [1, 2, 3, 4] }));
  }

  function draw() {
    const found = gather();
    for (const part of [keyFigures, weeks, attention, calendar, profiles, hours, approvals, people, content, failed, performance]) part(found);
  }

  fillFilters();
  draw();
  window.addEventListener("resize", () => charts.forEach((chart) => chart.resize()));
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  document.documentElement.dataset.ready = "yes";
})();
