import { expect } from 'chai';
import { MaglevError } from '../../domain/errors.js';
import { parseFault } from '../../sim/faults/fault-grammar.js';
import { requestNames } from '../../sim/request-names.js';

const ever = Number.POSITIVE_INFINITY;

describe('sim/faults: the grammar', () => {
  const readable: readonly [string, object, object][] = [
    ['die', { kind: 'die', execute: false }, { kind: 'message', name: null, from: 1, to: ever }],
    ['die@#17', { kind: 'die', execute: false }, { kind: 'message', name: null, from: 17, to: 17 }],
    [
      'die-after@lb_add_del_as_v2#3',
      { kind: 'die', execute: true },
      { kind: 'message', name: 'lb_add_del_as_v2', from: 3, to: 3 },
    ],
    ['hang@#5', { kind: 'hang', ms: null }, { kind: 'message', name: null, from: 5, to: 5 }],
    [
      'hang:3s@control_ping',
      { kind: 'hang', ms: 3000 },
      { kind: 'message', name: 'control_ping', from: 1, to: ever },
    ],
    ['hang:1.5s@2m', { kind: 'hang', ms: 1500 }, { kind: 'time', ms: 120_000 }],
    ['disconnect@250ms', { kind: 'disconnect', execute: false }, { kind: 'time', ms: 250 }],
    [
      'disconnect-after@#2+',
      { kind: 'disconnect', execute: true },
      { kind: 'message', name: null, from: 2, to: ever },
    ],
    [
      'refuse:-81@lb_conf#2-4',
      { kind: 'refuse', retval: -81 },
      { kind: 'message', name: 'lb_conf', from: 2, to: 4 },
    ],
    ['drop@#1', { kind: 'drop' }, { kind: 'message', name: null, from: 1, to: 1 }],
    ['delay:200ms', { kind: 'delay', ms: 200 }, { kind: 'message', name: null, from: 1, to: ever }],
    ['partial@#4', { kind: 'partial', bytes: null }, { kind: 'message', name: null, from: 4, to: 4 }],
    ['partial:7@#4', { kind: 'partial', bytes: 7 }, { kind: 'message', name: null, from: 4, to: 4 }],
    ['garbage@#4', { kind: 'garbage', bytes: 64 }, { kind: 'message', name: null, from: 4, to: 4 }],
    [' oversize@#4 ', { kind: 'oversize' }, { kind: 'message', name: null, from: 4, to: 4 }],
    ['duplicate@#4', { kind: 'duplicate' }, { kind: 'message', name: null, from: 4, to: 4 }],
    ['wrong-context@#4', { kind: 'wrong-context' }, { kind: 'message', name: null, from: 4, to: 4 }],
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
    ['drop@3s', 'cannot happen at a time'],
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
