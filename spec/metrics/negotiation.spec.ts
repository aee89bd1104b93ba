import { expect } from 'chai';
import { formatFor, takesGzip } from '../../metrics/http/negotiation.js';

describe('metrics/http: which form a client gets', () => {
  for (const [accept, format] of [
    [undefined, 'text'],
    ['', 'text'],
    ['*/*', 'text'],
    ['text/html,application/xhtml+xml,*/*;q=0.8', 'text'],
    // Prometheus 2.42.
    [
      'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
      'openmetrics',
    ],
    ['application/openmetrics-text; version=1.0.0; charset=utf-8', 'openmetrics'],
    ['application/openmetrics-text', 'openmetrics'],
    ['application/*', 'openmetrics'],
    ['application/openmetrics-text;q=0.4,text/plain;q=0.5', 'text'],
    ['application/openmetrics-text;version=2.0.0,text/plain;version=0.0.4;q=0.1', 'text'],
    ['application/openmetrics-text;q=0,text/plain', 'text'],
    ['application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;q=0.9', 'text'],
    ['application/openmetrics-text;q=nonsense', 'text'],
  ] as const) {
    it(`${accept}: ${format}`, () => expect(formatFor({ accept })).to.equal(format));
  }

  for (const [coding, gzip] of [
    [undefined, false],
    ['', false],
    ['gzip', true],
    ['GZIP', true],
    ['deflate, gzip;q=0.5', true],
    ['gzip;q=0', false],
    ['*', true],
    ['*;q=0', false],
    ['identity', false],
    ['gzip;q=0, *', false],
  ] as const) {
    it(`packed for ${coding}: ${gzip}`, () => {
      expect(takesGzip({ 'accept-encoding': coding })).to.equal(gzip);
    });
  }
});
