// What a driver in JavaScript is given and what it says: the counterpart of driver.py, where the words are explained.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export const PAGE = 1000;
export const SINGLES = 1000;
export const SINGLE_STREAMS = 50;
export const REPLICAS = 4;
const WRONG = 3;

const [packages, data, scratchFolder, address, ...asked] = process.argv.slice(2);

// The packages lie in a folder of their own, where a plain import would not look for them.
const lookUp = createRequire(join(packages, 'package.json'));
export const required = (name) => lookUp(name);
export const imported = (name) => import(pathToFileURL(lookUp.resolve(name)).href);

export const database = address;
export const asks = (workload) => asked.length === 0 || asked.includes(workload);
export const scratch = (name) => {
  mkdirSync(scratchFolder, { recursive: true });
  return join(scratchFolder, name);
};

// A million lines do not fit into one string, so the buffer is walked through.
function* lines(name) {
  const bytes = readFileSync(join(data, name));
  let start = 0;
  while (start < bytes.length) {
    const end = bytes.indexOf(10, start);
    yield JSON.parse(bytes.toString('utf8', start, end));
    start = end + 1;
  }
}

export const expected = () => JSON.parse(readFileSync(join(data, 'expected.json'), 'utf8'));
export const documents = () => [...lines('documents.jsonl')];
export const batches = () => {
  const found = [];
  for (const event of lines('events.jsonl')) {
    const last = found.at(-1);
    if (last !== undefined && last[0].batch === event.batch) last.push(event);
    else found.push([event]);
  }
  return found;
};

// --- the fold

const isMade = (kind) => kind === 'BookingMade' || kind === 'BookingDelivered';
const isCancelled = (kind) => kind === 'BookingCancelled' || kind === 'CancellationDelivered';

export class Fold {
  #courses = new Map();

  #bookings = new Map();

  apply(kind, { vhs, ref }) {
    if (isMade(kind)) {
      if (!this.#bookings.has(vhs)) this.#bookings.set(vhs, new Map());
      this.#bookings.get(vhs).set(ref, 'A');
    } else if (isCancelled(kind)) {
      this.#bookings.get(vhs).set(ref, 'S');
    } else if (kind === 'CourseReleased' || kind === 'CourseSubscribed') {
      if (!this.#courses.has(vhs)) this.#courses.set(vhs, [0, 0]);
      this.#courses.get(vhs)[kind === 'CourseSubscribed' ? 1 : 0] += 1;
    }
  }

  digest() {
    const all = new Set([...this.#courses.keys(), ...this.#bookings.keys()]);
    return digest([...all].sort().map((vhs) => {
      const counts = [0, 0, 0, 0];
      for (const [ref, status] of this.#bookings.get(vhs) ?? []) {
        counts[(ref.startsWith(`${vhs}:`) ? 0 : 2) + (status === 'S' ? 1 : 0)] += 1;
      }
      return [vhs, ...(this.#courses.get(vhs) ?? [0, 0]), ...counts];
    }));
  }
}

export const digest = (rows) => createHash('sha256').update(JSON.stringify(rows)).digest('hex');
// What a projection has something to do for.
export const KINDS = [
  'CourseReleased', 'CourseSubscribed', 'BookingMade', 'BookingDelivered', 'BookingCancelled', 'CancellationDelivered',
];
export const { tables: TABLES, rows: TABLE_ROWS } = expected().sql;
export const rowsDigest = (rows) => digest(rows.map((row) => {
  const [vhs, ...counts] = Object.values(row);
  return [vhs, ...counts.map(Number)];
}));

// What a projection runs for one event. A raw statement is all the mechanism takes; ids hold no quotes.
export const statement = (kind, { vhs, ref }) => {
  if (isMade(kind)) return `INSERT INTO shown_booking VALUES ('${vhs}', '${ref}', 'A')`;
  if (isCancelled(kind)) return `UPDATE shown_booking SET status = 'S' WHERE vhs = '${vhs}' AND ref = '${ref}'`;
  const released = kind === 'CourseReleased' ? 1 : 0;
  return `INSERT INTO shown_vhs VALUES ('${vhs}', ${released}, ${1 - released}) ON CONFLICT (vhs) DO UPDATE SET`
    + ' released = shown_vhs.released + excluded.released, subscribed = shown_vhs.subscribed + excluded.subscribed';
};

// --- the sync

const canonical = (doc) => JSON.stringify(Object.fromEntries(Object.entries(doc).sort(([a], [b]) => (a < b ? -1 : 1))));
export const documentDigest = (docs) => digest(docs.map(canonical).sort());

// Sets "S" in one booking of a hundred where it began, others in every phase; gives all, and those changed.
export const cancelled = (docs, phase) => {
  const after = docs.map(({ at, doc }, number) => ({ at, doc: number % 100 === phase ? { ...doc, Status: 'S' } : doc }));
  return [after, after.filter((_, number) => number % 100 === phase)];
};

// --- what a driver says

const print = (workload, how, value, unit) => console.log(JSON.stringify({ workload, how, value, unit }));

export const timed = async (work) => {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
};
export const say = (workload, how, count, seconds, unit = 'events/s') => print(workload, how, count / seconds, unit);
export const sayMs = (workload, how, seconds) => print(workload, how, seconds * 1000, 'ms');
export const saySingles = async (how, append) => {
  const found = [];
  for (let number = 0; number < SINGLES; number += 1) found.push(await timed(() => append(number)));
  found.sort((a, b) => a - b);
  print('W5 p50', how, found[found.length >> 1] * 1000, 'ms');
  print('W5 p99', how, found[Math.floor(found.length * 0.99)] * 1000, 'ms');
};
export const check = (right, what) => {
  if (right) return;
  console.error(`wrong: ${what}`);
  process.exit(WRONG);
};
