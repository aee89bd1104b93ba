import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { accepts, guardHeaders } from './respond.js';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.txt': 'text/plain; charset=utf-8',
};

/** A file as it is served, in every encoding. */
interface Served {
  readonly type: string;
  readonly etag: string;
  readonly plain: Buffer;
  readonly gzip: Buffer | null;
  readonly br: Buffer | null;
}

const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="6" fill="#1f4e79"/><path d="M16 5v7m0 0L7 25m9-13 9 13m-9-13v13" stroke="#fff" stroke-width="3" fill="none" stroke-linecap="round"/></svg>`;

const missing = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>maglevd-frontend</title></head>
<body><h1>The page was not built</h1>
<p>This maglevd-frontend was built without its page. <code>npm run build</code> builds both; packages have it.
What it would show is served at <a href="/view/api/state">/view/api/state</a>.</p></body></html>
`;

/** The files of the page. They are read once, and served from memory: what is not among them cannot be asked for. */
export class Files {
  readonly #served: ReadonlyMap<string, Served>;

  private constructor(served: ReadonlyMap<string, Served>) {
    this.#served = served;
  }

  /** What is missing is no error: a page says so. */
  static async read(folder: string): Promise<Files> {
    const names = await readdir(folder).catch(() => []);
    const wanted = names.filter((name) => types[path.extname(name)] !== undefined);
    const files = await Promise.all(
      wanted.map(async (name): Promise<[string, Served]> => {
        const bytes = await readFile(path.join(folder, name));
        return [name, await served(name, bytes)];
      }),
    );
    const all = new Map(files);
    if (!all.has('index.html')) all.set('index.html', await served('index.html', Buffer.from(missing)));
    if (!all.has('favicon.svg')) all.set('favicon.svg', await served('favicon.svg', Buffer.from(icon)));
    return new Files(all);
  }

  /** False: there is no such file. */
  send(name: string, request: IncomingMessage, response: ServerResponse): boolean {
    const file = this.#served.get(name);
    if (file === undefined) return false;
    const [encoding, bytes] =
      file.br !== null && accepts(request, 'br')
        ? ['br', file.br]
        : file.gzip !== null && accepts(request, 'gzip')
          ? ['gzip', file.gzip]
          : [null, file.plain];
    const headers = {
      ...guardHeaders,
      'content-type': file.type,
      etag: file.etag,
      // Whether it is still the same is asked each time: the answer is short.
      'cache-control': 'no-cache',
      vary: 'accept-encoding',
    };
    const known = String(request.headers['if-none-match'] ?? '').split(/\s*,\s*/);
    if (known.includes(file.etag) || known.includes(`W/${file.etag}`)) {
      response.writeHead(304, headers).end();
      return true;
    }
    response.writeHead(200, {
      ...headers,
      'content-length': bytes.length,
      ...(encoding === null ? {} : { 'content-encoding': encoding }),
    });
    response.end(request.method === 'HEAD' ? undefined : bytes);
    return true;
  }
}

async function served(name: string, plain: Buffer): Promise<Served> {
  const type = types[path.extname(name)] ?? 'application/octet-stream';
  const etag = `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`;
  const packed = !/^image\/(png|x-icon)$/.test(type);
  const zipped = packed ? await promisify(gzip)(plain, { level: 9 }) : null;
  const params = { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: plain.length };
  const brotli = packed ? await promisify(brotliCompress)(plain, { params }) : null;
  return { type, etag, plain, gzip: zipped, br: brotli };
}
