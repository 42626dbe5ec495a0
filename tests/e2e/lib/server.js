// Serves the built site with the very server and headers of `cargo xtask serve`, two folders deep,
// so that every test also shows that the page does not care where it is hosted.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** A file of this checkout, unless the environment names another one. */
export const built = (variable, file) => process.env[variable] ?? path.join(root, file);

/** Serves the site and returns its address and a function that ends it. */
export async function serveSite() {
  const server = spawn(
    built('XTASK', 'target/release/xtask'),
    ['serve', '--folder', built('SITE', 'target/site'), '--under', '/shelf/headstart/', '--host', '127.0.0.1', '--port', '0'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const stop = async () => {
    if (server.exitCode === null && server.signalCode === null) {
      server.kill();
      await once(server, 'exit');
    }
  };
  for await (const line of createInterface({ input: server.stdout })) {
    const address = line.match(/http:\S+/);
    if (address) return { address: address[0], stop };
  }
  throw new Error('The server ended before it gave its address.');
}

/** Another origin that would answer anybody, and counts who asks. */
export async function serveStranger() {
  let requests = 0;
  const server = createServer((request, reply) => {
    requests += 1;
    reply.writeHead(200, { 'access-control-allow-origin': '*', 'content-type': 'text/plain' }).end('hello');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `http://127.0.0.1:${server.address().port}/`,
    requests: () => requests,
    stop: () => end(server),
  };
}

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.wasm': 'application/wasm', '.svg': 'image/svg+xml' };

/** Serves the site as the plainest host would: files and their types, no header that protects. */
export const serveBare = () => serveFolders({ '/': built('SITE', 'target/site') });

/** Serves folders, each under a path that ends in a slash, with these headers on every file. */
export async function serveFolders(folders, headers = {}) {
  const server = createServer(async (request, reply) => {
    const asked = path.normalize(new URL(request.url, 'http://host').pathname);
    const under = Object.keys(folders).find((place) => asked.startsWith(place));
    const inside = asked.slice(under?.length ?? 0);
    const file = path.join(folders[under] ?? '', inside === '' || inside.endsWith('/') ? `${inside}index.html` : inside);
    try {
      if (under === undefined) throw new Error('nothing is served there');
      const bytes = await fs.readFile(file);
      reply.writeHead(200, { 'content-type': TYPES[path.extname(file)] ?? 'application/octet-stream', ...headers }).end(bytes);
    } catch {
      reply.writeHead(404).end();
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { address: `http://127.0.0.1:${server.address().port}/`, stop: () => end(server) };
}

function end(server) {
  server.closeAllConnections();
  return new Promise((resolve) => { server.close(resolve); });
}
