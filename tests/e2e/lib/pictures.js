// Pictures for the tests: drawn by the command line, so that no file has to be kept.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { built } from './server.js';

const made = [];
process.on('exit', () => made.forEach((folder) => fs.rmSync(folder, { recursive: true, force: true })));

/** An empty folder that goes away with the process. */
export function emptyFolder() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'headstart-'));
  made.push(folder);
  return folder;
}

/** The pictures below `folder`, one entry a class, in the order of their names. */
export function classesOf(folder) {
  return fs.readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
    .map((name) => ({
      name,
      files: fs.readdirSync(path.join(folder, name)).sort().map((file) => path.join(folder, name, file)),
    }));
}

let whole = null;

/** All drawn pictures of fruit. */
export function fruit() {
  if (whole === null) {
    whole = emptyFolder();
    execFileSync(built('HEADSTART', 'target/debug/headstart'), ['draw', 'fruit', whole, '--seed', '1'], { stdio: ['ignore', 'ignore', 'inherit'] });
  }
  return classesOf(whole);
}

/** A folder of class folders with the first `pictures` drawn pictures of the first `classes` classes. */
export function fruitFolder(classes, pictures) {
  const folder = emptyFolder();
  for (const { name, files } of fruit().slice(0, classes)) {
    fs.mkdirSync(path.join(folder, name));
    for (const file of files.slice(0, pictures)) fs.copyFileSync(file, path.join(folder, name, path.basename(file)));
  }
  return folder;
}
