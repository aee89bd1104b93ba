import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { pageFolder } from '../../support/dashboard/stand-in.js';

const files = ['app.css', 'app.js', 'index.html'];
const text = (file: string) => readFileSync(path.join(pageFolder, file), 'utf8');

describe('the page: as it is shipped', () => {
  it('is three files, with less than 60 kB together when they are gzipped', () => {
    expect(readdirSync(pageFolder).filter((file) => /\.(?:html|css)$|^app/.test(file))).to.deep.equal(files);
    const bytes = files.map((file) => gzipSync(text(file)).length).reduce((sum, one) => sum + one, 0);
    expect(bytes).to.be.within(20_000, 60_000);
  });

  it('asks for nothing that is not its own, and has nothing inline that a strict policy refuses', () => {
    expect(text('index.html')).not.to.match(/<script>|style=|https?:|<style|\son[a-z]+=/);
    expect(text('app.css')).not.to.match(/url\(|@import|https?:/);
    const addresses = text('app.js').match(/https?:[^"'`]*/g) ?? [];
    expect(addresses.filter((one) => !one.startsWith('http://www.w3.org/'))).to.deep.equal([]);
    // A template of Solid is HTML, too.
    expect(text('app.js')).not.to.match(/<[a-z]+[^>`]* style=/);
  });
});
