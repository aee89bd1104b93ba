import { expect } from 'chai';
import fc from 'fast-check';
import { originFault, type WebRequest } from '../../domain/web-origin.js';

const names = new Set(['lb1.example']);
const plain: WebRequest = {
  host: '127.0.0.1:9080',
  origin: null,
  fetchSite: null,
  secure: false,
  local: false,
};
const fault = (changes: Partial<WebRequest>) => originFault({ ...plain, ...changes }, names);

describe('domain/web-origin', () => {
  for (const changes of [
    {},
    { host: 'localhost:9080' },
    { host: '[::1]:9080' },
    { host: '203.0.113.1' },
    { host: 'lb1.example:9080' },
    { host: 'LB1.example' },
    { host: 'any.name', secure: true },
    { host: 'any.name', local: true },
    { fetchSite: 'same-origin' },
    { fetchSite: 'none' },
    { origin: 'http://127.0.0.1:9080' },
    { host: 'localhost', origin: 'http://localhost:80' },
    { host: 'lb1.example', origin: 'https://lb1.example' },
    { host: 'any.name', origin: 'https://any.name:443', secure: true },
  ]) {
    it(`lets in ${JSON.stringify(changes)}`, () => {
      expect(fault(changes)).to.equal(null);
    });
  }

  for (const [changes, why] of [
    [{ fetchSite: 'cross-site' }, /page from elsewhere/],
    [{ fetchSite: 'same-site', origin: 'http://127.0.0.1:9080' }, /page from elsewhere/],
    [{ host: null }, /names no host/],
    [{ host: 'a b' }, /names no host/],
    [{ host: 'user@127.0.0.1' }, /names no host/],
    [{ host: '127.0.0.1/x' }, /names no host/],
    [{ host: 'evil.example:9080', origin: 'http://evil.example:9080' }, /called evil\.example$/],
    [{ host: '127.0.0.1.evil.example' }, /called 127\.0\.0\.1\.evil\.example$/],
    [{ origin: 'http://evil.example' }, /page of http:\/\/evil\.example$/],
    [{ origin: 'http://127.0.0.1:9081' }, /page of/],
    [{ origin: 'null' }, /page of null/],
    [{ origin: 'file://' }, /page of/],
    [{ origin: 'http://127.0.0.1:9080/path' }, /page of/],
    [{ host: 'any.name', origin: 'http://any.name', secure: true }, /page of/],
    [{ host: 'any.name', origin: 'http://other.name', local: true }, /page of/],
  ] as const) {
    it(`refuses ${JSON.stringify(changes)}`, () => {
      expect(fault(changes)).to.match(why);
    });
  }

  it('lets in no page whose host is another one, whatever the headers are', () => {
    const anyHost = fc.oneof(fc.domain(), fc.ipV4(), fc.constantFrom('localhost', 'lb1.example', ''));
    const anyRequest = fc.record({
      host: fc.option(anyHost),
      origin: fc.oneof(
        anyHost.map((host) => `http://${host}`),
        anyHost,
        fc.string(),
      ),
      fetchSite: fc.constantFrom(null, 'same-origin', 'none'),
      secure: fc.boolean(),
      local: fc.boolean(),
    });
    fc.assert(
      fc.property(anyRequest, (request) => {
        if (originFault(request, names) !== null) return;
        expect(new URL(request.origin).host).to.equal(new URL(`http://${request.host}`).host);
      }),
    );
  });
});
