import { ipFamily } from '../../domain/ip.js';
import { type VipState, vipId } from '../../domain/lb.js';
import { sampleLbConf } from '../support/domain-samples.js';
import { type Fate, vppAnswers } from './answers.js';
import { beginSession, crash, inputsChange, ruled } from './changes.js';
import type { Deciding } from './deciding.js';
import type { FaultKind, Fleet } from './fleet.js';
import type { State } from './state.js';
import { askText, type Step } from './steps.js';
import { emptyVpp, having, type VppModel, vipIn } from './vpp-model.js';

type Found = readonly (readonly [label: () => string, run: (state: State) => void])[];

/** What may go wrong, or be changed, now. */
export function faultsOf(state: State, deciding: Deciding, fleet: Fleet): Step[] {
  const busy = state.recs.some(({ mail, waiting }) => mail.length > 0 && waiting === null);
  if (state.faults >= fleet.most || busy) return [];
  const steps: Step[] = [];
  for (const kind of fleet.faults) {
    for (const [label, run] of finders[kind](state, deciding, fleet)) {
      const whole = (next: State) => {
        next.faults++;
        next.calm = false;
        next.undisturbed = false;
        if (!harmless.has(kind)) next.still = false;
        if (forgetful.has(kind)) next.forgot = true;
        run(next);
      };
      steps.push({ label: () => `FAULT ${label()}`, fault: true, run: whole });
    }
  }
  return steps;
}

/** What is no reason to write to a VPP that is equal. */
const harmless: ReadonlySet<FaultKind> = new Set(['lost', 'connection', 'daemon-restart', 'crash']);
/** After it maglevd does not remember what it has cut. */
const forgetful: ReadonlySet<FaultKind> = new Set([
  'connection',
  'daemon-restart',
  'slow-disk',
  'crash',
  'foreign',
  'lost',
]);

const finders: Readonly<Record<FaultKind, (state: State, deciding: Deciding, fleet: Fleet) => Found>> = {
  verdict: ({ inputs }, deciding) =>
    [...deciding.configOf(inputs).backends.keys()].map((name) => {
      const down = new Set(inputs.down);
      if (!down.delete(name)) down.add(name);
      const label = () => `${name} ${down.has(name) ? 'goes down' : 'comes up'}`;
      return [label, (next) => inputsChange(next, deciding, { ...next.inputs, down })] as const;
    }),
  word: ({ inputs }, deciding) =>
    deciding
      .words(inputs)
      .map(
        ({ name, word, after, flush }) =>
          [() => `operator: ${word} ${name}`, (next: State) => ruled(next, deciding, after, flush)] as const,
      ),
  reload: ({ inputs }, deciding, { configs }) =>
    [...configs.keys()]
      .filter((config) => config !== inputs.config)
      .map((config) => {
        const after = deciding.reload(inputs, config);
        return [() => `config ${config} is loaded`, (next) => ruled(next, deciding, after)] as const;
      }),
  lost: ({ pipe: [sent], inputs }, deciding) => {
    if (sent === undefined) return [];
    const { usable } = deciding.decide(inputs);
    const lost = (executed: boolean) => (next: State) => vppAnswers(next, { kind: 'lost', executed }, usable);
    if (sent.ask.from === 'sync') return [[() => `no answer to ${askText(sent)}`, lost(true)]];
    return [
      [() => `VPP executes, and no answer comes to: ${askText(sent)}`, lost(true)],
      [() => `VPP never gets, and does not answer: ${askText(sent)}`, lost(false)],
    ];
  },
  refused: ({ pipe: [sent], inputs }, deciding) => {
    const { usable } = deciding.decide(inputs);
    return (sent?.ask.operations ?? []).flatMap(({ op }, at) => {
      // What is there VPP does remove.
      if (sent === undefined || op === 'as-del' || op === 'vip-del') return [];
      const label = () => `VPP refuses operation ${at + 1} (${op}) of: ${askText(sent)}`;
      return [[label, (next: State) => vppAnswers(next, { kind: 'refused', at }, usable)] as const];
    });
  },
  'vpp-restart': (_, deciding) => [
    [
      () => 'VPP is restarted',
      (next) => {
        next.vpp = emptyVpp;
        beginSession(next, deciding);
      },
    ],
  ],
  connection: ({ pipe, inputs }, deciding) => {
    const again = (next: State) => beginSession(next, deciding);
    if (pipe.every(({ ask }) => ask.from === 'sync')) return [[() => 'the connection ends', again]];
    const executed = (next: State) => {
      const { usable } = deciding.decide(inputs);
      while (next.pipe.length > 0) dropFirst(next, usable);
      again(next);
    };
    return [
      [() => 'the connection ends before VPP has got anything', again],
      [() => 'the connection ends after VPP has executed everything', executed],
    ];
  },
  'daemon-restart': (_, deciding) => [
    [
      () => 'maglevd is restarted',
      (next) => {
        next.inputs = deciding.same(deciding.restarted(next.inputs, true));
        beginSession(next, deciding);
      },
    ],
  ],
  'slow-disk': (_, deciding) => [
    [
      () => 'maglevd is restarted, and its disk is slow',
      (next) => {
        next.inputs = deciding.same(deciding.restarted(next.inputs, false));
        beginSession(next, deciding);
      },
    ],
  ],
  crash: ({ recs }) =>
    [...recs.keys()].map(
      (number) => [() => `reconciler ${number} crashes`, (next) => crash(next, number)] as const,
    ),
  foreign: ({ pipe: [sent], vpp, inputs }, deciding) => {
    const { usable } = deciding.decide(inputs);
    return foreignChanges(vpp).flatMap(({ label, id, change }) => {
      const marked = (run: (next: State) => void) => (next: State) => {
        next.foreign.add(id);
        run(next);
      };
      const plain = [
        () => label,
        marked((next) => {
          next.vpp = change(next.vpp);
        }),
      ] as const;
      if (sent?.ask.from !== 'sync') return [plain];
      const torn = (half: 1 | 2): Fate => ({ kind: 'torn', half, change });
      return [
        plain,
        [
          () => `${label}, between the halves of a read`,
          marked((next) => vppAnswers(next, torn(1), usable)),
        ] as const,
        [
          () => `${label}, while a read is answered`,
          marked((next) => vppAnswers(next, torn(2), usable)),
        ] as const,
      ];
    });
  },
};

/** What was on its way is executed although nobody will hear of it. */
function dropFirst(state: State, usable: Parameters<typeof vppAnswers>[2]): void {
  const rest = state.pipe.slice(1);
  const before = state.vpp;
  const copy = state.copy();
  copy.pipe = state.pipe.slice(0, 1);
  if (copy.pipe[0]?.ask.from === 'sync') copy.vpp = before;
  else vppAnswers(copy, { kind: 'lost', executed: true }, usable);
  state.vpp = copy.vpp;
  state.pipe = rest;
}

interface ForeignChange {
  readonly label: string;
  readonly id: string;
  readonly change: (vpp: VppModel) => VppModel;
}

function foreignChanges(vpp: VppModel): ForeignChange[] {
  return [...strayVips(vpp), ...vpp.vips.flatMap(changesTo)];
}

const STRAY_PORT = 8080;

/** A VIP of nobody on a prefix that is wanted, where there is none yet. */
function strayVips({ vips: [first, ...others] }: VppModel): ForeignChange[] {
  if (first === undefined || others.some(({ key }) => key.port === STRAY_PORT)) return [];
  const key = { ...first.key, port: STRAY_PORT };
  const change = (now: VppModel) => having(now, vipId(key), { ...first, key }, null);
  return [{ label: `somebody makes VIP ${STRAY_PORT}`, id: vipId(key), change }];
}

function changesTo(vip: VipState): ForeignChange[] {
  const id = vipId(vip.key);
  const to = (label: string, edit: (vip: VipState) => VipState | null): ForeignChange => ({
    label: `somebody ${label} ${vip.key.port}`,
    id,
    change: (now) => {
      const present = vipIn(now, id);
      return present === undefined ? now : having(now, id, edit(present), null);
    },
  });
  const [first] = vip.ases;
  if (first === undefined) return [to('removes VIP', () => null)];
  const { address } = first;
  const weigh = (weight: number) => (one: VipState) => ({
    ...one,
    ases: one.ases.map((as) => (as.address === address ? { ...as, weight } : as)),
  });
  return [
    to('removes VIP', () => null),
    to(`removes ${address} from`, (one) => ({ ...one, ases: one.ases.slice(1) })),
    to(`sets ${address} to ${first.weight === 0 ? 7 : 0} in`, weigh(first.weight === 0 ? 7 : 0)),
    to(`adds a server to`, (one) => ({
      ...one,
      ases: [...one.ases, { ...first, address: strangerTo(one) }],
    })),
  ];
}

function strangerTo({ ases: [first] }: VipState) {
  const sample = sampleLbConf;
  return first !== undefined && ipFamily(first.address) === 6 ? sample.ipv6Source : sample.ipv4Source;
}
