// PouchDB (W4): four LevelDB databases in one process, replicated to the middle and from there to the others.
import * as driver from './driver.mjs';

const HOW = 'LevelDB';
const AT_ONCE = 1000;
const PouchDB = driver.required('pouchdb');
const replicas = Array.from({ length: driver.REPLICAS }, (_, place) => new PouchDB(driver.scratch(`replica-${place}`)));

const put = async (docs) => {
  for (const [place, replica] of replicas.entries()) {
    const mine = docs.filter(({ at }) => at === place).map(({ doc }) => doc);
    for (let start = 0; start < mine.length; start += AT_ONCE) {
      const part = mine.slice(start, start + AT_ONCE);
      const known = (await replica.allDocs({ keys: part.map((doc) => doc.id) })).rows;
      const written = await replica.bulkDocs(part.map((doc, number) => {
        const rev = known[number].value?.rev;
        return { ...doc, _id: doc.id, ...(rev && { _rev: rev }) };
      }));
      driver.check(written.every(({ ok }) => ok), 'PouchDB did not take a document');
    }
  }
};

const copy = async (source, target) => {
  const { ok } = await PouchDB.replicate(replicas[source], replicas[target], { batch_size: AT_ONCE });
  driver.check(ok, `PouchDB did not replicate from ${source} to ${target}`);
};

const sync = () => driver.timed(async () => {
  for (let place = 1; place < driver.REPLICAS; place += 1) await copy(place, 0);
  for (let place = 1; place < driver.REPLICAS; place += 1) await copy(0, place);
});

const converged = async (docs, what) => {
  const wanted = driver.documentDigest(docs.map(({ doc }) => doc));
  for (const [place, replica] of replicas.entries()) {
    const { rows } = await replica.allDocs({ include_docs: true });
    const found = rows.map(({ doc: { _id, _rev, ...doc } }) => doc);
    driver.check(driver.documentDigest(found) === wanted, `PouchDB, ${what}, replica ${place}`);
  }
};

let docs = driver.documents();
await put(docs);
let seconds = await sync();
await converged(docs, 'full');
driver.say('W4 full', HOW, docs.length, seconds, 'bookings/s');
if (driver.asks('W4 delta')) {
  // The first time a replica also reads back what it had sent itself; the second is how it goes on.
  for (const phase of [0, 50]) {
    let changed;
    [docs, changed] = driver.cancelled(docs, phase);
    await put(changed);
    seconds = await sync();
    await converged(docs, `delta ${phase}`);
  }
  driver.sayMs('W4 delta', HOW, seconds);
  driver.sayMs('W4 no-op', HOW, await sync());
}
await Promise.all(replicas.map((replica) => replica.close()));
