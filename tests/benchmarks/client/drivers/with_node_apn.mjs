// Sends with @parse/node-apn, over one connection. Arguments: the job, and where it is installed.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const job = JSON.parse(process.argv[2]);
const apn = createRequire(`${process.argv[3]}/`)('@parse/node-apn');

const provider = new apn.Provider({
  token: { key: job.key, keyId: job.key_id, teamId: job.team_id },
  address: 'localhost',
  port: job.port,
  ca: [job.trust],
  requestTimeout: 60_000,
});

async function sendAll(number) {
  let next = 0;
  let accepted = 0;
  async function sendSome() {
    while (next < number) {
      const index = next++;
      const notification = new apn.Notification({
        topic: job.topic,
        pushType: 'alert',
        alert: `Hello ${index}`,
        badge: 1,
      });
      const { sent } = await provider.send(notification, index.toString(16).padStart(64, '0'));
      accepted += sent.length;
    }
  }
  await Promise.all(Array.from({ length: job.in_flight }, sendSome));
  return accepted;
}

const kilobytes = name =>
  Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync('/proc/self/status'))[1]);

await sendAll(job.warm_up);
const memory = kilobytes('VmRSS');
const cpu = process.cpuUsage();
const begin = process.hrtime.bigint();
const accepted = await sendAll(job.requests);
const seconds = Number(process.hrtime.bigint() - begin) / 1e9;
const used = process.cpuUsage(cpu);
const peak = kilobytes('VmHWM');
console.log(
  JSON.stringify({
    accepted,
    seconds,
    cpu_seconds: (used.user + used.system) / 1e6,
    peak_kb: peak,
    growth_kb: peak - memory,
  }),
);
await provider.shutdown();
