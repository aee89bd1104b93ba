import { expect } from 'chai';
import { MaglevError } from '../../domain/errors.js';
import { requestNames } from '../../sim/faults/fault.js';
import { parseFault } from '../../sim/faults/fault-grammar.js';

const ever = Number.POSITIVE_INFINITY;
const always = { fromMs: 0, toMs: ever };
const all = { kind: 'message', name: null, from: 1, to: ever, window: always };

describe('sim/faults: the grammar', () => {
  const readable: readonly [string, object, object][] = [
    [
      'die',
      { kind: 'die', execute: false },
      { kind: 'message', name: null, from: 1, to: ever, window: always },
    ],
    [
      'die@#17',
      { kind: 'die', execute: false },
      { kind: 'message', name: null, from: 17, to: 17, window: always },
    ],
    [
      'die-after@lb_add_del_as_v2#3',
      { kind: 'die', execute: true },
      { kind: 'message', name: 'lb_add_del_as_v2', from: 3, to: 3, window: always },
    ],
    ['hang@#5', { kind: 'hang', ms: null }, { kind: 'message', name: null, from: 5, to: 5, window: always }],
    [
      'hang:3s@control_ping',
      { kind: 'hang', ms: 3000 },
      { kind: 'message', name: 'control_ping', from: 1, to: ever, window: always },
    ],
    ['hang:1.5s@2m', { kind: 'hang', ms: 1500 }, { kind: 'time', ms: 120_000 }],
    ['disconnect@250ms', { kind: 'disconnect', execute: false }, { kind: 'time', ms: 250 }],
    [
      'disconnect-after@#2+',
      { kind: 'disconnect', execute: true },
      { kind: 'message', name: null, from: 2, to: ever, window: always },
    ],
    [
      'refuse:-81@lb_conf#2-4',
      { kind: 'refuse', retval: -81 },
      { kind: 'message', name: 'lb_conf', from: 2, to: 4, window: always },
    ],
    ['drop@#1', { kind: 'drop' }, { kind: 'message', name: null, from: 1, to: 1, window: always }],
    [
      'delay:200ms',
      { kind: 'delay', ms: 200 },
      { kind: 'message', name: null, from: 1, to: ever, window: always },
    ],
    [
      'partial@#4',
      { kind: 'partial', bytes: null },
      { kind: 'message', name: null, from: 4, to: 4, window: always },
    ],
    [
      'partial:7@#4',
      { kind: 'partial', bytes: 7 },
      { kind: 'message', name: null, from: 4, to: 4, window: always },
    ],
    [
      'garbage@#4',
      { kind: 'garbage', bytes: 64 },
      { kind: 'message', name: null, from: 4, to: 4, window: always },
    ],
    [' oversize@#4 ', { kind: 'oversize' }, { kind: 'message', name: null, from: 4, to: 4, window: always }],
    ['duplicate@#4', { kind: 'duplicate' }, { kind: 'message', name: null, from: 4, to: 4, window: always }],
    [
      'wrong-context@#4',
      { kind: 'wrong-context' },
      { kind: 'message', name: null, from: 4, to: 4, window: always },
    ],
    [
      'restart@30s',
      { kind: 'restart', execute: false, ms: 1000, withState: false },
      { kind: 'time', ms: 30_000 },
    ],
    ['restart-after:3s', { kind: 'restart', execute: true, ms: 3000, withState: false }, all],
    ['restart-with-state:0ms', { kind: 'restart', execute: false, ms: 0, withState: true }, all],
    ['slow-start:3s', { kind: 'slow-start', ms: 3000 }, { kind: 'start', from: 1, to: ever }],
    ['slow-start:3s@#2', { kind: 'slow-start', ms: 3000 }, { kind: 'start', from: 2, to: 2 }],
    ['reorder', { kind: 'reorder', ms: 1000 }, all],
    ['reorder:50ms', { kind: 'reorder', ms: 50 }, all],
    ['drop@5s+', { kind: 'drop' }, { ...all, window: { fromMs: 5000, toMs: ever } }],
    ['die@1.5s-2m', { kind: 'die', execute: false }, { ...all, window: { fromMs: 1500, toMs: 120_000 } }],
    [
      'drop@lb_conf#2-3,250ms-1s',
      { kind: 'drop' },
      { kind: 'message', name: 'lb_conf', from: 2, to: 3, window: { fromMs: 250, toMs: 1000 } },
    ],
  ];
  for (const [text, action, trigger] of readable) {
    it(`reads ${text.trim()}`, () => {
      expect(parseFault(text, requestNames)).to.deep.equal({ action, trigger, text: text.trim() });
    });
  }

  const wrong: readonly [string, string][] = [
    ['', 'is not written as'],
    ['die#3', 'is not written as'],
    ['explode@#3', "no known action: 'explode'"],
    ['die:3@#3', 'takes no argument'],
    ['refuse@#3', 'needs a negative return code'],
    ['refuse:6@#3', 'needs a negative return code'],
    ['delay@#3', 'needs a time'],
    ['delay:3@#3', "needs a time like 250ms, 3s or 2m, not '3'"],
    ['partial:x@#3', "needs a number of bytes, not 'x'"],
    ['drop@3s', 'cannot happen at a time: 3s+ is from then on'],
    ['drop@3s-2s', "ends before it begins: '3s-2s'"],
    ['drop@#1,soon', "does not say when: 'soon' is no span of time"],
    ['drop@5s+,#1', "does not say when: '#1' is no span of time"],
    ['drop@x,5s+', "names a request that does not exist: 'x'"],
    ['drop@,5s+', 'does not say when'],
    ['slow-start', 'needs a time'],
    ['slow-start:3s@lb_conf#1', 'happens when VPP starts: #1 is the first time'],
    ['slow-start:3s@5s+', 'happens when VPP starts'],
    ['slow-start:3s@5s', 'does not say when'],
    ['reorder:soon', "needs a time like 250ms, 3s or 2m, not 'soon'"],
    ['drop@lb_conv#1', "names a request that does not exist: 'lb_conv'"],
    ['drop@lb_conf_reply#1', "names a request that does not exist: 'lb_conf_reply'"],
    ['drop@#0', 'does not say when'],
    ['drop@#5-3', 'ends before it begins'],
  ];
  for (const [text, what] of wrong) {
    it(`refuses '${text}'`, () => {
      expect(() => parseFault(text, requestNames))
        .to.throw(MaglevError, what)
        .with.property('code', 'MGL_USAGE');
    });
  }
});
