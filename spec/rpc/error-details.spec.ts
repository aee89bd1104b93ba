import { execFileSync } from 'node:child_process';
import { status } from '@grpc/grpc-js';
import { expect } from 'chai';
import { MaglevError } from '../../domain/errors.js';
import { grpcStatusOf } from '../../rpc/status.js';

describe('rpc/error-details', () => {
  it('is what buf, which knows nothing of us, reads as a status with an ErrorInfo', () => {
    const sent = grpcStatusOf(new MaglevError('MGL_BACKEND_UNKNOWN', "there is no backend 'x'"));
    const [details] = sent.metadata.get('grpc-status-details-bin');
    const input = Buffer.from(details ?? '');
    const buf = 'node_modules/@bufbuild/buf/bin/buf';
    const output = execFileSync(
      process.execPath,
      [
        buf,
        'convert',
        'spec/fixtures/google/error_info.proto',
        '--type=google.rpc.Status',
        '--from=-#format=binpb',
        '--to=-#format=json',
      ],
      { input },
    );
    expect(JSON.parse(output.toString())).to.deep.equal({
      code: status.NOT_FOUND,
      message: sent.details,
      details: [
        {
          '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
          reason: 'MGL_BACKEND_UNKNOWN',
          domain: 'vpp-maglev',
        },
      ],
    });
  }).timeout(20_000);
});
